// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace vernier {

/// A weight in S8, symmetric, zero point 0: w' = codes * scale of its channel.
struct Int8Weight {
    std::vector<std::int8_t> codes;
    std::vector<float> scales;  ///< one number, or one a channel
    bool operator==(const Int8Weight&) const = default;
};

/// Where the channels of a weight lie, and whether each gets a scale.
struct WeightChannels {
    std::size_t count = 1;   ///< dims[axis]
    std::size_t stride = 1;  ///< product of dims behind axis
    bool each = false;       ///< a scale a channel; otherwise one for all
};

/// What else the scales of a weight must leave room for.
struct ScaleNeeds {
    std::vector<float> bias = {};   ///< one a channel, or none
    float input_scale = 1;          ///< of the activation, for the bias
    std::vector<float> least = {};  ///< lower bounds of the scales, one a channel, or none
};

/// Rounds to nearest even onto [-127, 127].
/// scale[c] = max|w_c| / 127, raised where the bias needs it to fit int32: |bias[c]| <= input_scale * scale[c] * 2^30.
/// A channel without weights takes its scale from its bias, so that the bias survives.
[[nodiscard]] Int8Weight quantize_weight(const std::vector<float>& weight, const WeightChannels& channels, const ScaleNeeds& needs = {});

/// What rounding the weights takes from each output channel on average, to be added to its bias:
///   shift[o] = sum_i sum_k tap_share[k] * (mean[i] * W - quantized_mean[i] * W')[o, i, k]
/// Source: Finkelstein et al. 2019, Nagel et al. 2019 (bias correction), with E[x] measured in calibration; tap_share is for
/// padded convolutions, whose outer taps read zeros at the border (tap_share.h). quantized_mean: E[x] of what the rounded weights
/// multiply; empty = the same. Empty when a mean does not fit.
struct WeightWalk {
    std::size_t channels = 1, channel_stride = 1;
    std::size_t inputs = 1, input_stride = 1;  ///< inputs that one channel reads
    std::size_t inner = 1;                     ///< elements of one input (kernel window); stride 1
    std::size_t groups = 1;                    ///< channel o reads inputs from (o / (channels / groups)) * inputs on
    std::size_t group_skip = 0;                ///< elements between the last channel of a group and the first of the next, beside a stride
    std::vector<double> tap_share = {};        ///< one for each element of the window; empty = all 1

    /// Where the window of an output channel over one of its inputs begins.
    [[nodiscard]] std::size_t at(std::size_t channel, std::size_t input) const {
        const std::size_t skipped = group_skip == 0 ? 0 : channel / (channels / groups) * group_skip;
        return channel * channel_stride + skipped + input * input_stride;
    }
};
[[nodiscard]] std::vector<float> bias_shift(const std::vector<float>& weight, const Int8Weight& rounded, const WeightWalk& walk,
                                            const std::vector<double>& mean, const std::vector<double>& quantized_mean = {});
/// The same of a weight in any codes: rounded is what they stand for.
[[nodiscard]] std::vector<float> bias_shift(const std::vector<float>& weight, const std::vector<float>& rounded, const WeightWalk& walk,
                                            const std::vector<double>& mean, const std::vector<double>& quantized_mean = {});

/// bias / (input_scale * scale[c]), rounded to nearest even.
[[nodiscard]] std::vector<std::int32_t> quantize_bias(const std::vector<float>& bias, const std::vector<float>& scales, float input_scale);

}  // namespace vernier
