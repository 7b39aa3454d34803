// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <utility>

#include "core/base/tensor.h"

namespace vernier {

/// Calls visit(T{}) with the C++ type that stores a number type; float16 is stored as std::uint16_t and must be
/// handled by the caller before. False for types that are not numbers, or not whole bytes.
template <class Visit>
bool visit_element(ElementType type, Visit&& visit) {
    switch (type) {
        case ElementType::float32: visit(float{}); return true;
        case ElementType::float64: visit(double{}); return true;
        case ElementType::uint8:
        case ElementType::boolean: visit(std::uint8_t{}); return true;
        case ElementType::int8: visit(std::int8_t{}); return true;
        case ElementType::uint16: visit(std::uint16_t{}); return true;
        case ElementType::int16: visit(std::int16_t{}); return true;
        case ElementType::uint32: visit(std::uint32_t{}); return true;
        case ElementType::int32: visit(std::int32_t{}); return true;
        case ElementType::uint64: visit(std::uint64_t{}); return true;
        case ElementType::int64: visit(std::int64_t{}); return true;
        default: return false;
    }
}

[[nodiscard]] constexpr bool is_float(ElementType type) { return type == ElementType::float32 || type == ElementType::float16 || type == ElementType::float64; }

}  // namespace vernier
