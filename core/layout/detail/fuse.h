// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/layout/grouping.h"

namespace vernier::grouping {

/// A card before blocks are folded: one node, or fused ones, head first. In rising order of heads, which is a topological
/// order of the cards too: only heads read what other cards compute.
struct Unit {
    std::vector<NodeId> nodes;
    [[nodiscard]] NodeId head() const { return nodes.front(); }
};

/// A Constant node is no card: it belongs to its readers.
[[nodiscard]] bool is_drawn(const Node& node, GraphId graph);

/// All drawn nodes of a graph; fused where that is possible.
[[nodiscard]] std::vector<Unit> fuse(const Model& model, GraphId graph);

/// Runs of neighbouring units, by names and else by operators. Unfolded.
[[nodiscard]] std::vector<BlockRun> find_runs(const Model& model, const std::vector<Unit>& units);

}  // namespace vernier::grouping
