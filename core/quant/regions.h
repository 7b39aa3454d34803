// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/quant/canonical.h"

namespace vernier {

/// The smallest set of nodes that is worth a choice of its own: a Conv, product or recurrent layer with the light nodes behind it
/// that the runtime computes with it (normalization, activation, sums, pooling), or one node that ties scales together (Concat).
struct Region {
    int id = 0;                  ///< its place in Regions::list
    NodeId core = kNone;         ///< the node that it is about
    std::vector<NodeId> nodes;   ///< the core too, in order of their ids
    std::vector<int> tied = {};  ///< regions that make what meets here in one scale, in rising order
};

/// The regions of a model, whatever the recipe. Nodes that no method can be chosen for with an effect (shape arithmetic,
/// constants) belong to none.
struct Regions {
    std::vector<Region> list;  ///< in order of their cores in the graph
    std::vector<int> of_node;  ///< by NodeId; -1 none
};

[[nodiscard]] Regions regions(const Canonical& canonical);

}  // namespace vernier
