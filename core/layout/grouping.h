// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "core/model/model.h"

namespace vernier {

/// Nodes that share a card. The first one is the card's head.
struct CardGroup {
    enum class Kind : std::uint8_t {
        fused,  ///< a product or an Add with what follows it elementwise: one value comes out
        block   ///< a folded run of repeated blocks
    };
    Kind kind = Kind::fused;
    std::vector<NodeId> nodes;
    std::int32_t run = kNone;  ///< block: index into Grouping::runs
};

/// Neighbouring blocks with the same sequence of operators. A run of one block is a named block unlike its neighbours.
struct BlockRun {
    std::vector<std::vector<NodeId>> blocks;
    std::vector<std::string> names;  ///< by block: "features.4.1" from the nodes' names, else "Block 2"
    bool folded = false;

    [[nodiscard]] NodeId key() const { return blocks.front().front(); }
    [[nodiscard]] bool repeats() const { return blocks.size() > 1; }
};

/// Which nodes of one graph share a card, and which cards a frame surrounds.
struct Grouping {
    std::vector<CardGroup> groups;
    std::vector<BlockRun> runs;
    std::vector<NodeId> head_of_node;       ///< by NodeId: head of the nodes it could be fused with (even where it is not); else kNone
    std::vector<std::int32_t> run_of_node;  ///< by NodeId: index into runs, or kNone
    std::set<NodeId> apart;                 ///< heads that were not fused because GroupOptions::unfused says so
};

struct GroupOptions {
    bool fuse = true;               ///< activations on their node's card
    bool fold = false;              ///< each run of repeated blocks as one card
    std::set<NodeId> unfused = {};  ///< heads whose card is taken apart all the same
    std::set<NodeId> turned = {};   ///< keys of runs that are the other way round than fold says
    GraphId graph = 0;
};

/// Followers of a Conv, ConvTranspose, Gemm or MatMul are fused as long as everything they compute with comes from the
/// same card or is constant, and one value leaves it: BatchNormalization, activations, a bias, x * sigmoid(x), the five
/// nodes of a GELU. Add takes activations alone. Blocks repeat by the indexes in their nodes' names ("layer.0/..",
/// "layer.1/.."), else by their operators, with the ends where fewest values cross. Every group is an interval of a
/// topological order, so that its card closes no cycle.
[[nodiscard]] Grouping group_nodes(const Model& model, const GroupOptions& options = {});

/// Operators behind the head as people name them: "BatchNorm", "SiLU", "bias", "ReLU6"; for a card's title and its tip.
[[nodiscard]] std::vector<std::string> follower_names(const Model& model, const std::vector<NodeId>& fused);

}  // namespace vernier
