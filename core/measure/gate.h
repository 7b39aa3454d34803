// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/measure/compare.h"

namespace vernier {

/// Judges a drop of top-1 against a limit in points: passed when the upper end of the 95 % interval is not above the limit,
/// failed when the lower end is, inconclusive in between. n = 0 means that there were no labels.
[[nodiscard]] GateLine judge_drop(std::uint64_t lost, std::uint64_t gained, std::uint64_t n, double limit_points);

/// The line of a gate whose baseline itself answers with NaN: whatever the candidate does, nothing is shown.
[[nodiscard]] GateLine judge_nan_baseline(std::uint64_t samples);

/// Judges a speedup against a least value in the same way; bias is how far the baseline differed from itself beyond chance
/// (a share, 0 on a quiet machine), and widens the interval.
[[nodiscard]] GateLine judge_speed(double speedup, const Interval& interval, double bias, double limit);

/// Failed, then inconclusive, then passed; not_judged for no lines.
[[nodiscard]] Outcome worst_of(const std::vector<GateLine>& lines);

}  // namespace vernier
