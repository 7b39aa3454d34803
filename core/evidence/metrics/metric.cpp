// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evidence/metrics/metric.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
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
    if (total.values == 0 || std::isnan(total.sums[0])) return std::nullopt;
    MetricValue value{metric.value(total), metric.interval == nullptr ? std::nullopt : metric.interval(samples)};
    for (const SampleSums& sample : samples) value.n += sample.values > 0 ? 1U : 0U;
    return value;
}

Task task_of(const Answers& answers) {
    if (answers.task != Task::none) return answers.task;
    return answers.classes > 1 ? Task::classification : Task::decision;
}

Interval unless_point(const Interval& interval, double value, const Metric& metric, const Statistic& statistic, double share) {
    if (interval.hi > interval.lo) return interval;
    const double width = metric.range.hi - metric.range.lo;
    const double room = share * (metric.figure.form == Form::percent ? 100 : spread_of(statistic));
    return {std::max(-width, value - room), std::min(width, value + room)};
}

std::optional<MetricValue> value_of(const Metric& metric, const Answers& own, const Answers& baseline) {
    if (metric.of_answers == nullptr) return value_of(metric, samples_of(metric, own, baseline));
    const auto statistic = metric.of_answers(own, baseline);
    const auto value = statistic ? value_of(*statistic) : std::nullopt;
    if (!value) return std::nullopt;
    MetricValue kept{*value, bootstrap_interval(*statistic), statistic->samples};
    if (kept.interval) {
        kept.interval = unless_point(*kept.interval, *value, metric, *statistic, 1 - wilson_interval(kept.n, kept.n).lo);
        kept.interval->lo = std::max(metric.range.lo, kept.interval->lo);
        kept.interval->hi = std::min(metric.range.hi, kept.interval->hi);
    }
    return kept;
}

std::optional<MetricValue> kept_value(const TrialView& trial, std::string_view id) {
    const auto found = trial.measured.metrics.find(std::string(id));
    return found == trial.measured.metrics.end() ? std::nullopt : std::optional(found->second);
}

std::optional<Against> kept_change(const TrialView& trial, std::string_view id) {
    if (trial.compared == nullptr) return std::nullopt;
    const auto found = trial.compared->changes.find(std::string(id));
    if (found == trial.compared->changes.end()) return std::nullopt;
    return Against{Against::Kind::points, found->second.delta, found->second.interval, found->second.differs()};
}

bool is_share(const std::vector<SampleSums>& samples) {
    return std::all_of(samples.begin(), samples.end(),
                       [](const SampleSums& sample) { return sample.values == 0 || (sample.values == 1 && (sample.sums[0] == 0 || sample.sums[0] == 1)); });
}

double mean_value(const SampleSums& total) { return total.sums[0] / static_cast<double>(total.values); }
double share_value(const SampleSums& total) { return 100.0 * total.sums[0] / static_cast<double>(total.values); }

std::optional<Interval> share_interval(const std::vector<SampleSums>& samples) {
    const SampleSums total = total_of(samples);
    const Interval share = wilson_interval(static_cast<std::uint64_t>(total.sums[0]), total.values);
    return Interval{100 * share.lo, 100 * share.hi};
}

std::optional<Interval> mean_interval(const std::vector<SampleSums>& samples) {
    const SampleSums total = total_of(samples);
    const double mean = mean_value(total);
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

std::optional<Interval> positive_mean_interval(const std::vector<SampleSums>& samples) {
    const auto mean = mean_interval(samples);
    return mean ? std::optional(Interval{std::max(0.0, mean->lo), mean->hi}) : std::nullopt;
}

std::optional<Interval> percent_mean_interval(const std::vector<SampleSums>& samples) {
    const auto mean = positive_mean_interval(samples);
    if (!mean) return std::nullopt;
    if (mean->hi > mean->lo) return Interval{mean->lo, std::min(100.0, mean->hi)};
    const auto says = std::count_if(samples.begin(), samples.end(), [](const SampleSums& sample) { return sample.values > 0; });
    const auto n = static_cast<std::uint64_t>(says);
    const double room = 100 * (1 - wilson_interval(n, n).lo);  // as much as so many right ones of so many leave open
    return Interval{std::max(0.0, mean->lo - room), std::min(100.0, mean->hi + room)};
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
