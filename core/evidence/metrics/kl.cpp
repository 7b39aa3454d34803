// SPDX-License-Identifier: GPL-3.0-or-later
// KL divergence of an output: from the distribution that it gives to the baseline's, in nats, the mean over the rows of all samples. Of outputs
// that are distributions over classes, and of the scores of a classifier, whose softmax is one.
#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "core/evidence/metrics/divergence.h"
#include "core/evidence/metrics/metric.h"
#include "core/measure/divergence.h"

namespace vernier {
namespace {

constexpr OutputSums kDivergence = {.id = "divergence", .of_rows = row_divergence};

/// The output that lost most.
std::optional<MetricValue> largest(const TrialView& trial) {
    std::optional<MetricValue> most;
    if (trial.compared == nullptr) return most;
    for (const OutputFigures& output : trial.measured.outputs)
        if (const auto found = output.metrics.find("kl"); found != output.metrics.end() && (!most || found->second.value > most->value)) most = found->second;
    return most;
}

}  // namespace

extern constexpr Metric kKl = {.figure = {.id = "kl",
                                          .title = "KL divergence from the baseline",
                                          .column = "KL",
                                          .unit = "nats",
                                          .form = Form::number,
                                          .places = in_metrics,
                                          .relative = true,
                                          .self = 0,
                                          .value = [](const TrialView& trial) -> std::optional<double> {
                                              const auto most = largest(trial);
                                              return most ? std::optional(most->value) : std::nullopt;
                                          },
                                          .interval = [](const TrialView& trial) -> std::optional<Interval> {
                                              const auto most = largest(trial);
                                              return most ? most->interval : std::nullopt;
                                          }},
                               .sums = &kDivergence,
                               .range = {0, HUGE_VAL},
                               .value = mean_value,
                               .interval = positive_mean_interval};

void add_divergence_of_scores(Measurement& measurement, const Answers& first) {
    const Answers& own = measurement.answers;
    if (&own == &first || !measurement.classifies || own.scores.size() != first.scores.size()) return;
    for (OutputFigures& output : measurement.outputs) {
        if (output.name != measurement.scores_output || output.lost > 0 || !output.problem.empty() || output.sums.contains("divergence")) continue;
        std::vector<SampleSums> samples;
        for (std::size_t i = 0; i < own.scores.size(); ++i) {
            const std::vector<float>&p = first.scores[i], &q = own.scores[i];
            if (p.size() != q.size() || p.size() < 2) return;
            samples.push_back({{std::max(kl_of_logits<float>(p, q), 0.0)}, 1});
        }
        if (const auto value = value_of(kKl, samples)) output.metrics["kl"] = *value;
        output.sums["divergence"] = std::move(samples);
    }
}

}  // namespace vernier
