// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "core/measure/interval.h"

namespace vernier {

/// A figure of samples that is no mean over them, such as macro F1.
struct Statistic {
    std::size_t samples = 0;
    double steps = 0;                                                   ///< roughly the work of one value
    std::function<double(std::span<const std::uint32_t> times)> value;  ///< with each sample taken so many times; NaN where it is not defined
};

/// b - a, of the same samples.
[[nodiscard]] Statistic difference(const Statistic& a, const Statistic& b);

/// The value with each sample taken once; nothing where it is not defined.
[[nodiscard]] std::optional<double> value_of(const Statistic& statistic);

/// Draws of a bootstrap, where the statistic is cheap enough.
inline constexpr int kDraws = 2000;

/// 95 % interval: BCa bootstrap (B. Efron, JASA 82, 1987) of 2,000 seeded draws, its acceleration from a grouped jackknife. Where the
/// work of that many draws is too much there are fewer; where even 400 are, it is the jackknife's own, t over groups of samples.
/// Nothing for fewer than two samples, or where more than half of the draws have no value.
[[nodiscard]] std::optional<Interval> bootstrap_interval(const Statistic& statistic);

/// How far samples lie apart, in the statistic's unit: so many times the most by which leaving one out changes it more than leaving
/// out another. 0 where all say the same.
[[nodiscard]] double spread_of(const Statistic& statistic);

}  // namespace vernier
