// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstdint>
#include <limits>
#include <numeric>

#include "core/layout/detail/net.h"

namespace vernier::layered {

namespace {

constexpr int kFarRanks = 20;  // a reader further down than this may get a tag
constexpr std::size_t kManyReaders = 8;

int span_of(const Link& link, const std::vector<int>& rank) {
    int last = rank[static_cast<std::size_t>(link.from)];
    for (const int reader : link.to) {
        last = std::max(last, rank[static_cast<std::size_t>(reader)]);
    }
    return last - rank[static_cast<std::size_t>(link.from)];
}

/// Keeps the nearest reader (so that the drawing stays connected) and those that keep says; the rest become tags.
void cut(Net& net, std::size_t index, const std::vector<int>& rank, int keep_within) {
    Link& link = net.links[index];
    const int top = rank[static_cast<std::size_t>(link.from)];
    const auto nearest =
        *std::min_element(link.to.begin(), link.to.end(), [&](int a, int b) { return rank[static_cast<std::size_t>(a)] < rank[static_cast<std::size_t>(b)]; });
    const bool keep_nearest = rank[static_cast<std::size_t>(nearest)] - top <= kFarRanks;
    std::erase_if(link.to, [&](int reader) {
        if ((reader == nearest && keep_nearest) || rank[static_cast<std::size_t>(reader)] - top <= keep_within) {
            return false;
        }
        net.tags.push_back({link.value, link.from, reader});
        return true;
    });
}

}  // namespace

std::vector<int> assign_ranks(const Net& net, const std::vector<int>& order) {
    std::vector<int> rank(static_cast<std::size_t>(net.cards), 0);
    const Rows out = net.out_links(), in = net.in_links();
    for (const int card : order) {
        for (const int link : out.of(card)) {
            for (const int reader : net.links[static_cast<std::size_t>(link)].to) {
                int& below = rank[static_cast<std::size_t>(reader)];
                below = std::max(below, rank[static_cast<std::size_t>(card)] + 1);
            }
        }
    }
    // From the bottom up: a card with slack goes down to its reader unless that lengthens more wires than it shortens.
    for (auto card = order.rbegin(); card != order.rend(); ++card) {
        int lowest = std::numeric_limits<int>::max();
        for (const int link : out.of(*card)) {
            for (const int reader : net.links[static_cast<std::size_t>(link)].to) {
                lowest = std::min(lowest, rank[static_cast<std::size_t>(reader)] - 1);
            }
        }
        if (lowest != std::numeric_limits<int>::max() && in.of(*card).size() <= out.of(*card).size()) {
            int& own = rank[static_cast<std::size_t>(*card)];
            own = std::max(own, lowest);
        }
    }
    return rank;
}

void cut_far_readers(Net& net, const std::vector<int>& rank) {
    for (std::size_t i = 0; i < net.links.size(); ++i) {
        if (net.links[i].to.size() > kManyReaders && span_of(net.links[i], rank) > kFarRanks) {
            cut(net, i, rank, 0);
        }
    }
    // The bends of all wires stay linear in the cards, whatever the model looks like.
    std::int64_t bends = 0;
    std::vector<std::pair<int, std::size_t>> spans;
    for (std::size_t i = 0; i < net.links.size(); ++i) {
        if (!net.links[i].to.empty()) {
            spans.emplace_back(span_of(net.links[i], rank), i);
            bends += spans.back().first - 1;
        }
    }
    const std::int64_t budget = 20'000 + 8 * static_cast<std::int64_t>(net.cards);
    if (bends > budget) {
        std::sort(spans.rbegin(), spans.rend());
        for (const auto& [span, link] : spans) {
            if (bends <= budget || span <= kFarRanks) {
                break;
            }
            cut(net, link, rank, kFarRanks);
            bends -= span - (net.links[link].to.empty() ? 1 : span_of(net.links[link], rank));
        }
    }
    std::erase_if(net.links, [](const Link& link) { return link.to.empty(); });
}

}  // namespace vernier::layered
