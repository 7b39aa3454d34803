// SPDX-License-Identifier: GPL-3.0-or-later
// Mean absolute error against the target: the mean of |answer - target| over all values of all samples.
#include <cstddef>
#include <cstdint>

#include "core/evidence/metrics/metric.h"
#include "core/evidence/tasks/regression.h"

namespace vernier {
namespace {

constexpr char kId[] = "target_mae";

}  // namespace

extern constexpr Metric kTargetMae = {.figure = {.id = kId,
                                                 .title = "Mean absolute error against the target",
                                                 .column = "MAE to the target",
                                                 .unit = "",
                                                 .form = Form::number,
                                                 .places = in_metrics,
                                                 .value = Kept<kId>::value,
                                                 .interval = Kept<kId>::interval,
                                                 .against = Kept<kId>::against},
                                      .of = only(Task::regression) | only(Task::enhancement),
                                      .of_answer = [](const Answers& own, const Answers&, std::size_t i) -> SampleSums {
                                          if (i >= own.records.size() || own.records[i].empty()) return {};
                                          const RegressionSums sums = regression_of(own.records[i]);
                                          return {{sums.absolute}, static_cast<std::uint64_t>(sums.values)};
                                      },
                                      .value = [](const SampleSums& total) { return total.sums[0] / static_cast<double>(total.values); },
                                      .interval = positive_mean_interval};

}  // namespace vernier
