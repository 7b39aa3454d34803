// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "core/layout/detail/net.h"

namespace vernier::layered {

/// A line between two items of neighbouring ranks. weight: 2 on the spine, 1 inside a chain or on another path, else 0.
struct Segment {
    int from = 0;
    int to = 0;
    std::uint8_t weight = 0;
};

/// Cards and bends: what is ordered and placed. Items below cards are the net's cards; the others are bends, one chain per
/// value, so that all readers of a value share it.
struct Items {
    int cards = 0;
    int ranks = 0;
    std::vector<int> rank;
    std::vector<Segment> segments;
    Rows up, down;           ///< item -> segments
    std::vector<int> chain;  ///< by link: its first bend, or -1
    std::vector<int> spine;  ///< the cards of the spine

    [[nodiscard]] int count() const { return static_cast<int>(rank.size()); }
    [[nodiscard]] bool is_bend(int item) const { return item >= cards; }
    /// The item of a link's chain (or its producer) just above a rank.
    [[nodiscard]] int above(const Net& net, int link, int of_rank) const;
};

[[nodiscard]] Items make_items(const Net& net, const std::vector<int>& rank, const Paths& paths);

/// Items by rank from left to right, with few crossings: depth-first start, barycenter sweeps, swaps of neighbours.
using Order = std::vector<std::vector<int>>;
[[nodiscard]] Order order_items(const Items& items, const Job& job);

/// Crossings of all segments between neighbouring ranks.
[[nodiscard]] std::int64_t count_crossings(const Items& items, const Order& order);

struct Spacing {
    double card_width = 0;
    double gap = 0;       ///< between cards
    double bend_gap = 0;  ///< between a bend and anything else
};

/// Centre x of each item (Brandes and Koepf 2002: four alignments, averaged medians), the spine straight at 0.
[[nodiscard]] std::vector<double> place_items(const Items& items, const Order& order, const Spacing& spacing, const Job& job);

}  // namespace vernier::layered
