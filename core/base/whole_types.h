// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/tensor.h"

namespace vernier {

/// An integer type of 8 to 64 bits.
[[nodiscard]] constexpr bool is_whole(ElementType type) {
    switch (type) {
        case ElementType::int8:
        case ElementType::uint8:
        case ElementType::int16:
        case ElementType::uint16:
        case ElementType::int32:
        case ElementType::uint32:
        case ElementType::int64:
        case ElementType::uint64: return true;
        default: return false;
    }
}

}  // namespace vernier
