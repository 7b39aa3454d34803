// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/front.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "core/base/error.h"
#include "tests/search/random_graph.h"

namespace vernier::test {
namespace {

using Pin = SearchUnit::Pin;

UnitSet set_of(std::uint64_t bits, std::size_t units) {
    UnitSet set(units);
    for (std::size_t i = 0; i < units; ++i) set[i] = ((bits >> i) & 1U) != 0;
    return set;
}

bool is_allowed(const SearchGraph& graph, const UnitSet& set) {
    for (std::size_t i = 0; i < set.size(); ++i)
        if ((graph.units[i].pin == Pin::in_float && set[i]) || (graph.units[i].pin == Pin::quantized && !set[i])) return false;
    const auto holds = [&](const auto& need) { return !set[static_cast<std::size_t>(need.first)] || set[static_cast<std::size_t>(need.second)]; };
    if (!std::all_of(graph.needs.begin(), graph.needs.end(), holds)) return false;
    return std::all_of(graph.ties.begin(), graph.ties.end(),
                       [&](const auto& tie) { return set[static_cast<std::size_t>(tie.first)] == set[static_cast<std::size_t>(tie.second)]; });
}

std::vector<FrontPoint> all_choices(const SearchGraph& graph) {
    std::vector<FrontPoint> all;
    for (std::uint64_t bits = 0; bits < (std::uint64_t{1} << graph.units.size()); ++bits) {
        const UnitSet set = set_of(bits, graph.units.size());
        if (is_allowed(graph, set)) all.push_back({set, time_of(graph, set), error_of(graph, set)});
    }
    return all;
}

/// Times are rounded to small parts of their sum.
double slack_of(const SearchGraph& graph) { return 1e-6 * time_of(graph, UnitSet(graph.units.size(), false)); }

/// No choice lies below the line through two neighbours, nor left of the first or below the last.
void expect_lower_hull(const SearchGraph& graph, const std::vector<FrontPoint>& points) {
    ASSERT_FALSE(points.empty());
    const double times = slack_of(graph), errors = 1e-7 * error_of(graph, UnitSet(graph.units.size(), true));
    for (const FrontPoint& other : all_choices(graph)) {
        EXPECT_GE(other.error, points.front().error - errors);
        EXPECT_GE(other.ms, points.back().ms - times);
        for (std::size_t i = 0; i + 1 < points.size(); ++i) {
            const FrontPoint &a = points[i], &b = points[i + 1];
            const double width = b.error - a.error, height = a.ms - b.ms;
            const double below = (a.ms - other.ms) * width - (other.error - a.error) * height;
            EXPECT_LE(below, times * width + errors * height + 1e-12);
        }
    }
}

void expect_nested(const SearchGraph& graph, const std::vector<FrontPoint>& points) {
    for (std::size_t i = 0; i + 1 < points.size(); ++i) {
        EXPECT_LT(points[i + 1].ms, points[i].ms + slack_of(graph));
        for (std::size_t u = 0; u < points[i].quantized.size(); ++u) EXPECT_LE(points[i].quantized[u], points[i + 1].quantized[u]);
    }
}

TEST(Front, IsTheLowerHullOfAllChoices) {
    std::size_t corners = 0;
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        const SearchGraph graph = random_graph(seed, 10);
        const std::vector<FrontPoint> points = front(graph);
        expect_lower_hull(graph, points);
        expect_nested(graph, points);
        EXPECT_LE(points.size(), graph.units.size() + 1);
        corners += points.size();
        if (HasFailure()) FAIL() << "seed " << seed;
    }
    EXPECT_GT(corners, 400U);  // fronts, not single points
}

TEST(Front, HoldsTiesNeedsAndPins) {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        SearchGraph graph = random_graph(seed, 8);
        graph.ties = {{1, 4}, {4, 6}};
        graph.needs = {{7, 0}, {3, 7}, {3, 2}};  // 2 stays in float, so 3 does
        graph.units[2].pin = Pin::in_float;
        graph.units[5].pin = Pin::quantized;
        const std::vector<FrontPoint> points = front(graph);
        for (const FrontPoint& point : points) EXPECT_TRUE(is_allowed(graph, point.quantized));
        expect_lower_hull(graph, points);
        expect_nested(graph, points);
        if (HasFailure()) FAIL() << "seed " << seed;
    }
}

