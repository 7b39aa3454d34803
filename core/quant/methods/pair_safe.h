// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>

#include "core/quant/methods/weights_int8.h"

namespace vernier {

/// Quantizes the second operand [k,n] of an integer product to S8 such that it is exact on every x86 CPU. Without VNNI
/// the runtime multiplies U8 by S8 in neighbouring pairs along k and sums each pair in 16 bits, silently clipped at
/// 32767: 255 * (c0 + c1) must stay below, so c0 + c1 <= 128 where the signs agree. The scale of a column (or of all,
/// when not per_channel) is therefore raised to the largest such pair / 127.5 where that is more than max|w| / 127:
/// about a fifth on trained weights, against the half that 7-bit weights would cost.
[[nodiscard]] Int8Weight quantize_pair_safe(std::span<const float> weights, std::size_t k, std::size_t n, bool per_channel);

}  // namespace vernier
