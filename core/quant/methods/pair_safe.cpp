// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/methods/pair_safe.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace vernier {
namespace {

/// Two codes whose exact sum is at most this are at most 128 after each was rounded.
constexpr float kLargestPair = 127.5f;
constexpr int kLargestSum = 128;

/// Neighbours in the order in which the runtime multiplies: visit(channel, place of the first, place of the second).
template <class Visit>
void for_each_pair(const ProductLayout& layout, const Visit& visit) {
    const std::size_t count = layout.inner_size * layout.outer_size;
    std::vector<std::size_t> offset(count);
    for (std::size_t k = 0; k < count; ++k) offset[k] = k / layout.inner_size * layout.outer_stride + k % layout.inner_size * layout.inner_stride;
    const auto look = [&](std::size_t k, std::size_t channel) {
        visit(channel, offset[k - 1] + channel * layout.channel_stride, offset[k] + channel * layout.channel_stride);
    };
    // Along what lies side by side in memory.
    if (layout.channel_stride > 1) {
        for (std::size_t channel = 0; channel < layout.channels; ++channel)
            for (std::size_t k = 1; k < count; k += 2) look(k, channel);
    } else {
        for (std::size_t k = 1; k < count; k += 2)
            for (std::size_t channel = 0; channel < layout.channels; ++channel) look(k, channel);
    }
}

}  // namespace

ProductLayout matmul_layout(std::size_t k, std::size_t n, bool transposed) {
    if (transposed) return {.channels = n, .channel_stride = k, .inner_size = k, .inner_stride = 1};
    return {.channels = n, .channel_stride = 1, .inner_size = k, .inner_stride = n};
}

ProductLayout conv_layout(const std::vector<std::int64_t>& dims) {
    std::size_t spatial = 1;
    for (std::size_t axis = 2; axis < dims.size(); ++axis) spatial *= static_cast<std::size_t>(dims[axis]);
    const auto inputs = static_cast<std::size_t>(dims[1]);
    return {.channels = static_cast<std::size_t>(dims[0]),
            .channel_stride = inputs * spatial,
            .inner_size = inputs,
            .inner_stride = spatial,
            .outer_size = spatial,
            .outer_stride = 1};
}

std::vector<float> pair_safe_scales(std::span<const float> weights, const ProductLayout& layout) {
    std::vector<float> scales(layout.channels, 0.f);
    for_each_pair(layout, [&](std::size_t channel, std::size_t first, std::size_t second) {
        const float a = weights[first], b = weights[second];
        if ((a < 0) == (b < 0)) scales[channel] = std::max(scales[channel], std::fabs(a + b) / kLargestPair);
    });
    return scales;
}

void restore_unsafe_pairs(std::span<std::int8_t> codes, std::span<const std::int8_t> nearest, const ProductLayout& layout) {
    for_each_pair(layout, [&](std::size_t, std::size_t first, std::size_t second) {
        if (std::abs(int{codes[first]} + int{codes[second]}) <= kLargestSum) return;
        codes[first] = nearest[first];
        codes[second] = nearest[second];
    });
}

Int8Weight quantize_pair_safe(const std::vector<float>& weights, std::size_t k, std::size_t n, bool per_channel) {
    return quantize_weight(weights, {n, 1, per_channel}, {.least = pair_safe_scales(weights, matmul_layout(k, n, false))});
}

}  // namespace vernier
