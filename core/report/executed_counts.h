// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "core/base/json.h"
#include "core/measure/measure.h"

namespace vernier {

/// Operators that the runtime executed in a run of a model, by what they compute in. From the profile: what ran, not what the file says.
/// Parts that a provider compiled do not count: what they compute in is not told.
struct ExecutedCounts {
    std::uint64_t int8 = 0;  ///< integer operators, and data movement on 8-bit data
    std::uint64_t fp16 = 0;
    std::uint64_t floating = 0;     ///< FP32 and FP64
    std::uint64_t conversions = 0;  ///< between types (QuantizeLinear, DequantizeLinear, Cast) and layouts (Reorder)
    std::uint64_t other = 0;        ///< on integers of shapes, on text, on truth values
    [[nodiscard]] std::uint64_t all() const { return int8 + fp16 + floating + conversions + other; }
    bool operator==(const ExecutedCounts&) const = default;
};

[[nodiscard]] ExecutedCounts executed_counts(const Measurement& measurement);

/// "20 INT8, 3 float, 1 conversion"; empty where there is no profile.
[[nodiscard]] std::string text_of(const ExecutedCounts& counts);

/// {"int8", "fp16", "float", "conversions", "other"}; null where there is no profile.
[[nodiscard]] Json to_json(const ExecutedCounts& counts);

}  // namespace vernier
