// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evidence/metrics/reference.h"

#include <algorithm>
#include <cmath>

#include "core/measure/statistics.h"

namespace vernier {
namespace {

bool is_share(const std::vector<SampleSums>& samples) {
    return std::all_of(samples.begin(), samples.end(),
                       [](const SampleSums& sample) { return sample.values == 0 || (sample.values == 1 && (sample.sums[0] == 0 || sample.sums[0] == 1)); });
}

std::optional<Interval> tango(const std::vector<SampleSums>& before, const std::vector<SampleSums>& after) {
    std::uint64_t lost = 0, gained = 0, n = 0;
    for (std::size_t i = 0; i < before.size(); ++i) {
        if (before[i].values == 0 || after[i].values == 0) continue;
        lost += before[i].sums[0] > after[i].sums[0] ? 1U : 0U;
        gained += before[i].sums[0] < after[i].sums[0] ? 1U : 0U;
        ++n;
    }
    if (n == 0) return std::nullopt;
    const Interval drop = tango_interval(lost, gained, n);
    return Interval{-100 * drop.hi, -100 * drop.lo};
}

/// t over samples of what each adds to the difference of the two means, which are ratios of sums.
std::optional<Interval> paired_t(const Metric& metric, const std::vector<SampleSums>& before, const std::vector<SampleSums>& after) {
    const SampleSums first = total_of(before), second = total_of(after);
    const double one = static_cast<double>(first.values), other = static_cast<double>(second.values);
    const double mean_before = first.sums[0] / one, mean_after = second.sums[0] / other;
    double n = 0, squares = 0;
    for (std::size_t i = 0; i < before.size(); ++i) {
        if (before[i].values == 0 && after[i].values == 0) continue;
        const double left = (before[i].sums[0] - mean_before * static_cast<double>(before[i].values)) / one;
        const double right = (after[i].sums[0] - mean_after * static_cast<double>(after[i].values)) / other;
        squares += (right - left) * (right - left);
        n += 1;
    }
    if (n < 2) return std::nullopt;
    const double unit = metric.value({{1}, 1}) - metric.value({{0}, 1});  // 100 for what is told in percent
    const double half = std::abs(unit) * student_t_quantile(0.975, n - 1) * std::sqrt(n / (n - 1) * squares);
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
        if (interval) interval = unless_point(*interval, *delta, 100 * tango_interval(0, 0, change.samples).hi);
        return MetricChange{*delta, interval};
    }
    const std::vector<SampleSums> after = samples_of(metric_, other, answers_);
    const SampleSums first = total_of(samples_), second = total_of(after);
    if (first.values == 0 || second.values == 0 || after.size() != samples_.size()) return std::nullopt;
    const bool share = is_share(samples_) && is_share(after);
    return MetricChange{metric_.value(second) - metric_.value(first), share ? tango(samples_, after) : paired_t(metric_, samples_, after)};
}

}  // namespace vernier
