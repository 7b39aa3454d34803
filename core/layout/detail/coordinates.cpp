// SPDX-License-Identifier: GPL-3.0-or-later
// U. Brandes, B. Koepf: Fast and simple horizontal coordinate assignment, GD 2001. Two changes: segments have weights
// (spine before chains before the rest), and blocks are compacted over the block graph, which needs no class shifts.
#include <algorithm>
#include <array>
#include <limits>

#include "core/layout/detail/items.h"

namespace vernier::layered {

namespace {

std::size_t at(int index) { return static_cast<std::size_t>(index); }

/// Marks each segment that crosses one of weight >= level and is lighter than that (type 1 conflicts).
void mark_conflicts(const Items& items, const Order& order, const std::vector<int>& place, int level, std::vector<bool>& marked) {
    for (std::size_t rank = 1; rank < order.size(); ++rank) {
        const auto& row = order[rank];
        int left = 0;
        std::size_t first = 0;
        for (std::size_t i = 0; i < row.size(); ++i) {
            int heavy = -1;
            for (const int segment : items.up.of(row[i])) {
                if (items.segments[at(segment)].weight >= level) {
                    heavy = place[at(items.segments[at(segment)].from)];
                }
            }
            if (heavy == -1 && i + 1 < row.size()) {
                continue;
            }
            const int right = heavy == -1 ? static_cast<int>(order[rank - 1].size()) : heavy;
            for (; first <= i; ++first) {
                for (const int segment : items.up.of(row[first])) {
                    const int from = place[at(items.segments[at(segment)].from)];
                    if (items.segments[at(segment)].weight < level && (from < left || from > right)) {
                        marked[at(segment)] = true;
                    }
                }
            }
            left = std::max(left, right);
        }
    }
}

class Placer {
public:
    Placer(const Items& items, const Order& order, const Spacing& spacing) : items_(items), order_(order), spacing_(spacing) {
        const auto count = at(items.count());
        place_.resize(count);
        for (const auto& row : order) {
            for (std::size_t i = 0; i < row.size(); ++i) {
                place_[at(row[i])] = static_cast<int>(i);
            }
        }
        mark_lighter();
        mark_conflicts(items, order, place_, 2, marked_);
        mark_conflicts(items, order, place_, 1, marked_);
    }

    /// x of each item when it is lined up with its upper (down = true) or lower neighbours, leaning left or right.
    [[nodiscard]] std::vector<double> run(bool down, bool to_left);

private:
    void mark_lighter();
    void align(bool down, bool to_left);
    void align_one(int item, bool down, bool to_left, int& limit);
    [[nodiscard]] std::vector<double> compact(bool to_left) const;
    [[nodiscard]] double distance(int a, int b) const;

