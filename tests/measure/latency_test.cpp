// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/latency.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>

namespace vernier {
namespace {

TEST(SettlePools, WaitsForThreadsThatSpin) {
    // On a busy machine the spinning thread may not get its turn at once; one round in which it does is enough.
    const Clock clock = steady_clock_ms();
    double longest = 0;
    for (int attempt = 0; attempt < 200 && longest <= 10; ++attempt) {
        std::atomic<bool> started{false};
        std::thread spinning([&] {
            started = true;
            for (const double begin = clock(); clock() - begin < 40;) {
            }
        });
        while (!started) std::this_thread::yield();
        const double begin = clock();
        settle_pools();
        longest = std::max(longest, clock() - begin);
        spinning.join();
    }
    EXPECT_GT(longest, 10);
}

TEST(Summarise, GivesPercentilesOfAllRunsOfAllLaunches) {
    std::vector<Launch> launches(5, Launch{1, 1, 1, std::vector<std::vector<double>>(2), {4, 6}});
    for (int i = 0; i < 1000; ++i) launches[static_cast<std::size_t>(i) % 5].blocks[static_cast<std::size_t>(i / 5) % 2].push_back(i + 1);
    const Latency latency = summarise(launches);
    EXPECT_EQ(latency.n, 1000U);
    EXPECT_NEAR(latency.p50, 500.5, 1e-9);
    EXPECT_NEAR(latency.p90.value(), 900.1, 1e-6);
    EXPECT_NEAR(latency.p99.value(), 990.01, 1e-6);
    EXPECT_NEAR(latency.mean, 500.5, 1e-9);
    EXPECT_LE(latency.p50_interval.lo, latency.p50);
    EXPECT_GE(latency.p50_interval.hi, latency.p50);
    for (const auto& [interval, value] :
         {std::pair(latency.p90_interval, *latency.p90), std::pair(latency.p99_interval, *latency.p99), std::pair(latency.mean_interval, latency.mean)}) {
        ASSERT_TRUE(interval);
        EXPECT_LT(interval->lo, value);
        EXPECT_GT(interval->hi, value);
        EXPECT_NEAR(interval->hi - interval->lo, 0, 20) << "all launches are alike";
    }
    EXPECT_DOUBLE_EQ(latency.after_pause, 5);
    EXPECT_EQ(latency.launches.size(), 5U);
    EXPECT_EQ(pauses_of(latency), 10U);
}

TEST(Summarise, QuantilesAreTheRunsOrTheirPercentiles) {
    EXPECT_EQ(summarise(std::vector<Launch>{{1, 1, 1, {{3, 1}, {2}}, {}}}).quantiles, (std::vector<double>{1, 2, 3}));
    std::vector<double> runs;
    for (int i = 1000; i >= 0; --i) runs.push_back(i);
    const std::vector<double> quantiles = summarise(std::vector<Launch>{{1, 1, 1, {runs}, {}}}).quantiles;
    ASSERT_EQ(quantiles.size(), 101U);
    for (std::size_t i = 0; i < quantiles.size(); ++i) EXPECT_NEAR(quantiles[i], 10.0 * static_cast<double>(i), 1e-9);
    EXPECT_TRUE(summarise({}).quantiles.empty());
}

TEST(Summarise, IntervalsAreOverLaunches) {
    std::vector<Launch> launches(4, Launch{1, 1, 1, {std::vector<double>(500, 10.0)}, {}});
    launches[0].blocks[0].assign(500, 12.0);
    const Latency latency = summarise(launches);
    // The four means 12, 10, 10 and 10 have the deviation 1: t(3) * 1 / sqrt(4).
    EXPECT_NEAR(latency.mean, 10.5, 1e-12);
    EXPECT_NEAR(latency.mean_interval->hi - latency.mean, 3.182446305284263 * 0.5, 1e-9);
    EXPECT_FALSE(summarise(std::vector<Launch>(2, launches[0])).mean_interval) << "two launches say too little";
}

TEST(Summarise, NoIntervalGoesBelowNothing) {
    const Latency latency = summarise({Launch{1, 1, 1, {{0.4, 0.4, 0.4}}, {}}, Launch{1, 1, 1, {{20, 20, 20}}, {}}});
    EXPECT_EQ(latency.p50_interval.lo, 0);
    EXPECT_GT(latency.p50_interval.hi, 20);
}

TEST(Summarise, TheFirstCallAfterAPauseNeedsItsRuns) {
    const auto of = [](std::size_t launches) { return summarise(std::vector<Launch>(launches, Launch{1, 1, 1, {{1, 1, 1}}, {4, 6}})); };
    EXPECT_DOUBLE_EQ(of(3).after_pause, 0) << "six runs say too little";
    EXPECT_DOUBLE_EQ(of(4).after_pause, 5);
}

}  // namespace
}  // namespace vernier
