// SPDX-License-Identifier: GPL-3.0-or-later
// Top-1: the share of labelled samples whose arg max is the label. Against the baseline in points, paired (Tango).
#include "core/evidence/metrics/table.h"

namespace vernier {
namespace {

std::optional<Against> points(const TrialView& trial) {
    const CandidateComparison& candidate = *trial.compared;
    if (!candidate.top1_delta_points) return std::nullopt;
    const Interval& interval = candidate.top1_delta_interval;
    return Against{Against::Kind::points, *candidate.top1_delta_points, interval, interval.lo > 0 || interval.hi < 0};
}

}  // namespace

constexpr Metric kTop1 = {
    .figure = {.id = "top1",
               .title = "Top-1",
               .column = "top-1",
               .unit = "%",
               .form = Form::percent,
               .better = Better::higher,
               .places = in_measure | in_compare | in_runs | in_report | in_charts,
               .chart = 2,
               .family = "accuracy",
               .slot = "answers",
               .against_column = "points",
               .own_limit = "--max-drop",
               .value = [](const TrialView& trial) { return trial.measured.accuracy ? std::optional(trial.measured.accuracy->top1) : std::nullopt; },
               .interval = [](const TrialView& trial) { return trial.measured.accuracy ? proper(trial.measured.accuracy->top1_interval) : std::nullopt; },
               .against = points,
               .instead = worst_output_text},
    .of_answer = [](const Answers& own, const Answers&, std::size_t i) -> SampleSums {
        if (own.label[i] < 0) return {};
        return {{own.predicted[i] == own.label[i] ? 1.0 : 0.0}, 1};
    },
    .value = share_value,
    .interval = share_interval};

}  // namespace vernier
