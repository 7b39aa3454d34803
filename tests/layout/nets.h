// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "core/layout/detail/net.h"
#include "core/model/model.h"

namespace vernier::test {

/// A chain of blocks, each with branches that meet again and a residual around them; at least count cards.
layered::Net residual_net(int count);

/// Transformer blocks (queries, keys, values, rotary, MLP) that all read four shared values (mask, shape, cos, sin).
layered::Net transformer_net(int count);

/// Edges drawn at random from lower to higher cards.
layered::Net random_net(int cards, int edges, std::uint64_t seed);

/// A model with a node for each card: element-wise operators over one small shape, in the net's order of cards.
[[nodiscard]] ModelPtr model_of(const layered::Net& net);

}  // namespace vernier::test
