// SPDX-License-Identifier: GPL-3.0-or-later
// Token accuracy: the share of the tokens that count whose class is that of the target.
#include <cstddef>

#include "core/evidence/metrics/kept_figure.h"
#include "core/evidence/metrics/records.h"
#include "core/evidence/tasks/tokens.h"

namespace vernier {
namespace {

constexpr char kId[] = "token_accuracy";

}  // namespace

extern constexpr Metric kTokenAccuracy = {
    .figure = kept_figure<kId>({"Token accuracy", "token accuracy"}, Better::higher),
    .of = only(Task::tokens),
    .of_answer = [](const Answers& own, const Answers&, std::size_t i) { return right_percent(record_at(own.records, i)); },
    .value = mean_value,
    .interval = percent_mean_interval};

}  // namespace vernier
