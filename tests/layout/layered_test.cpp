// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/layout/detail/items.h"
#include "tests/layout/nets.h"
#include "tests/support/random.h"

namespace vernier::layered {
namespace {

constexpr Spacing kSpacing{200, 36, 20};

struct Drawn {
    Net net;
    Paths paths;
    Items items;
    Order order;
    std::vector<double> x;

    [[nodiscard]] double width() const {
        const auto [low, high] = std::minmax_element(x.begin(), x.end());
        return *high - *low;
    }
};

Drawn draw(Net net) {
    Drawn d;
    d.net = std::move(net);
    auto topological = break_cycles(d.net);
    cut_far_readers(d.net, assign_ranks(d.net, topological));
    topological = break_cycles(d.net);
    d.paths = longest_paths(d.net, topological);
    d.items = make_items(d.net, assign_ranks(d.net, topological), d.paths);
    d.order = order_items(d.items, {});
    d.x = place_items(d.items, d.order, kSpacing, {});
    return d;
}

void expect_sound(const Drawn& d) {
    std::size_t ordered = 0;
    for (const auto& row : d.order) {
        ordered += row.size();
        for (std::size_t i = 1; i < row.size(); ++i) {
            const bool a = d.items.is_bend(row[i - 1]), b = d.items.is_bend(row[i]);
            const double need = (a ? 0 : 100) + (b ? 0 : 100) + (a || b ? kSpacing.bend_gap : kSpacing.gap);
            ASSERT_GE(d.x[static_cast<std::size_t>(row[i])] - d.x[static_cast<std::size_t>(row[i - 1])], need - 1e-6);
        }
    }
    EXPECT_EQ(ordered, static_cast<std::size_t>(d.items.count()));
    for (const Segment& s : d.items.segments) {
        ASSERT_EQ(d.items.rank[static_cast<std::size_t>(s.to)], d.items.rank[static_cast<std::size_t>(s.from)] + 1);
    }
}

/// Every pair of segments between each two ranks, compared one by one.
std::int64_t crossings_by_pairs(const Items& items, const Order& order) {
    std::vector<int> place(static_cast<std::size_t>(items.count()));
    for (const auto& row : order) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            place[static_cast<std::size_t>(row[i])] = static_cast<int>(i);
        }
    }
    std::int64_t crossings = 0;
    const auto at = [&](int item) { return place[static_cast<std::size_t>(item)]; };
    for (std::size_t i = 0; i < items.segments.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            const Segment &a = items.segments[i], &b = items.segments[j];
            const bool same = items.rank[static_cast<std::size_t>(a.to)] == items.rank[static_cast<std::size_t>(b.to)];
            crossings += same && (at(a.from) - at(b.from)) * (at(a.to) - at(b.to)) < 0;
        }
    }
    return crossings;
}

TEST(Layered, ResidualNetHasNoCrossingsAndAStraightSpine) {
    const Drawn d = draw(test::residual_net(1000));
    expect_sound(d);
    EXPECT_EQ(count_crossings(d.items, d.order), 0);
    EXPECT_LT(d.width(), 800);
    for (const int card : d.items.spine) {
        EXPECT_NEAR(d.x[static_cast<std::size_t>(card)], 0, 1e-9);
    }
    EXPECT_EQ(d.items.spine.size(), static_cast<std::size_t>(d.items.ranks));
}

TEST(Layered, SharedValuesOfATransformerBecomeTags) {
    const Drawn d = draw(test::transformer_net(2000));
    expect_sound(d);
    EXPECT_EQ(count_crossings(d.items, d.order), 0);
    EXPECT_LT(d.width(), 1500);
    EXPECT_GT(d.net.tags.size(), 500U);
    EXPECT_LT(d.items.count(), 8 * d.items.cards);
    EXPECT_EQ(connected_parts(d.net).size(), 1U);  // the nearest reader keeps its wire
}

