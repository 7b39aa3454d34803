// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evidence/metrics/metric.h"

#include <cmath>
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
    return MetricValue{metric.value(total), metric.interval == nullptr ? std::nullopt : metric.interval(samples)};
}

std::optional<Interval> share_interval(const std::vector<SampleSums>& samples) {
    const SampleSums total = total_of(samples);
    const Interval share = wilson_interval(static_cast<std::uint64_t>(total.sums[0]), total.values);
    return Interval{100 * share.lo, 100 * share.hi};
}

std::optional<Interval> mean_interval(const std::vector<SampleSums>& samples) {
    const SampleSums total = total_of(samples);
    const double mean = total.sums[0] / static_cast<double>(total.values);
    double n = 0, squares = 0;
    for (const SampleSums& sample : samples) {
        if (sample.values == 0) continue;
        n += 1;
        squares += std::pow(sample.sums[0] - mean * static_cast<double>(sample.values), 2);
    }
    if (n < 2) return std::nullopt;
    const double half = student_t_quantile(0.975, n - 1) * std::sqrt(n / (n - 1) * squares) / static_cast<double>(total.values);
    return Interval{mean - half, mean + half};
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
