// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <numeric>

#include "core/layout/detail/items.h"

namespace vernier::layered {

namespace {

constexpr int kSweeps = 8;
constexpr int kSwapItems = 30'000;  // above this, neighbours are not swapped
constexpr std::size_t kSwapDegree = 24;

class Sorter {
public:
    Sorter(const Items& items, const Job& job) : items_(items), job_(job), place_(static_cast<std::size_t>(items.count())) {}

    Order run();

private:
    void start();
    void index(const std::vector<int>& row);
    void sweep(bool down);
    void sort_row(std::vector<int>& row, bool down);
    bool swap_neighbours();
    [[nodiscard]] int crossings_of(int left, int right, bool down) const;
    [[nodiscard]] int other(int segment, bool down) const {
        const Segment& s = items_.segments[static_cast<std::size_t>(segment)];
        return down ? s.from : s.to;
    }

    const Items& items_;
    const Job& job_;
    Order order_;
    std::vector<int> place_;
};

void Sorter::index(const std::vector<int>& row) {
    for (std::size_t i = 0; i < row.size(); ++i) {
        place_[static_cast<std::size_t>(row[i])] = static_cast<int>(i);
    }
}

/// Depth first from the sources; a path's own reader comes first, so that each path begins as one column.
void Sorter::start() {
    order_.assign(static_cast<std::size_t>(items_.ranks), {});
    std::vector<bool> seen(static_cast<std::size_t>(items_.count()), false);
    std::vector<int> stack, below;
    std::vector<int> sources;
    for (int item = 0; item < items_.count(); ++item) {
        if (items_.up.of(item).empty()) {
            sources.push_back(item);
        }
    }
    for (const int source : sources) {
        stack.push_back(source);
        while (!stack.empty()) {
            const int item = stack.back();
            stack.pop_back();
            if (seen[static_cast<std::size_t>(item)]) {
                continue;
            }
            seen[static_cast<std::size_t>(item)] = true;
            order_[static_cast<std::size_t>(items_.rank[static_cast<std::size_t>(item)])].push_back(item);
            below.assign(items_.down.of(item).begin(), items_.down.of(item).end());
            std::stable_sort(below.begin(), below.end(), [&](int a, int b) {
                return items_.segments[static_cast<std::size_t>(a)].weight > items_.segments[static_cast<std::size_t>(b)].weight;
            });
            for (auto segment = below.rbegin(); segment != below.rend(); ++segment) {
                stack.push_back(items_.segments[static_cast<std::size_t>(*segment)].to);
            }
        }
    }
    for (const auto& row : order_) {
        index(row);
    }
}

/// Sorts by the mean place of the neighbours in the fixed rank; items without one keep their place.
void Sorter::sort_row(std::vector<int>& row, bool down) {
    std::vector<std::pair<double, int>> moving;
    std::vector<bool> fixed(row.size(), false);
    for (std::size_t i = 0; i < row.size(); ++i) {
        const auto segments = (down ? items_.up : items_.down).of(row[i]);
        if (segments.empty()) {
            fixed[i] = true;
            continue;
        }
        double sum = 0;
        for (const int segment : segments) {
            sum += place_[static_cast<std::size_t>(other(segment, down))];
        }
        moving.emplace_back(sum / static_cast<double>(segments.size()), row[i]);
    }
    std::stable_sort(moving.begin(), moving.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    auto next = moving.begin();
    for (std::size_t i = 0; i < row.size(); ++i) {
        if (!fixed[i]) {
            row[i] = (next++)->second;
        }
    }
    index(row);
}

void Sorter::sweep(bool down) {
    const int ranks = items_.ranks;
    for (int i = 1; i < ranks; ++i) {
        auto& row = order_[static_cast<std::size_t>(down ? i : ranks - 1 - i)];
        if (row.size() > 1) {
            sort_row(row, down);
        }
    }
    job_.check();
}

int Sorter::crossings_of(int left, int right, bool down) const {
    const Rows& rows = down ? items_.up : items_.down;
    int crossings = 0;
    for (const int a : rows.of(left)) {
        for (const int b : rows.of(right)) {
            crossings += place_[static_cast<std::size_t>(other(a, down))] > place_[static_cast<std::size_t>(other(b, down))];
        }
    }
    return crossings;
}

bool Sorter::swap_neighbours() {
    bool better = false;
    const auto degree = [&](int item) { return items_.up.of(item).size() + items_.down.of(item).size(); };
    for (auto& row : order_) {
        for (std::size_t i = 1; i < row.size(); ++i) {
            const int left = row[i - 1], right = row[i];
            if (degree(left) > kSwapDegree || degree(right) > kSwapDegree) {
                continue;
            }
            const int now = crossings_of(left, right, true) + crossings_of(left, right, false);
            if (now > 0 && crossings_of(right, left, true) + crossings_of(right, left, false) < now) {
                std::swap(row[i - 1], row[i]);
                std::swap(place_[static_cast<std::size_t>(left)], place_[static_cast<std::size_t>(right)]);
                better = true;
            }
        }
    }
    return better;
}

Order Sorter::run() {
    start();
    Order best = order_;
    std::int64_t fewest = count_crossings(items_, order_);
    for (int i = 0, useless = 0; i < kSweeps && useless < 3 && fewest > 0; ++i) {
        sweep(i % 2 == 0);
        for (int round = 0; items_.count() <= kSwapItems && round < 4 && swap_neighbours(); ++round) {
            job_.check();
        }
        const std::int64_t crossings = count_crossings(items_, order_);
        useless = crossings < fewest ? 0 : useless + 1;
        if (crossings < fewest) {
            fewest = crossings;
            best = order_;
        }
    }
    return best;
}

/// Inversions by a binary indexed tree (Barth, Juenger, Mutzel 2002).
std::int64_t crossings_below(const Items& items, const std::vector<int>& upper, const std::vector<int>& lower, std::vector<int>& place) {
    for (std::size_t i = 0; i < lower.size(); ++i) {
        place[static_cast<std::size_t>(lower[i])] = static_cast<int>(i);
    }
    std::vector<int> tree(lower.size() + 1, 0), ends;
    std::int64_t crossings = 0;
    int inserted = 0;
    for (const int item : upper) {
        ends.clear();
        for (const int segment : items.down.of(item)) {
            ends.push_back(place[static_cast<std::size_t>(items.segments[static_cast<std::size_t>(segment)].to)]);
        }
        for (const int end : ends) {  // segments already there that end further right
            int not_right = 0;
            for (auto i = static_cast<std::size_t>(end) + 1; i > 0; i &= i - 1) {
                not_right += tree[i];
            }
            crossings += inserted - not_right;
        }
        for (const int end : ends) {
            for (auto i = static_cast<std::size_t>(end) + 1; i < tree.size(); i += i & (~i + 1)) {
                ++tree[i];
            }
        }
        inserted += static_cast<int>(ends.size());
    }
    return crossings;
}

}  // namespace

std::int64_t count_crossings(const Items& items, const Order& order) {
    std::vector<int> place(static_cast<std::size_t>(items.count()), 0);
    std::int64_t crossings = 0;
    for (std::size_t rank = 1; rank < order.size(); ++rank) {
        if (order[rank - 1].size() > 1 && order[rank].size() > 1) {
            crossings += crossings_below(items, order[rank - 1], order[rank], place);
        }
    }
    return crossings;
}

Order order_items(const Items& items, const Job& job) { return Sorter(items, job).run(); }

}  // namespace vernier::layered