    const Items& items_;
    const Order& order_;
    const Spacing& spacing_;
    std::vector<int> place_, root_, next_;
    std::vector<bool> marked_;
    std::vector<std::pair<int, int>> candidates_;  // place, segment
};

/// A segment may not take an item that a heavier one at the same side wants.
void Placer::mark_lighter() {
    std::vector<std::uint8_t> below(place_.size(), 0), above(place_.size(), 0);
    for (const Segment& s : items_.segments) {
        below[at(s.from)] = std::max(below[at(s.from)], s.weight);
        above[at(s.to)] = std::max(above[at(s.to)], s.weight);
    }
    marked_.resize(items_.segments.size());
    for (std::size_t i = 0; i < marked_.size(); ++i) {
        const Segment& s = items_.segments[i];
        marked_[i] = s.weight < below[at(s.from)] || s.weight < above[at(s.to)];
    }
}

double Placer::distance(int a, int b) const {
    const bool bend = items_.is_bend(a) || items_.is_bend(b);
    const double half_a = items_.is_bend(a) ? 0 : spacing_.card_width / 2;
    const double half_b = items_.is_bend(b) ? 0 : spacing_.card_width / 2;
    return half_a + half_b + (bend ? spacing_.bend_gap : spacing_.gap);
}

/// Joins an item to the block of its middle neighbour, unless that would cross an alignment made before.
void Placer::align_one(int item, bool down, bool to_left, int& limit) {
    candidates_.clear();
    for (const int segment : (down ? items_.up : items_.down).of(item)) {
        if (!marked_[at(segment)]) {
            const Segment& s = items_.segments[at(segment)];
            const int place = place_[at(down ? s.from : s.to)];
            candidates_.emplace_back(to_left ? place : -place, segment);
        }
    }
    if (candidates_.empty()) {
        return;
    }
    std::sort(candidates_.begin(), candidates_.end());
    const std::size_t last = candidates_.size() - 1;
    for (const std::size_t middle : {last / 2, (last + 1) / 2}) {
        const auto [place, segment] = candidates_[middle];
        if (next_[at(item)] != item || place <= limit) {
            continue;
        }
        const Segment& s = items_.segments[at(segment)];
        const int neighbour = down ? s.from : s.to;
        next_[at(neighbour)] = item;
        root_[at(item)] = root_[at(neighbour)];
        next_[at(item)] = root_[at(item)];
        limit = place;
    }
}

void Placer::align(bool down, bool to_left) {
    root_.resize(at(items_.count()));
    next_.resize(root_.size());
    for (int i = 0; i < items_.count(); ++i) {
        root_[at(i)] = next_[at(i)] = i;
    }
    const int ranks = static_cast<int>(order_.size());
    for (int i = 0; i < ranks; ++i) {
        const auto& row = order_[at(down ? i : ranks - 1 - i)];
        int limit = std::numeric_limits<int>::min();
        for (std::size_t k = 0; k < row.size(); ++k) {
            align_one(to_left ? row[k] : row[row.size() - 1 - k], down, to_left, limit);
        }
    }
}

/// Longest paths in the graph of blocks: first everything as far left as it goes, then each block to its right neighbour.
std::vector<double> Placer::compact(bool to_left) const {
    std::vector<std::pair<int, int>> right_of, left_of;
    std::vector<int> waiting(root_.size(), 0);
    std::vector<double> gap;
    for (const auto& row : order_) {
        for (std::size_t i = 1; i < row.size(); ++i) {
            const int a = to_left ? row[i - 1] : row[i], b = to_left ? row[i] : row[i - 1];
            const int id = static_cast<int>(gap.size());
            gap.push_back(distance(a, b));
            right_of.emplace_back(root_[at(a)], id);
            left_of.emplace_back(id, root_[at(b)]);
            ++waiting[at(root_[at(b)])];
        }
    }
    const Rows out = Rows::make(items_.count(), right_of);
    std::vector<int> sorted;
    std::vector<double> x(root_.size(), 0);
    for (int i = 0; i < items_.count(); ++i) {
        if (root_[at(i)] == i && waiting[at(i)] == 0) {
            sorted.push_back(i);
        }
    }
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        for (const int id : out.of(sorted[i])) {
            const int block = left_of[at(id)].second;
            x[at(block)] = std::max(x[at(block)], x[at(sorted[i])] + gap[at(id)]);
            if (--waiting[at(block)] == 0) {
                sorted.push_back(block);
            }
        }
    }
    for (auto block = sorted.rbegin(); block != sorted.rend(); ++block) {
        double room = std::numeric_limits<double>::max();
        for (const int id : out.of(*block)) {
            room = std::min(room, x[at(left_of[at(id)].second)] - gap[at(id)]);
        }
        if (!out.of(*block).empty()) {
            x[at(*block)] = std::max(x[at(*block)], room);
        }
    }
    std::vector<double> result(root_.size());
    for (std::size_t i = 0; i < result.size(); ++i) {
        result[i] = (to_left ? 1 : -1) * x[at(root_[i])];
    }
    return result;
}

std::vector<double> Placer::run(bool down, bool to_left) {
    align(down, to_left);
    return compact(to_left);
}

}  // namespace

std::vector<double> place_items(const Items& items, const Order& order, const Spacing& spacing, const Job& job) {
    Placer placer(items, order, spacing);
    std::array<std::vector<double>, 4> x;
    for (std::size_t i = 0; i < x.size(); ++i) {
        x[i] = placer.run(i < 2, i % 2 == 0);
        const double spine = items.spine.empty() ? 0.0 : x[i][at(items.spine.front())];
        for (double& value : x[i]) {
            value -= spine;
        }
        job.check();
    }
    std::vector<double> result(at(items.count()));
    for (std::size_t i = 0; i < result.size(); ++i) {
        std::array<double, 4> values = {x[0][i], x[1][i], x[2][i], x[3][i]};
        std::sort(values.begin(), values.end());
        result[i] = (values[1] + values[2]) / 2;
    }
    return result;
}

}  // namespace vernier::layered
