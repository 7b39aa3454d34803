// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/job.h"
#include "core/layout/grouping.h"
#include "core/model/model.h"

namespace vernier {

struct Point {
    double x = 0, y = 0;
};
struct Rect {
    double x = 0, y = 0, width = 0, height = 0;
};

/// One drawn card: a node with what belongs to it (constants are badges, not cards), or a group of nodes.
struct Card {
    NodeId node = kNone;  ///< of a group its head
    Rect rect;
    int rank = 0;
    std::int32_t group = kNone;  ///< index into Grouping::groups
};

/// Surrounds the cards of a block that is not folded.
struct Frame {
    Rect rect;
    std::int32_t run = kNone;  ///< index into Grouping::runs
    int block = 0;             ///< which block of the run
};

/// One drawn line from producer card to consumer card, as a smooth polyline of control points (first and last lie on the cards).
/// A far value (mask, shape) is drawn as a tag at its reader: tag is true and the points hold a short line.
struct Wire {
    ValueId value = kNone;
    std::int32_t from = kNone;  ///< index into cards; kNone for a graph input, and for what a body reads from outside
    std::int32_t to = kNone;    ///< kNone for a graph output
    bool tag = false;
    std::vector<Point> points;
};

struct GraphLayout {
    std::vector<Card> cards;
    std::vector<std::int32_t> card_of_node;  ///< by NodeId; kNone when not drawn (Constant nodes, subgraph nodes)
    std::vector<Wire> wires;
    std::vector<Frame> frames;  ///< none where another card would lie inside
    Grouping grouping;          ///< as it was drawn
    Rect bounds;
};

struct LayoutOptions {
    double card_width = 200, card_height = 46, gap_x = 36, gap_y = 24;
    double frame_gap = 18;  ///< more room above the first card of a framed block
    GraphId graph = 0;
};

/// Layered layout, top to bottom: longest-path ranks with tightening, one dummy chain per value, barycenter order,
/// Brandes-Koepf coordinates. Near linear in nodes; cancellable.
[[nodiscard]] GraphLayout layout_graph(const Model& model, const LayoutOptions& options = {}, const Job& job = {});
/// The same with nodes grouped on cards.
[[nodiscard]] GraphLayout layout_graph(const Model& model, Grouping grouping, const LayoutOptions& options = {}, const Job& job = {});

}  // namespace vernier