TEST(Layered, ChainIsOneColumn) {
    Net net;
    net.cards = 3000;
    for (int i = 0; i + 1 < net.cards; ++i) {
        net.links.push_back({i, i, {i + 1}});
    }
    const Drawn d = draw(std::move(net));
    EXPECT_EQ(d.items.ranks, 3000);
    EXPECT_NEAR(d.width(), 0, 1e-9);
}

TEST(Layered, RandomNetsAreSound) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        const Drawn d = draw(test::random_net(60, 40 + 10 * static_cast<int>(seed), seed));
        expect_sound(d);
        EXPECT_EQ(count_crossings(d.items, d.order), crossings_by_pairs(d.items, d.order)) << "seed " << seed;
    }
}

TEST(Layered, OrderingRemovesMostCrossings) {
    const Drawn d = draw(test::random_net(60, 90, 3));
    Order by_number(static_cast<std::size_t>(d.items.ranks));
    for (int item = 0; item < d.items.count(); ++item) {
        by_number[static_cast<std::size_t>(d.items.rank[static_cast<std::size_t>(item)])].push_back(item);
    }
    EXPECT_LT(3 * count_crossings(d.items, d.order), count_crossings(d.items, by_number));
}

TEST(Layered, ShortBranchGoesDownToItsReader) {
    Net net;
    net.cards = 6;  // 0 1 2 3 4 in a chain; 5 feeds only 4
    for (int i = 0; i < 4; ++i) {
        net.links.push_back({i, i, {i + 1}});
    }
    net.links.push_back({4, 5, {4}});
    const auto rank = assign_ranks(net, break_cycles(net));
    EXPECT_EQ(rank[5], 3);
}

TEST(Layered, SpineFollowsTheHeavyPath) {
    Net net;
    net.cards = 6;  // 0 -> 5 by the heavy 4, or by the light 1, 2, 3
    net.links = {{0, 0, {1, 4}}, {1, 1, {2}}, {2, 2, {3}}, {3, 3, {5}}, {4, 4, {5}}};
    net.weight = {1000, 1, 1, 1, 1000, 1000};
    const Drawn d = draw(std::move(net));
    expect_sound(d);
    EXPECT_EQ(d.items.spine, (std::vector<int>{0, 4, 5}));
    EXPECT_NEAR(d.x[0], d.x[5], 1e-9);
    EXPECT_NEAR(d.x[4], d.x[5], 1e-9);
}

TEST(Layered, CycleIsDrawnWithATag) {
    Net net;
    net.cards = 3;
    net.links = {{0, 0, {1}}, {1, 1, {2}}, {2, 2, {0, 2}}};
    const Drawn d = draw(std::move(net));
    expect_sound(d);
    EXPECT_EQ(d.items.ranks, 3);
    EXPECT_EQ(d.net.tags.size(), 2U);  // 2 -> 0, and 2 reading itself
}

TEST(Layered, BendsStayLinearWhenEverythingIsFar) {
    Net net;
    net.cards = 4000;  // a chain, and a wire from each card of the upper half to its mirror card
    for (int i = 0; i < net.cards; ++i) {
        std::vector<int> to;
        if (i + 1 < net.cards) {
            to.push_back(i + 1);
        }
        if (i < net.cards / 2 - 1) {
            to.push_back(net.cards - 1 - i);
        }
        if (!to.empty()) {
            net.links.push_back({i, i, to});
        }
    }
    const Drawn d = draw(std::move(net));
    expect_sound(d);
    EXPECT_LT(d.items.count(), 20'000 + 10 * d.items.cards);
    EXPECT_FALSE(d.net.tags.empty());
}

TEST(Layered, StopIsHeard) {
    std::stop_source stop;
    stop.request_stop();
    const Job job(stop.get_token(), {});
    const Drawn d = draw(test::random_net(60, 90, 3));
    EXPECT_ANY_THROW((void)order_items(d.items, job));
    EXPECT_ANY_THROW((void)place_items(d.items, d.order, kSpacing, job));
}

}  // namespace
}  // namespace vernier::layered
