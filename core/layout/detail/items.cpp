// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layout/detail/items.h"

#include <algorithm>

namespace vernier::layered {

int Items::above(const Net& net, int link, int of_rank) const {
    const int from = net.links[static_cast<std::size_t>(link)].from;
    const int distance = of_rank - rank[static_cast<std::size_t>(from)];
    return distance <= 1 ? from : chain[static_cast<std::size_t>(link)] + distance - 2;
}

namespace {

/// The segments of one link; those on the way to the reader that continues the producer's path get its weight.
void add_segments(Items& items, const Net& net, int index, const Paths& paths) {
    const Link& link = net.links[static_cast<std::size_t>(index)];
    const int top = items.rank[static_cast<std::size_t>(link.from)];
    int last = top, path_end = -1;
    for (const int reader : link.to) {
        last = std::max(last, items.rank[static_cast<std::size_t>(reader)]);
        if (reader == paths.next[static_cast<std::size_t>(link.from)]) {
            path_end = items.rank[static_cast<std::size_t>(reader)];
        }
    }
    const std::uint8_t path_weight = paths.spine[static_cast<std::size_t>(link.from)] ? 2 : 1;
    items.chain[static_cast<std::size_t>(index)] = last > top + 1 ? items.count() : -1;
    int previous = link.from;
    for (int rank = top + 1; rank < last; ++rank) {
        const int bend = items.count();
        items.rank.push_back(rank);
        const std::uint8_t inner = items.is_bend(previous) ? 1 : 0;
        items.segments.push_back({previous, bend, rank < path_end ? path_weight : inner});
        previous = bend;
    }
    for (const int reader : link.to) {
        const bool on_path = reader == paths.next[static_cast<std::size_t>(link.from)];
        items.segments.push_back({items.above(net, index, items.rank[static_cast<std::size_t>(reader)]), reader, on_path ? path_weight : std::uint8_t{0}});
    }
}

}  // namespace

Items make_items(const Net& net, const std::vector<int>& rank, const Paths& paths) {
    Items items;
    items.cards = net.cards;
    items.rank = rank;
    items.chain.assign(net.links.size(), -1);
    for (std::size_t i = 0; i < net.links.size(); ++i) {
        add_segments(items, net, static_cast<int>(i), paths);
    }
    items.ranks = rank.empty() ? 0 : *std::max_element(rank.begin(), rank.end()) + 1;
    std::vector<std::pair<int, int>> up, down;
    for (std::size_t i = 0; i < items.segments.size(); ++i) {
        up.emplace_back(items.segments[i].to, static_cast<int>(i));
        down.emplace_back(items.segments[i].from, static_cast<int>(i));
    }
    items.up = Rows::make(items.count(), up);
    items.down = Rows::make(items.count(), down);
    for (int card = 0; card < net.cards; ++card) {
        if (paths.spine[static_cast<std::size_t>(card)]) {
            items.spine.push_back(card);
        }
    }
    return items;
}

}  // namespace vernier::layered
