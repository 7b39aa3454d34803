// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evidence/metrics/reference.h"

#include <algorithm>
#include <cmath>

#include "core/measure/statistics.h"

namespace vernier {
namespace {

/// What one more of a whole share, or of a mean, is in the metric's unit: 100 for percentages.
double unit_of(const Metric& metric) { return std::abs(metric.value({{1}, 1}) - metric.value({{0}, 1})); }

std::optional<Interval> tango(const Metric& metric, const std::vector<SampleSums>& before, const std::vector<SampleSums>& after) {
    std::uint64_t lost = 0, gained = 0, n = 0;
    for (std::size_t i = 0; i < before.size(); ++i) {
        if (before[i].values == 0 || after[i].values == 0) continue;
        lost += before[i].sums[0] > after[i].sums[0] ? 1U : 0U;
        gained += before[i].sums[0] < after[i].sums[0] ? 1U : 0U;
        ++n;
    }
    if (n == 0) return std::nullopt;
    const Interval drop = tango_interval(lost, gained, n);
    const double unit = unit_of(metric);
    return Interval{-unit * drop.hi, -unit * drop.lo};
}

/// t over samples of what each adds to the difference of the two means, which are ratios of sums.
std::optional<Interval> paired_t(const Metric& metric, const std::vector<SampleSums>& before, const std::vector<SampleSums>& after) {
    const SampleSums first = total_of(before), second = total_of(after);
    const double one = static_cast<double>(first.values), other = static_cast<double>(second.values);
    const double mean_before = first.sums[0] / one, mean_after = second.sums[0] / other;
    double n = 0, squares = 0, least = HUGE_VAL, most = -HUGE_VAL;
    for (std::size_t i = 0; i < before.size(); ++i) {
        if (before[i].values == 0 && after[i].values == 0) continue;
        const double left = (before[i].sums[0] - mean_before * static_cast<double>(before[i].values)) / one;
        const double right = (after[i].sums[0] - mean_after * static_cast<double>(after[i].values)) / other;
        squares += (right - left) * (right - left);
        least = std::min({least, left, right});
        most = std::max({most, left, right});
        n += 1;
    }
    if (n < 2) return std::nullopt;
    double half = student_t_quantile(0.975, n - 1) * std::sqrt(n / (n - 1) * squares);
    // Where no sample differs, one that does may be among those that were not asked: as far as samples lie apart, as often as for shares.
    if (squares == 0) half = n * (most - least) * tango_interval(0, 0, static_cast<std::uint64_t>(n)).hi;
    half *= unit_of(metric);
    const double delta = metric.value(second) - metric.value(first);
    return Interval{delta - half, delta + half};
}

}  // namespace

Reference::Reference(const Metric& metric, const Answers& answers) : metric_(metric), answers_(answers) {
    if (metric.of_answers != nullptr)
        statistic_ = metric.of_answers(answers, answers);
    else
        samples_ = samples_of(metric, answers, answers);
}

std::optional<MetricChange> Reference::change_of(const Answers& other) const {
    if (metric_.of_answers != nullptr) {
        const auto second = statistic_ ? metric_.of_answers(other, answers_) : std::nullopt;
        if (!second || second->samples != statistic_->samples) return std::nullopt;
        const Statistic change = difference(*statistic_, *second);
        const auto delta = value_of(change);
        if (!delta) return std::nullopt;
        auto interval = bootstrap_interval(change);
        if (interval) interval = unless_point(*interval, *delta, metric_, *statistic_, tango_interval(0, 0, change.samples).hi);
        return MetricChange{*delta, interval};
    }
    return change(metric_, samples_, samples_of(metric_, other, answers_));
}

std::optional<MetricChange> Reference::change(const Metric& metric, const std::vector<SampleSums>& before, const std::vector<SampleSums>& after) {
    const SampleSums first = total_of(before), second = total_of(after);
    if (first.values == 0 || second.values == 0 || after.size() != before.size()) return std::nullopt;
    if (std::isnan(first.sums[0]) || std::isnan(second.sums[0])) return std::nullopt;
    const bool share = is_share(before) && is_share(after);
    return MetricChange{metric.value(second) - metric.value(first), share ? tango(metric, before, after) : paired_t(metric, before, after)};
}

}  // namespace vernier
