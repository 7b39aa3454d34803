// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "core/base/error.h"
#include "core/base/tensor.h"

namespace vernier {

/// A tensor seen as [outer, channels, inner], where inner is contiguous.
struct ChannelLayout {
    std::size_t outer = 1;
    std::size_t channels = 1;
    std::size_t inner = 1;

    ChannelLayout(std::span<const std::int64_t> dims, std::size_t count, int axis) {
        if (element_count(dims) != count) throw Error(ErrorKind::internal, "a tensor has " + std::to_string(count) + " values, which its shape does not have");
        if (axis < 0 || static_cast<std::size_t>(axis) >= dims.size()) {
            inner = count;  // no such axis: one channel
            return;
        }
        for (std::size_t i = 0; i < dims.size(); ++i) {
            const auto dim = static_cast<std::size_t>(dims[i]);
            (i < static_cast<std::size_t>(axis) ? outer : i > static_cast<std::size_t>(axis) ? inner : channels) *= dim;
        }
    }
};

}  // namespace vernier
