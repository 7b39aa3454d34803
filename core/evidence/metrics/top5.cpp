// SPDX-License-Identifier: GPL-3.0-or-later
// Top-5: the share of labelled samples whose label is among the five largest scores.
#include "core/evidence/metrics/table.h"

namespace vernier {

constexpr Metric kTop5 = {
    .figure = {.id = "top5",
               .title = "Top-5",
               .column = "top-5",
               .unit = "%",
               .form = Form::percent,
               .better = Better::higher,
               .places = in_measure | in_report,
               .family = "accuracy",
               .value = [](const TrialView& trial) { return trial.measured.accuracy ? std::optional(trial.measured.accuracy->top5) : std::nullopt; },
               .interval =
                   [](const TrialView& trial) {
                       const auto kept = kept_value(trial, "top5");
                       return kept ? kept->interval : std::nullopt;
                   },
               .against = [](const TrialView& trial) { return kept_change(trial, "top5"); }},
    .of_answer = [](const Answers& own, const Answers&, std::size_t i) -> SampleSums {
        if (own.label[i] < 0) return {};
        return {{own.in_top5[i] ? 1.0 : 0.0}, 1};
    },
    .value = share_value,
    .interval = share_interval};

}  // namespace vernier
