// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/layout/detail/items.h"
#include "core/layout/layout.h"

namespace vernier::layered {

/// One connected part, placed: centre x of its items and the upper edge of each rank.
struct Part {
    Net net;                 ///< with local card numbers
    std::vector<int> cards;  ///< local card -> card of the layout
    Items items;
    Paths paths;
    std::vector<double> x;
    std::vector<double> top;    ///< by rank
    std::vector<double> extra;  ///< by rank, more room above it
    Rect bounds;
};

/// Sets the upper edges of the ranks; where wires move far to the side, the gap above a rank is higher.
void place_ranks(Part& part, const LayoutOptions& options);

/// Wires of a part in its own coordinates. Each wire moves sideways only between two ranks, so it crosses no card.
/// cards of the wires are cards of the layout.
[[nodiscard]] std::vector<Wire> route_wires(const Part& part, const LayoutOptions& options);

}  // namespace vernier::layered
