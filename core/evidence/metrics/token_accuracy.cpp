// SPDX-License-Identifier: GPL-3.0-or-later
// Token accuracy: the share of the tokens that count whose class is that of the target.
#include <cstddef>

#include "core/evidence/metrics/metric.h"
#include "core/evidence/metrics/records.h"
#include "core/evidence/tasks/tokens.h"

namespace vernier {
namespace {

constexpr char kId[] = "token_accuracy";

}  // namespace

extern constexpr Metric kTokenAccuracy = {
    .figure = {.id = kId,
               .title = "Token accuracy",
               .column = "token accuracy",
               .unit = "%",
               .form = Form::percent,
               .better = Better::higher,
               .places = in_metrics,
               .value = Kept<kId>::value,
               .interval = Kept<kId>::interval,
               .against = Kept<kId>::against},
    .of = only(Task::tokens),
    .of_answer = [](const Answers& own, const Answers&, std::size_t i) { return right_percent(record_at(own.records, i)); },
    .value = mean_value,
    .interval = percent_mean_interval};

}  // namespace vernier
