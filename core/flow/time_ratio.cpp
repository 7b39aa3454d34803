// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/time_ratio.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "core/measure/statistics.h"

namespace vernier {

TimeRatio time_ratio(const Rounds& above, const Rounds& below) {
    constexpr std::size_t kFewest = 3;
    constexpr double kUnsure = 1.25;
    std::vector<double> ratios;
    for (std::size_t i = 0; i < std::min(above.size(), below.size()); ++i)
        if (above[i] > 0 && below[i] > 0) ratios.push_back(above[i] / below[i]);
    if (ratios.empty()) return {1, {1 / kUnsure, kUnsure}};
    std::sort(ratios.begin(), ratios.end());
    const double middle = quantile_sorted(ratios, 0.5);
    if (ratios.size() < kFewest) return {middle, {middle / kUnsure, middle * kUnsure}};
    // The median lies between these two in 95 of 100 cases, whatever the distribution.
    const auto n = static_cast<double>(ratios.size());
    const auto low = static_cast<std::size_t>(std::max(0.0, std::floor((n - kZ95 * std::sqrt(n)) / 2)));
    return {middle, {ratios[low], ratios[ratios.size() - 1 - low]}};
}

bool is_clear(const std::vector<Rounds>& files, const std::vector<TimeLine>& lines) {
    constexpr std::size_t kFewest = 6;
    if (lines.empty()) return false;
    return std::all_of(lines.begin(), lines.end(), [&](const TimeLine& line) {
        const Rounds &above = files.at(line.above), &below = files.at(line.below);
        const Interval interval = time_ratio(above, below).interval;
        return std::min(above.size(), below.size()) >= kFewest && (interval.lo > line.ratio || interval.hi < line.ratio);
    });
}

}  // namespace vernier
