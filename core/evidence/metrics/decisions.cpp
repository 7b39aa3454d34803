// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evidence/metrics/decisions.h"

#include <algorithm>
#include <cmath>

#include "core/evidence/metrics/metric.h"
#include "core/evidence/metrics/records.h"
#include "core/evidence/tasks/steps.h"

namespace vernier {
namespace {

std::optional<Decisions> of_steps(const Answers& own, const Answers& baseline) {
    const auto records = counted_records(own.records, baseline.records);
    if (!records) return std::nullopt;
    Decisions decisions;
    decisions.samples = records->size();
    for (std::size_t i = 0; i < records->size(); ++i)
        for (const Step& step : steps_of(*(*records)[i])) {
            if (!std::isfinite(step.score)) return std::nullopt;
            decisions.all.push_back({step.score, step.yes, step.decided, static_cast<std::uint32_t>(i)});
        }
    return decisions;
}

}  // namespace

double decision_threshold(const Answers& baseline) {
    const bool probabilities = std::all_of(baseline.scores.begin(), baseline.scores.end(), [](const std::vector<float>& score) {
        return std::all_of(score.begin(), score.end(), [](float each) { return each >= 0 && each <= 1; });
    });
    return probabilities ? 0.5 : 0;
}

std::optional<Decisions> decisions_of(const Answers& own, const Answers& baseline) {
    if (own.task == Task::steps) return of_steps(own, baseline);
    if (own.classes != 0 || own.scores.size() != own.sample.size()) return std::nullopt;
    const double threshold = own.threshold ? *own.threshold : decision_threshold(baseline);
    Decisions decisions;
    for (std::size_t i = 0; i < own.sample.size(); ++i) {
        if (own.label[i] < 0) continue;
        if (own.label[i] > 1 || own.scores[i].size() != 1 || !std::isfinite(own.scores[i][0])) return std::nullopt;
        const double score = own.scores[i][0];
        decisions.all.push_back({score, own.label[i] == 1, score >= threshold, static_cast<std::uint32_t>(decisions.samples++)});
    }
    return decisions.samples == 0 ? std::nullopt : std::optional(std::move(decisions));
}

SampleSums sums_of(const CountedDecisions& counted) { return {{counted.right}, static_cast<std::uint64_t>(counted.all)}; }

std::optional<Interval> decision_share_interval(const std::vector<SampleSums>& samples) {
    if (is_share(samples)) return share_interval(samples);
    std::vector<SampleSums> percent = samples;
    for (SampleSums& each : percent) each.sums[0] *= 100;
    return percent_mean_interval(percent);
}

}  // namespace vernier
