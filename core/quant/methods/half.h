// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace vernier {

/// Largest finite FP16 number, and the smallest float that rounds beyond it (to infinity).
inline constexpr float kHalfMax = 65504.f;
inline constexpr float kHalfOverflow = 65520.f;
/// Below this (2^-14) FP16 has fewer than 11 significant bits; at or below 2^-25 it rounds to zero.
inline constexpr float kHalfNormalMin = 6.103515625e-05f;
inline constexpr float kHalfToZero = 2.98023223876953125e-08f;

/// float32 to FP16 bits, round to nearest, ties to even (IEEE 754); beyond the range to infinity; NaN stays NaN.
[[nodiscard]] inline std::uint16_t half_bits(float value) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    const auto sign = static_cast<std::uint16_t>((bits >> 16) & 0x8000u);
    const std::uint32_t magnitude = bits & 0x7fffffffu;
    if (magnitude > 0x7f800000u) return static_cast<std::uint16_t>(sign | 0x7e00u);
    if (magnitude >= 0x477ff000u) return static_cast<std::uint16_t>(sign | 0x7c00u);  // 65520 and more
    if (magnitude < 0x38800000u) {                                                    // below 2^-14: subnormal or zero
        float scaled = 0;
        std::memcpy(&scaled, &magnitude, sizeof scaled);
        scaled += 0.5f;  // the sum's last bit is 2^-24, FP16's smallest step: the addition rounds as wanted
        std::uint32_t sum = 0;
        std::memcpy(&sum, &scaled, sizeof sum);
        return static_cast<std::uint16_t>(sign | (sum - 0x3f000000u));
    }
    const std::uint32_t odd = (magnitude >> 13) & 1u;
    return static_cast<std::uint16_t>(sign | ((magnitude + 0xc8000fffu + odd) >> 13));
}

[[nodiscard]] inline std::vector<std::uint16_t> half_bits(std::span<const float> values) {
    std::vector<std::uint16_t> result;
    result.reserve(values.size());
    for (float value : values) result.push_back(half_bits(value));
    return result;
}

}  // namespace vernier
