// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/base/json.h"

namespace vernier {

/// Counts of equal-width bins over [lo, hi]; hi belongs to the last bin.
struct Histogram {
    double lo = 0;
    double hi = 0;
    std::vector<std::uint64_t> counts;
    bool operator==(const Histogram&) const = default;
};

/// Numbers about one tensor. Finite values only enter min, max, mean, deviation, ranges and histogram.
struct TensorStats {
    std::uint64_t count = 0;
    std::uint64_t zeros = 0;
    std::uint64_t nan = 0;
    std::uint64_t inf = 0;
    std::uint64_t fp16_overflow = 0;                   ///< finite, but |x| rounds to more than 65504
    std::uint64_t fp16_subnormal = 0;                  ///< not zero, and |x| < 2^-14 (below 2^-25 it becomes 0)
    std::uint64_t fp16_to_zero = 0;                    ///< not zero, but rounds to zero in FP16
    double min = 0, max = 0, mean = 0, deviation = 0;  ///< deviation is the population standard deviation
    int channel_axis = 0;
    std::vector<float> channel_min, channel_max;  ///< one a channel along channel_axis
    Histogram histogram;
    bool operator==(const TensorStats&) const = default;
};

/// One walk for everything but the histogram, a second for it (its range is then known). Vectorised (Highway).
[[nodiscard]] TensorStats compute_stats(std::span<const float> values, std::span<const std::int64_t> dims, int channel_axis, int bins = 256);

/// Minimum and maximum of the values, infinities included, NaN skipped; both are left when there is no such value.
/// Vectorised.
void min_max(std::span<const float> values, float& min, float& max);

/// Weight formats whose error is shown side by side.
enum class WeightFormat { fp16, int8_per_tensor, int8_per_channel };
[[nodiscard]] const char* name(WeightFormat format);  ///< "FP16", "INT8 per tensor", "INT8 per channel"

/// Error of rounding a tensor to a format and back, over its finite values. INT8 is symmetric, scale = max|x| / 127,
/// codes are rounded half to even and dequantized in float32. A value that FP16 cannot hold becomes infinite:
/// max_error is then +inf and sqnr_db -inf.
struct FormatError {
    WeightFormat format = WeightFormat::fp16;
    double sqnr_db = 0;    ///< 10 log10(sum x^2 / sum (x - x')^2); +inf when exact
    double max_error = 0;  ///< max |x - x'|
    double clip = 0;       ///< largest |x| that the format holds on this tensor (per tensor scale * 127; FP16 65504)
    double step = 0;       ///< distance of two codes (INT8 per tensor; for per channel the median step)
    bool operator==(const FormatError&) const = default;
};
[[nodiscard]] std::vector<FormatError> format_errors(std::span<const float> values, std::span<const std::int64_t> dims, int channel_axis);

[[nodiscard]] Json to_json(const TensorStats& stats);
[[nodiscard]] Json to_json(const FormatError& error);

}  // namespace vernier
