// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "core/base/job.h"

namespace vernier::layered {

/// Lists of integers by row, in two flat arrays.
struct Rows {
    std::vector<int> offset{0};
    std::vector<int> entry;

    [[nodiscard]] std::span<const int> of(int row) const {
        const auto at = static_cast<std::size_t>(row);
        return std::span(entry).subspan(static_cast<std::size_t>(offset[at]), static_cast<std::size_t>(offset[at + 1] - offset[at]));
    }
    /// From (row, entry) pairs; entries of a row keep the order of the pairs.
    static Rows make(int rows, const std::vector<std::pair<int, int>>& pairs);
};

/// A value as the drawing sees it: one producer card, each reader card once.
struct Link {
    int value = 0;
    int from = 0;
    std::vector<int> to;
};

/// A wire that is not drawn at full length. from is -1 for a graph input, to is -1 for a graph output.
struct Tag {
    int value = 0;
    int from = -1;
    int to = -1;
};

/// Cards and the values between them.
struct Net {
    int cards = 0;
    std::vector<Link> links;
    std::vector<Tag> tags;
    std::vector<int> weight;  ///< by card, how much it counts for the main path; empty: all the same

    [[nodiscard]] Rows out_links() const;  ///< card -> links it produces
    [[nodiscard]] Rows in_links() const;   ///< card -> links it reads
    [[nodiscard]] int weight_of(int card) const { return weight.empty() ? 1 : weight[static_cast<std::size_t>(card)]; }
};

/// A topological order of the cards. Edges that close a cycle (a valid model has none) become tags of the net.
[[nodiscard]] std::vector<int> break_cycles(Net& net);

/// Rank of each card: longest path from the sources, then short branches are pulled down to their reader.
[[nodiscard]] std::vector<int> assign_ranks(const Net& net, const std::vector<int>& order);

/// Turns values that many far cards read, or that would need too many bends in all, into tags; the near readers stay.
void cut_far_readers(Net& net, const std::vector<int>& rank);

/// Connected parts as lists of cards in rising order, the largest part first.
[[nodiscard]] std::vector<std::vector<int>> connected_parts(const Net& net);

/// For each card the reader that continues its path (-1 at a path's end). Paths are disjoint and greedily heaviest;
/// spine marks the cards of the first one.
struct Paths {
    std::vector<int> next;
    std::vector<bool> spine;
};
[[nodiscard]] Paths longest_paths(const Net& net, const std::vector<int>& order);

}  // namespace vernier::layered
