// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/latency.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <numeric>
#include <set>
#include <thread>

#include "core/base/error.h"
#include "core/measure/statistics.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using test::Random;

MeasureOptions four_seconds() {
    MeasureOptions options;
    options.seconds = 4;
    return options;
}

TEST(PlanBlocks, FastModelsGetLongBlocksAndEnoughSamplesForP99) {
    const BlockPlan plan = plan_blocks({0.007, 1.0}, four_seconds());
    EXPECT_EQ(plan.rounds, 40);
    EXPECT_EQ(plan.runs[0], 512);
    EXPECT_GE(plan.rounds * (plan.runs[1] - plan.dropped[1]), 2000);
    EXPECT_EQ(plan.dropped[0], 2);
}

TEST(PlanBlocks, StaysWithinTheBudgetWhereItCan) {
    for (const double once : {0.001, 0.03, 0.5, 3.0, 10.0, 40.0, 100.0, 150.0}) {
        const BlockPlan plan = plan_blocks({once}, four_seconds());
        EXPECT_LE(plan.rounds * plan.runs[0] * once, 4000 * 1.0001) << once;
        EXPECT_GE(plan.rounds, 5) << once;
        EXPECT_GT(plan.runs[0], plan.dropped[0]) << once;
    }
}

TEST(PlanBlocks, VerySlowModelsStillGetFiveRoundsOfThree) {
    const BlockPlan plan = plan_blocks({5000, 0.1}, four_seconds());
    EXPECT_EQ(plan.rounds, 5);
    EXPECT_EQ(plan.runs[0], 3);
    EXPECT_EQ(plan.dropped[0], 1);
    MeasureOptions none = four_seconds();
    none.seconds = 0;
    EXPECT_EQ(plan_blocks({1.0}, none).rounds, 5);
}

TEST(PlanBlocks, ThreadPoolsGetFewerAndLongerBlocks) {
    MeasureOptions options = four_seconds();
    options.run.threads = 2;
    const BlockPlan plan = plan_blocks({1.0}, options);
    EXPECT_EQ(plan.rounds, 20);
    EXPECT_GE(plan.rounds * (plan.runs[0] - plan.dropped[0]), 2000);
}

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

/// A lane whose runs are timed on a simulated clock.
Lane timed(std::function<void()> once, Clock clock) {
    return [once = std::move(once), clock = std::move(clock)](int runs) {
        std::vector<double> times;
        for (int run = 0; run < runs; ++run) {
            const double begin = clock();
            once();
            times.push_back(clock() - begin);
        }
        return times;
    };
}

/// A machine whose speed wanders (AR(1)) and drifts, with rare spikes; time passes only by runs.
class SimulatedMachine {
public:
    SimulatedMachine(std::uint64_t seed, double phi, double drift) : random_(seed), phi_(phi), drift_(drift) {}

    void run(double cost) {
        const double shock = 0.015 * std::sqrt(1 - phi_ * phi_);
        state_ = phi_ * state_ + shock * random_.normal();
        const double spike = random_.unit() < 0.01 ? 1.5 : 1.0;
        ++runs_;
        const double slow = 1 + drift_ * static_cast<double>(runs_) / 1000;
        now_ += cost * slow * spike * std::exp(state_ + 0.006 * random_.normal());
    }
    [[nodiscard]] double now() const { return now_; }

private:
    Random random_;
    double phi_;
    double drift_;
    double state_ = 0;
    double now_ = 0;
    int runs_ = 0;
};

/// How often the paired interval covers the true ratio of two models on such a machine.
double coverage(double phi, double drift, double cost, int rounds) {
    int covered = 0;
    constexpr int kRepeats = 300;
    for (int repeat = 0; repeat < kRepeats; ++repeat) {
        SimulatedMachine machine(static_cast<std::uint64_t>(repeat) + 100, phi, drift);
        BlockPlan plan{rounds, {14, 14}, {2, 2}};
        const Clock clock = [&] { return machine.now(); };
        const std::vector<Lane> lanes{timed([&] { machine.run(1); }, clock), timed([&] { machine.run(cost); }, clock)};
        const auto blocks = time_lanes(lanes, plan, static_cast<std::uint64_t>(repeat), {});
        const Interval interval = mean_t_interval(log_ratios(blocks[1], blocks[0])).interval;
        covered += interval.lo <= std::log(cost) && std::log(cost) <= interval.hi ? 1 : 0;
    }
    return static_cast<double>(covered) / kRepeats;
}

