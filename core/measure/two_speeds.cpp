// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/two_speeds.h"

#include <algorithm>
#include <cstddef>
#include <span>

#include "core/measure/statistics.h"

namespace vernier {
namespace {

constexpr std::size_t kFewestValues = 16;
constexpr std::size_t kSmallestGroup = 8;  // an eighth
constexpr double kApart = 0.03;            // centres nearer than this are one speed
constexpr double kClear = 0.5;             // of the way between the centres that next to no value lies on
constexpr double kWithin = 0.9;            // of a group

double mean_of(std::span<const double> values) {
    double sum = 0;
    for (const double value : values) sum += value;
    return sum / static_cast<double>(values.size());
}

/// Where sorted values are cut so that the groups' means explain the most (Otsu).
std::size_t best_cut(std::span<const double> sorted, std::size_t fewest) {
    std::size_t best = 0;
    double most = -1;
    for (std::size_t cut = fewest; cut + fewest <= sorted.size(); ++cut) {
        const double apart = mean_of(sorted.subspan(cut)) - mean_of(sorted.first(cut));
        const double between = apart * apart * static_cast<double>(cut) * static_cast<double>(sorted.size() - cut);
        if (between > most) most = between, best = cut;
    }
    return best;
}

}  // namespace

std::optional<Interval> two_speeds_of(std::vector<double> medians) {
    if (medians.size() < kFewestValues) return std::nullopt;
    std::sort(medians.begin(), medians.end());
    const std::span<const double> sorted(medians);
    const std::size_t cut = best_cut(sorted, std::max<std::size_t>(2, sorted.size() / kSmallestGroup));
    const auto low = sorted.first(cut), high = sorted.subspan(cut);
    const double slow = quantile_sorted(high, 0.5), fast = quantile_sorted(low, 0.5);
    if (fast <= 0 || slow < fast * (1 + kApart)) return std::nullopt;
    const double gap = quantile_sorted(high, 1 - kWithin) - quantile_sorted(low, kWithin);
    if (gap < kClear * (slow - fast)) return std::nullopt;
    return Interval{fast, slow};
}

}  // namespace vernier
