// SPDX-License-Identifier: GPL-3.0-or-later
// Mean absolute error against the target: the mean of |answer - target| over all values of all samples.
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "core/evidence/metrics/kept_figure.h"
#include "core/evidence/metrics/records.h"
#include "core/evidence/tasks/regression.h"

namespace vernier {
namespace {

constexpr char kId[] = "target_mae";

}  // namespace

extern constexpr Metric kTargetMae = {
    .figure = kept_figure<kId>({"Mean absolute error against the target", "MAE to the target", "", Form::number}, Better::lower),
    .of = only(Task::regression) | only(Task::enhancement),
    .of_answer = [](const Answers& own, const Answers&, std::size_t i) -> SampleSums {
        const SampleRecord* record = record_at(own.records, i);
        if (record == nullptr) return {};
        const RegressionSums sums = regression_of(*record);
        return {{sums.absolute}, static_cast<std::uint64_t>(sums.values)};
    },
    .range = {0, HUGE_VAL},
    .value = mean_value,
    .interval = positive_mean_interval};

}  // namespace vernier
