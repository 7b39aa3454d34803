// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include "core/model/model.h"

namespace vernier {

/// What the numbers of a node's weight say of how well INT8 holds them, with a BatchNormalization behind it folded in.
struct RangeFacts {
    double channel_ratio = 1;         ///< largest magnitude of the widest channel over that of the narrowest that is not dead
    std::uint64_t dead_channels = 0;  ///< that hold zeros only, or numbers that no scale of 8 bits tells from them
    double outlier = 0;               ///< largest magnitude over the standard deviation
};

/// Nothing for a node without a constant main weight.
[[nodiscard]] std::optional<RangeFacts> range_facts(const Model& model, NodeId node);

}  // namespace vernier
