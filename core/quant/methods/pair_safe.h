// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/quant/methods/weights_int8.h"

namespace vernier {

/// How a weight's elements lie in memory, and in which order the runtime multiplies them: the products of one output
/// channel are taken over k = outer * inner_size + inner.
struct ProductLayout {
    std::size_t channels = 1, channel_stride = 1;
    std::size_t inner_size = 1, inner_stride = 1;
    std::size_t outer_size = 1, outer_stride = 1;
};
[[nodiscard]] ProductLayout matmul_layout(std::size_t k, std::size_t n, bool transposed);
/// Conv weight [channels, inputs / group, spatial...]: the runtime walks over input channels first.
[[nodiscard]] ProductLayout conv_layout(const std::vector<std::int64_t>& dims);

/// The least scale of each output channel with which an integer product is exact on every x86 CPU. Without VNNI the
/// runtime multiplies U8 by S8 in neighbouring pairs along k and sums each pair in 16 bits, silently clipped at 32767:
/// 255 * (c0 + c1) must stay below, so c0 + c1 <= 128 where the signs agree. The scale must therefore be at least the
/// largest such pair / 127.5: about a fifth more than max|w| / 127 on trained weights, where 7-bit weights would cost
/// twice. Depthwise convolutions have another kernel and need no such scale.
[[nodiscard]] std::vector<float> pair_safe_scales(std::span<const float> weights, const ProductLayout& layout);

/// Gives both codes of a pair whose sum could be clipped so those that they had when they were rounded to nearest, which is exact.
void restore_unsafe_pairs(std::span<std::int8_t> codes, std::span<const std::int8_t> nearest, const ProductLayout& layout);

/// Quantizes the second operand [k,n] of an integer product to S8, one scale a column or one for all, pair-safe.
[[nodiscard]] Int8Weight quantize_pair_safe(const std::vector<float>& weights, std::size_t k, std::size_t n, bool per_channel);

}  // namespace vernier