TEST(Front, TiesOfDifferentPinsAreRefused) {
    SearchGraph graph = random_graph(1, 4);
    graph.ties = {{0, 3}};
    graph.units[0].pin = Pin::in_float;
    graph.units[3].pin = Pin::quantized;
    EXPECT_THROW((void)front(graph), Error);
}

/// A rule of the user stands, and what it needs is given up.
TEST(Front, NeedsThatPinsSpeakAgainstAreGivenUp) {
    SearchGraph graph = random_graph(2, 4);
    graph.needs = {{0, 1}, {1, 2}};
    graph.units[0].pin = Pin::quantized;
    graph.units[2].pin = Pin::in_float;
    for (const FrontPoint& point : front(graph))
        EXPECT_EQ(std::vector<bool>(point.quantized.begin(), point.quantized.begin() + 3), UnitSet({true, false, false}));
    EXPECT_EQ(with_unit(graph, UnitSet(4), 1), std::nullopt);
    EXPECT_EQ(with_unit(graph, UnitSet(4), 3), UnitSet({false, false, false, true}));
}

/// A lone unit that is faster than its conversions cost is worth nothing; two neighbours share them.
TEST(Front, PaysAConversionATensorOnce) {
    SearchGraph graph;
    graph.units = {{1, 0.8, 0.001}, {1, 0.8, 0.001}};
    graph.boundaries = {{kOutside, {0}, 0.15, 0.15}, {0, {1}, 0.15, 0.15}, {1, {kOutside}, 0.15, 0.15}};
    const std::vector<FrontPoint> points = front(graph);
    ASSERT_EQ(points.size(), 2U);
    EXPECT_EQ(points[0].quantized, UnitSet({false, false}));
    EXPECT_EQ(points[1].quantized, UnitSet({true, true}));
    EXPECT_NEAR(points[1].ms, 1.9, 1e-9);
    // Three readers in float pay one conversion where the runtime shares it, and three where it does not.
    graph.units.resize(1);
    graph.boundaries = {{0, {kOutside, kOutside, kOutside}, 0, 0.1, true}};
    EXPECT_NEAR(time_of(graph, {true}), 1.1, 1e-9);
    graph.boundaries[0].each_consumer = false;
    EXPECT_NEAR(time_of(graph, {true}), 0.9, 1e-9);
}

TEST(Front, NoiseBelowZeroAndTimesThatAreNotKnownDoNoHarm) {
    SearchGraph graph = random_graph(3, 6);
    graph.units[0].error = -1;
    graph.units[1].error = std::nan("");
    graph.units[2].float_ms = std::nan("");
    expect_nested(graph, front(graph));
    EXPECT_GE(error_of(graph, UnitSet(6, true)), 0);
    EXPECT_EQ(front(SearchGraph{}).size(), 1U);
}

TEST(Front, FillsWhatLiesBetweenCorners) {
    int better = 0;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        SearchGraph graph = random_graph(seed, 10);
        graph.units[7].pin = Pin::in_float;
        const std::vector<FrontPoint> points = front(graph);
        const double budget = 0.1 * points.back().error + 1e-9;
        const auto over = std::find_if(points.begin(), points.end(), [&](const FrontPoint& point) { return point.error > budget; });
        if (over == points.begin()) continue;
        const FrontPoint& corner = *(over - 1);
        const FrontPoint full = filled(graph, corner.quantized, budget);
        EXPECT_LE(full.error, budget);
        EXPECT_LE(full.ms, corner.ms);
        EXPECT_FALSE(full.quantized[7]);
        better += full.ms < corner.ms ? 1 : 0;
    }
    EXPECT_GT(better, 0);
}

TEST(Front, TakesLargeGraphs) {
    const SearchGraph graph = random_graph(5, 400);
    const std::vector<FrontPoint> points = front(graph);
    expect_nested(graph, points);
    EXPECT_GT(points.size(), 50U);
}

}  // namespace
}  // namespace vernier::test
