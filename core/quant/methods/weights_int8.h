// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

namespace vernier {

/// A weight in S8, symmetric, zero point 0: w' = codes * scale of its channel.
struct Int8Weight {
    std::vector<std::int8_t> codes;
    std::vector<float> scales;   ///< one number, or one a channel
};

/// Rounds to nearest even onto [-127, 127]. channels = dims[axis]; channel_stride = product of dims behind axis.
/// scale[c] = max|w_c| / 127, raised where the bias needs it to fit int32: |bias[c]| <= input_scale * scale[c] * 2^30.
/// A channel without weights takes its scale from its bias, so that the bias survives. bias may be empty.
/// least_scales (one a channel, or none) are lower bounds of the scales.
[[nodiscard]] Int8Weight quantize_weight(const std::vector<float>& weight, std::size_t channels, std::size_t channel_stride,
                                         bool per_channel, const std::vector<float>& bias, float input_scale,
                                         const std::vector<float>& least_scales = {});

/// bias / (input_scale * scale[c]), rounded to nearest even.
[[nodiscard]] std::vector<std::int32_t> quantize_bias(const std::vector<float>& bias, const std::vector<float>& scales,
                                                      float input_scale);

}  // namespace vernier
