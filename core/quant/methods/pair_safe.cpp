// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/methods/pair_safe.h"

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <vector>

namespace vernier {
namespace {

constexpr float kLargestCode = 127.f;
/// Two codes whose exact sum is at most this are at most 128 after each was rounded.
constexpr float kLargestPair = 127.5f;

/// The scale that each column needs.
std::vector<float> column_scales(std::span<const float> weights, std::size_t k, std::size_t n) {
    std::vector<float> scales(n, 0.f);
    for (std::size_t row = 0; row < k; ++row)
        for (std::size_t column = 0; column < n; ++column) {
            const float weight = weights[row * n + column];
            float& scale = scales[column];
            scale = std::max(scale, std::fabs(weight) / kLargestCode);
            if (row % 2 == 0) continue;
            const float before = weights[(row - 1) * n + column];
            if ((before < 0) == (weight < 0)) scale = std::max(scale, std::fabs(before + weight) / kLargestPair);
        }
    return scales;
}

}  // namespace

Int8Weight quantize_pair_safe(std::span<const float> weights, std::size_t k, std::size_t n, bool per_channel) {
    Int8Weight result;
    result.scales = column_scales(weights, k, n);
    if (!per_channel) result.scales = {*std::max_element(result.scales.begin(), result.scales.end())};
    for (float& scale : result.scales)
        if (scale < FLT_MIN) scale = 1.f;  // a column of zeros
    result.codes.resize(weights.size());
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const float code = std::nearbyint(weights[i] / result.scales[per_channel ? i % n : 0]);
        result.codes[i] = static_cast<std::int8_t>(std::clamp(code, -kLargestCode, kLargestCode));
    }
    return result;
}

}  // namespace vernier
