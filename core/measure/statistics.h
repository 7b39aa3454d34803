// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/measure/measure.h"

namespace vernier {

/// Two-sided 95 % normal quantile.
inline constexpr double kZ95 = 1.959963984540054;

/// Quantile of sorted values by linear interpolation between order statistics; 0 for none.
[[nodiscard]] double quantile_sorted(std::span<const double> sorted, double p);
[[nodiscard]] double median(std::vector<double> values);

/// P(T <= t) of Student's t with df degrees of freedom (regularised incomplete beta function).
[[nodiscard]] double student_t_cdf(double t, double df);
/// t with P(T <= t) = p, for p in (0, 1).
[[nodiscard]] double student_t_quantile(double p, double df);

/// Mean of values and its interval, mean +- t sd / sqrt(n). Needs at least 2 values.
struct MeanInterval {
    double mean = 0;
    Interval interval;
};
[[nodiscard]] MeanInterval mean_t_interval(std::span<const double> values, double confidence = 0.95);

/// Wilson's interval of a share, as a share in [0, 1]; of 95 % where no other quantile is given.
[[nodiscard]] Interval wilson_interval(std::uint64_t right, std::uint64_t n, double z = kZ95);

/// Tango's score interval (of 95 % where no other quantile is given) of a paired difference (lost - gained) / n, as a share in [-1, 1].
/// lost: right before and wrong after; gained: the other way round. T. Tango, Statistics in Medicine 17 (1998).
[[nodiscard]] Interval tango_interval(std::uint64_t lost, std::uint64_t gained, std::uint64_t n, double z = kZ95);

/// McNemar's test with the mid-p correction: how surprising lost and gained are when neither side is better.
[[nodiscard]] double mcnemar_mid_p(std::uint64_t lost, std::uint64_t gained);

/// Samples after which Tango's interval would most likely (80 %) leave out the limit, if the flips go on as seen. All are
/// shares. 0 when the drop seen is the limit itself.
[[nodiscard]] std::uint64_t samples_to_settle(std::uint64_t lost, std::uint64_t gained, std::uint64_t n, double limit);

}  // namespace vernier
