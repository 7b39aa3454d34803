// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layout/detail/net.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <numeric>
#include <queue>

namespace vernier::layered {

Rows Rows::make(int rows, const std::vector<std::pair<int, int>>& pairs) {
    Rows result;
    result.offset.assign(static_cast<std::size_t>(rows) + 1, 0);
    for (const auto& pair : pairs) {
        ++result.offset[static_cast<std::size_t>(pair.first) + 1];
    }
    std::partial_sum(result.offset.begin(), result.offset.end(), result.offset.begin());
    std::vector<int> next(result.offset.begin(), result.offset.end() - 1);
    result.entry.resize(pairs.size());
    for (const auto& [row, entry] : pairs) {
        result.entry[static_cast<std::size_t>(next[static_cast<std::size_t>(row)]++)] = entry;
    }
    return result;
}

Rows Net::out_links() const {
    std::vector<std::pair<int, int>> pairs;
    for (std::size_t i = 0; i < links.size(); ++i) {
        pairs.emplace_back(links[i].from, static_cast<int>(i));
    }
    return Rows::make(cards, pairs);
}

Rows Net::in_links() const {
    std::vector<std::pair<int, int>> pairs;
    for (std::size_t i = 0; i < links.size(); ++i) {
        for (const int reader : links[i].to) {
            pairs.emplace_back(reader, static_cast<int>(i));
        }
    }
    return Rows::make(cards, pairs);
}

std::vector<int> break_cycles(Net& net) {
    const auto count = static_cast<std::size_t>(net.cards);
    const Rows out = net.out_links();
    std::vector<int> waiting(count, 0);
    for (const Link& link : net.links) {
        for (const int reader : link.to) {
            ++waiting[static_cast<std::size_t>(reader)];
        }
    }
    std::priority_queue<int, std::vector<int>, std::greater<>> ready;
    for (int card = 0; card < net.cards; ++card) {
        if (waiting[static_cast<std::size_t>(card)] == 0) {
            ready.push(card);
        }
    }
    std::vector<int> order, place(count, -1);
    int first_left = 0;
    while (order.size() < count) {
        if (ready.empty()) {  // only a cycle is left: its first card goes ahead
            while (place[static_cast<std::size_t>(first_left)] != -1) {
                ++first_left;
            }
            ready.push(first_left);
        }
        const int card = ready.top();
        ready.pop();
        if (place[static_cast<std::size_t>(card)] != -1) {
            continue;
        }
        place[static_cast<std::size_t>(card)] = static_cast<int>(order.size());
        order.push_back(card);
        for (const int link : out.of(card)) {
            for (const int reader : net.links[static_cast<std::size_t>(link)].to) {
                if (--waiting[static_cast<std::size_t>(reader)] == 0) {
                    ready.push(reader);
                }
            }
        }
    }
    for (Link& link : net.links) {
        std::erase_if(link.to, [&](int reader) {
            const bool back = place[static_cast<std::size_t>(reader)] <= place[static_cast<std::size_t>(link.from)];
            if (back) {
                net.tags.push_back({link.value, link.from, reader});
            }
            return back;
        });
    }
    std::erase_if(net.links, [](const Link& link) { return link.to.empty(); });
    return order;
}

std::vector<std::vector<int>> connected_parts(const Net& net) {
    std::vector<int> parent(static_cast<std::size_t>(net.cards));
    std::iota(parent.begin(), parent.end(), 0);
    const auto find = [&](int card) {
        while (parent[static_cast<std::size_t>(card)] != card) {
            int& up = parent[static_cast<std::size_t>(card)];
            up = parent[static_cast<std::size_t>(up)];
            card = up;
        }
        return card;
    };
    for (const Link& link : net.links) {
        for (const int reader : link.to) {
            const int a = find(link.from), b = find(reader);
            parent[static_cast<std::size_t>(std::max(a, b))] = std::min(a, b);
        }
    }
    std::vector<std::vector<int>> parts;
    std::vector<int> part_of(static_cast<std::size_t>(net.cards), -1);
    for (int card = 0; card < net.cards; ++card) {
        int& part = part_of[static_cast<std::size_t>(find(card))];
        if (part == -1) {
            part = static_cast<int>(parts.size());
            parts.emplace_back();
        }
        parts[static_cast<std::size_t>(part)].push_back(card);
    }
    std::stable_sort(parts.begin(), parts.end(), [](const auto& a, const auto& b) { return a.size() > b.size(); });
    return parts;
}

Paths longest_paths(const Net& net, const std::vector<int>& order) {
    const auto count = static_cast<std::size_t>(net.cards);
    const Rows out = net.out_links();
    std::vector<std::int64_t> height(count, 0);  // weight of the heaviest path from here down
    for (auto card = order.rbegin(); card != order.rend(); ++card) {
        std::int64_t best = 0;
        for (const int link : out.of(*card)) {
            for (const int reader : net.links[static_cast<std::size_t>(link)].to) {
                best = std::max(best, height[static_cast<std::size_t>(reader)]);
            }
        }
        height[static_cast<std::size_t>(*card)] = best + net.weight_of(*card);
    }
    std::vector<int> starts = order;
    std::stable_sort(starts.begin(), starts.end(), [&](int a, int b) { return height[static_cast<std::size_t>(a)] > height[static_cast<std::size_t>(b)]; });
    Paths paths{std::vector<int>(count, -1), std::vector<bool>(count, false)};
    std::vector<bool> taken(count, false);
    bool first = true;
    for (const int start : starts) {
        if (taken[static_cast<std::size_t>(start)]) {
            continue;
        }
        for (int card = start; card != -1; card = paths.next[static_cast<std::size_t>(card)]) {
            taken[static_cast<std::size_t>(card)] = true;
            paths.spine[static_cast<std::size_t>(card)] = first;
            int& next = paths.next[static_cast<std::size_t>(card)];
            for (const int link : out.of(card)) {
                for (const int reader : net.links[static_cast<std::size_t>(link)].to) {
                    if (!taken[static_cast<std::size_t>(reader)] &&
                        (next == -1 || height[static_cast<std::size_t>(reader)] > height[static_cast<std::size_t>(next)])) {
                        next = reader;
                    }
                }
            }
        }
        first = false;
    }
    return paths;
}

}  // namespace vernier::layered
