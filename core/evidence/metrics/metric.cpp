// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evidence/metrics/metric.h"

#include <string>

#include "core/measure/statistics.h"

namespace vernier {

std::vector<SampleSums> samples_of(const Metric& metric, const Answers& own, const Answers& baseline) {
    std::vector<SampleSums> samples;
    if (metric.of_answer == nullptr) return samples;
    for (std::size_t i = 0; i < own.sample.size(); ++i) samples.push_back(metric.of_answer(own, baseline, i));
    return samples;
}

SampleSums total_of(const std::vector<SampleSums>& samples) {
    SampleSums total;
    for (const SampleSums& sample : samples) {
        for (std::size_t k = 0; k < total.sums.size(); ++k) total.sums[k] += sample.sums[k];
        total.values += sample.values;
    }
    return total;
}

std::optional<MetricValue> value_of(const Metric& metric, const std::vector<SampleSums>& samples) {
    const SampleSums total = total_of(samples);
    if (total.values == 0) return std::nullopt;
    MetricValue value{metric.value(total), std::nullopt};
    if (metric.interval != nullptr) value.interval = metric.interval(samples);
    return value;
}

Interval share_interval(const std::vector<SampleSums>& samples) {
    const SampleSums total = total_of(samples);
    const Interval share = wilson_interval(static_cast<std::uint64_t>(total.sums[0]), total.values);
    return {100 * share.lo, 100 * share.hi};
}

const OutputFigures* worst_output(const TrialView& trial) {
    return trial.compared == nullptr || trial.measured.outputs.empty() ? nullptr : &trial.measured.outputs.front();
}

std::optional<MetricValue> of_worst_output(const TrialView& trial, std::string_view id) {
    const OutputFigures* worst = worst_output(trial);
    if (worst == nullptr) return std::nullopt;
    const auto found = worst->metrics.find(std::string(id));
    return found == worst->metrics.end() ? std::nullopt : std::optional(found->second);
}

std::string worst_output_text(const TrialView& trial) {
    const OutputFigures* worst = worst_output(trial);
    return worst == nullptr ? std::string() : text_of(*worst);
}

std::optional<double> worst_output_sqnr(const TrialView& trial) {
    const OutputFigures* worst = worst_output(trial);
    if (worst != nullptr && !worst->sqnr_db && is_broken(*worst)) return std::nullopt;
    return trial.compared == nullptr ? std::nullopt : trial.compared->output_sqnr_db;
}

}  // namespace vernier
