// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evidence/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/measure/statistics.h"

namespace vernier {
namespace {

constexpr double kMostSteps = 2e8;    // of one interval: a fraction of a second
constexpr int kFewestDraws = 400;     // an end of the interval then stands on ten of them
constexpr std::size_t kGroups = 200;  // of the jackknife
constexpr std::size_t kFewestGroups = 20;

/// splitmix64: the same draws on every machine.
class Draw {
public:
    [[nodiscard]] std::size_t below(std::size_t count) {
        state_ += 0x9e3779b97f4a7c15U;
        std::uint64_t bits = state_;
        bits = (bits ^ (bits >> 30U)) * 0xbf58476d1ce4e5b9U;
        bits = (bits ^ (bits >> 27U)) * 0x94d049bb133111ebU;
        return static_cast<std::size_t>(((bits ^ (bits >> 31U)) >> 32U) * count >> 32U);
    }

private:
    std::uint64_t state_ = 7;
};

double normal_cdf(double z) { return 0.5 * std::erfc(-z / std::sqrt(2.0)); }

double normal_quantile(double p) {
    double lo = -9, hi = 9;
    while (hi - lo > 1e-12) {
        const double middle = 0.5 * (lo + hi);
        (normal_cdf(middle) < p ? lo : hi) = middle;
    }
    return 0.5 * (lo + hi);
}

std::size_t group_count(const Statistic& statistic) {
    const double affordable = kMostSteps / std::max(1.0, statistic.steps) / 2;
    const auto groups = static_cast<std::size_t>(std::clamp(affordable, static_cast<double>(kFewestGroups), static_cast<double>(kGroups)));
    return std::min(groups, statistic.samples);
}

/// Values without one group of samples each. Neighbours are in different groups: data is often sorted by its classes.
std::vector<double> left_out(const Statistic& statistic) {
    const std::size_t groups = group_count(statistic);
    std::vector<std::uint32_t> times(statistic.samples, 1);
    std::vector<double> values;
    for (std::size_t group = 0; group < groups; ++group) {
        for (std::size_t i = group; i < times.size(); i += groups) times[i] = 0;
        if (const double value = statistic.value(times); std::isfinite(value)) values.push_back(value);
        for (std::size_t i = group; i < times.size(); i += groups) times[i] = 1;
    }
    return values;
}

std::vector<double> drawn(const Statistic& statistic, int draws) {
    std::vector<std::uint32_t> times(statistic.samples);
    std::vector<double> values;
    Draw draw;
    for (int i = 0; i < draws; ++i) {
        std::fill(times.begin(), times.end(), 0U);
        for (std::size_t k = 0; k < times.size(); ++k) ++times[draw.below(times.size())];
        if (const double value = statistic.value(times); std::isfinite(value)) values.push_back(value);
    }
    std::sort(values.begin(), values.end());
    return values;
}

double mean_of(const std::vector<double>& values) {
    double sum = 0;
    for (const double value : values) sum += value;
    return sum / static_cast<double>(values.size());
}

double acceleration(const std::vector<double>& without) {
    if (without.empty()) return 0;
    const double mean = mean_of(without);
    double squares = 0, cubes = 0;
    for (const double value : without) {
        squares += (mean - value) * (mean - value);
        cubes += (mean - value) * (mean - value) * (mean - value);
    }
    return squares > 0 ? cubes / (6 * std::pow(squares, 1.5)) : 0;
}

Interval bca(double value, double samples, const std::vector<double>& sorted, const std::vector<double>& without) {
    const auto below = std::lower_bound(sorted.begin(), sorted.end(), value), above = std::upper_bound(sorted.begin(), sorted.end(), value);
    const double n = static_cast<double>(sorted.size());
    const double share = (static_cast<double>(below - sorted.begin()) + 0.5 * static_cast<double>(above - below)) / n;
    const double bias = normal_quantile(std::clamp(share, 1 / (n + 1), n / (n + 1)));
    const double a = acceleration(without);
    // Draws spread by (n - 1) / n too little, and know their spread no better than t does (T. Hesterberg, 2015).
    const double z = std::sqrt(samples / (samples - 1)) * student_t_quantile(0.975, samples - 1);
    const auto end = [&](double to) { return quantile_sorted(sorted, normal_cdf(bias + (bias + to) / std::max(1e-3, 1 - a * (bias + to)))); };
    return {std::min(value, end(-z)), std::max(value, end(z))};
}

std::optional<Interval> jackknife(double value, const std::vector<double>& without) {
    if (without.size() < 2) return std::nullopt;
    const double groups = static_cast<double>(without.size()), mean = mean_of(without);
    double squares = 0;
    for (const double each : without) squares += (each - mean) * (each - mean);
    const double half = student_t_quantile(0.975, groups - 1) * std::sqrt((groups - 1) / groups * squares);
    return Interval{value - half, value + half};
}

}  // namespace

Statistic difference(const Statistic& a, const Statistic& b) {
    return {std::min(a.samples, b.samples), a.steps + b.steps,
            [first = a.value, second = b.value](std::span<const std::uint32_t> times) { return second(times) - first(times); }};
}

std::optional<double> value_of(const Statistic& statistic) {
    if (statistic.samples == 0) return std::nullopt;
    const double value = statistic.value(std::vector<std::uint32_t>(statistic.samples, 1));
    return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

double spread_of(const Statistic& statistic) {
    if (statistic.samples < 2) return 0;
    const std::vector<double> without = left_out(statistic);
    if (without.empty()) return 0;
    const auto [least, most] = std::minmax_element(without.begin(), without.end());
    return static_cast<double>(without.size()) * (*most - *least);
}

std::optional<Interval> bootstrap_interval(const Statistic& statistic) {
    const auto value = value_of(statistic);
    if (!value || statistic.samples < 2) return std::nullopt;
    const std::vector<double> without = left_out(statistic);
    const double work = statistic.steps + 2 * static_cast<double>(statistic.samples);  // with the draw itself
    const int draws = static_cast<int>(std::min<double>(kDraws, kMostSteps / work));
    if (draws < kFewestDraws) return jackknife(*value, without);
    const std::vector<double> values = drawn(statistic, draws);
    if (2 * values.size() < static_cast<std::size_t>(draws)) return std::nullopt;
    return bca(*value, static_cast<double>(statistic.samples), values, without);
}

}  // namespace vernier