TEST(PairedBlocks, CoverTheTrueRatioOnAWanderingMachine) {
    EXPECT_GT(coverage(0.9, 0, 0.9, 40), 0.91);
    EXPECT_GT(coverage(0.995, 0.03, 0.9, 40), 0.91);
    EXPECT_GT(coverage(0.9, 0.08, 0.9, 10), 0.90);
}

TEST(PairedBlocks, FindNoDifferenceBetweenEqualModels) {
    EXPECT_GT(coverage(0.9, 0.03, 1.0, 40), 0.91);
}

TEST(TimeLanes, EveryLaneRunsInEveryRoundInChangingOrderThatTheSeedRepeats) {
    const auto order_of = [](std::uint64_t seed) {
        std::vector<int> order;
        std::vector<Lane> lanes;
        for (int lane = 0; lane < 3; ++lane)
            lanes.emplace_back([&order, lane](int runs) {
                order.push_back(lane);
                return std::vector<double>(static_cast<std::size_t>(runs), 1.0);
            });
        const auto blocks = time_lanes(lanes, {20, {1, 1, 1}, {0, 0, 0}}, seed, {});
        EXPECT_EQ(blocks.size(), 3U);
        EXPECT_EQ(blocks[0].size(), 20U);
        return order;
    };
    const std::vector<int> order = order_of(7);
    EXPECT_EQ(order, order_of(7));
    EXPECT_NE(order, order_of(8));
    std::set<std::vector<int>> kinds;
    for (std::size_t i = 0; i < order.size(); i += 3) {
        const std::vector<int> round(order.begin() + static_cast<long>(i), order.begin() + static_cast<long>(i) + 3);
        EXPECT_EQ(std::accumulate(round.begin(), round.end(), 0), 3);
        kinds.insert(round);
    }
    EXPECT_GE(kinds.size(), 4U);
}

TEST(TimeLanes, DropsTheFirstRunsOfABlock) {
    double now = 0;
    int run = 0;
    const Lane slow_first = timed([&] { now += run++ % 5 < 2 ? 100 : 1; }, [&] { return now; });
    const auto blocks = time_lanes({slow_first}, {3, {5}, {2}}, 1, {});
    for (const auto& block : blocks[0]) EXPECT_EQ(block, (std::vector<double>{1, 1, 1}));
}

TEST(TimeLanes, StopsWhenAsked) {
    std::stop_source stop;
    int runs = 0;
    const Lane lane = [&](int) {
        if (++runs == 3) stop.request_stop();
        return std::vector<double>{1.0};
    };
    EXPECT_THROW((void)time_lanes({lane}, {100, {1}, {0}}, 1, Job(stop.get_token(), {})), Error);
    EXPECT_EQ(runs, 3);
}

TEST(Summarise, GivesPercentilesOfAllSamples) {
    std::vector<std::vector<double>> blocks(10);
    for (int i = 0; i < 1000; ++i) blocks[static_cast<std::size_t>(i) % 10].push_back(i + 1);
    const Latency latency = summarise(blocks);
    EXPECT_EQ(latency.n, 1000U);
    EXPECT_NEAR(latency.p50, 500.5, 1e-9);
    EXPECT_NEAR(latency.p90, 900.1, 1e-6);
    EXPECT_NEAR(latency.p99, 990.01, 1e-6);
    EXPECT_NEAR(latency.mean, 500.5, 1e-9);
    EXPECT_LE(latency.p50_interval.lo, latency.p50);
    EXPECT_GE(latency.p50_interval.hi, latency.p50);
    EXPECT_EQ(latency.blocks.size(), 10U);
}

}  // namespace
}  // namespace vernier
