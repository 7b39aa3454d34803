// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evidence/paired.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <utility>

#include "core/evidence/latency_compare.h"
#include "core/measure/latency.h"
#include "core/measure/two_speeds.h"
#include "tests/measure/simulated_machine.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using test::MachineKind;
using test::SimulatedMachine;

struct Seen {
    double covers = 0, differs = 0, width = 0;  ///< shares; mean width of the interval
};

/// Many comparisons of a model with one that costs so much more, each on a machine of its own.
Seen compared(const MachineKind& kind, double cost, int launches = 8, int rounds = 9) {
    constexpr int kRepeats = 400;
    LaunchPlan plan;
    plan.launches = launches;
    plan.rounds = rounds;
    plan.runs = {14, 14};
    plan.dropped = {2, 2};
    Seen seen;
    for (int repeat = 0; repeat < kRepeats; ++repeat) {
        SimulatedMachine machine(kind, static_cast<std::uint64_t>(repeat) + 100);
        plan.cpus = machine.cpus();
        const auto all = run_launches({machine.model(1), machine.model(cost)}, plan, static_cast<std::uint64_t>(repeat), {});
        const auto ratio = paired_blocks(all[0], all[1], 0.5);
        EXPECT_TRUE(ratio);
        EXPECT_LE(ratio->interval.lo, ratio->ratio);
        EXPECT_GE(ratio->interval.hi, ratio->ratio);
        seen.covers += ratio->interval.lo <= 1 / cost && 1 / cost <= ratio->interval.hi ? 1.0 / kRepeats : 0;
        seen.differs += ratio->differs ? 1.0 / kRepeats : 0;
        seen.width += (ratio->interval.hi - ratio->interval.lo) / kRepeats;
    }
    return seen;
}

TEST(PairedLaunches, CoverTheTrueRatioWhateverTheMachineDoes) {
    for (const MachineKind& kind : {MachineKind{.launch_sd = 0.005, .wander = 0.02, .two_speeds = 0, .cpus = {1, 1}, .pinned = true},
                                    MachineKind{.launch_sd = 0.005, .wander = 0.01, .two_speeds = 0.12, .cpus = {1, 1}, .pinned = true},
                                    MachineKind{.launch_sd = 0.003, .wander = 0.02, .two_speeds = 0.12, .cpus = {1, 1.15}, .pinned = true},
                                    MachineKind{.launch_sd = 0.005, .wander = 0.02, .two_speeds = 0, .cpus = {1, 1.1}, .pinned = false}})
        for (const double cost : {1.0, 0.8}) {
            const Seen seen = compared(kind, cost);
            EXPECT_GT(seen.covers, 0.91) << kind.launch_sd << " " << kind.two_speeds << " " << kind.cpus[1] << " " << cost;
        }
}

TEST(PairedLaunches, CallEqualFilesDifferentInFewerThanThreeOfAHundred) {
    const MachineKind kind{.launch_sd = 0.005, .wander = 0.02, .two_speeds = 0.12, .cpus = {1, 1.1}, .pinned = true};
    EXPECT_LT(compared(kind, 1).differs, 0.03);
    EXPECT_LT(compared(kind, 1, 4, 9).differs, 0.03) << "with few launches the interval is wide, not wrong";
}

TEST(PairedLaunches, FindThreePercentOnAMachineWithProcessesThatDiffer) {
    const MachineKind kind{.launch_sd = 0.005, .wander = 0.02, .two_speeds = 0, .cpus = {1, 1.1}, .pinned = true};
    const Seen seen = compared(kind, 1.03, 16, 12);
    EXPECT_GT(seen.differs, 0.95);
    EXPECT_LT(seen.width, 0.02);
}

TEST(PairedLaunches, AreNarrowerThanProcessesThatStayWhereTheyAre) {
    MachineKind kind{.launch_sd = 0.003, .wander = 0.01, .two_speeds = 0, .cpus = {1, 1.1}, .pinned = true};
    const double pinned = compared(kind, 1).width;
    kind.pinned = false;
    EXPECT_LT(3 * pinned, compared(kind, 1).width);
}

TEST(PairedRatio, NeedsThreePairs) {
    EXPECT_FALSE(ratio_of_logs({0.1, 0.1}));
    const auto ratio = ratio_of_logs({0.1, 0.1, 0.1, 0.1});
    ASSERT_TRUE(ratio);
    EXPECT_NEAR(ratio->ratio, std::exp(0.1), 1e-12);
    EXPECT_TRUE(ratio->differs);
}

TEST(PairedRatio, ClaimsADifferenceAtNinetyNinePercentOnly) {
    // t(7) is 2.365 at 95 % and 3.499 at 99 %: a mean of 3 standard errors is between them.
    std::vector<double> logs = {-1, 1, -1, 1, -1, 1, -1, 1};
    const double error = std::sqrt(8.0 / 7 / 8);
    for (double& log : logs) log = 0.01 * (log + 3 * error);
    const auto ratio = ratio_of_logs(logs);
    EXPECT_GT(ratio->interval.lo, 1);
    EXPECT_FALSE(ratio->differs);
}

Measurement measured_on(SimulatedMachine& machine, double cost, int launches, int runs) {
    LaunchPlan plan;
    plan.launches = launches;
    plan.rounds = 5;
    plan.runs = {runs};
    plan.dropped = {1};
    plan.pauses = 2;
    Measurement measurement;
    measurement.size_bytes = 500'000;
    measurement.latency = summarise(run_launches({machine.model(cost)}, plan, 1, {})[0]);
    return measurement;
}

TEST(LatencyComparison, EveryFigureHasItsInterval) {
    SimulatedMachine machine({}, 5);
    const PairedFigures figures = compare_latency(measured_on(machine, 1, 8, 40), measured_on(machine, 2, 8, 40));
    for (const auto& figure : {figures.p50, figures.p90, figures.p99, figures.mean, figures.after_pause, figures.session_start, figures.first_run}) {
        ASSERT_TRUE(figure);
        EXPECT_NEAR(figure->ratio, 0.5, 0.1);
        EXPECT_LE(figure->interval.lo, figure->ratio);
        EXPECT_GE(figure->interval.hi, figure->ratio);
    }
    ASSERT_TRUE(figures.memory);
    EXPECT_DOUBLE_EQ(figures.memory->ratio, 1);
    EXPECT_FALSE(figures.memory->differs);
    // 10 ms of download and 15 runs' worth of start and first run against 10 ms and 30.
    ASSERT_TRUE(figures.cold_start);
    EXPECT_NEAR(figures.cold_start->ratio, 25.0 / 40, 0.05);
}

TEST(LatencyComparison, MemoryDiffersOnlyByMoreThanTheKernelCounts) {
    Measurement one, other;
    one.latency.launches.assign(8, Launch{1, 1, 12'500'000, {}, {}});
    for (const auto& [more, differs] : {std::pair{200'000, false}, std::pair{-200'000, false}, std::pair{400'000, true}, std::pair{-400'000, true}}) {
        other.latency.launches.assign(8, Launch{1, 1, static_cast<std::uint64_t>(12'500'000 + more), {}, {}});
        const auto memory = compare_latency(one, other).memory;
        ASSERT_TRUE(memory);
        EXPECT_EQ(memory->differs, differs) << more;
        EXPECT_NEAR(memory->ratio, 1 + more / 12.5e6, 1e-9);
    }
}

TEST(LatencyComparison, CallsAfterAPauseArePairedAsTheyRan) {
    // The machine is twice as slow in every second pause: each pair says 1.25, the medians of 8 calls alone would not.
    Measurement one, other;
    std::vector<Launch> before(4, Launch{1, 1, 1, {{1, 1, 1}}, {10, 20, 10}}), after(4, Launch{1, 1, 1, {{1, 1, 1}}, {8, 16, 8}});
    after[0].after_pause_ms = {8, 16, 800};  // one call that the system interrupted
    one.latency = summarise(before);
    other.latency = summarise(after);
    const auto figure = compare_latency(one, other).after_pause;
    ASSERT_TRUE(figure);
    EXPECT_NEAR(figure->ratio, 1.25, 1e-9);
    EXPECT_TRUE(figure->differs);
    before.resize(2);
    one.latency = summarise(before);
    EXPECT_FALSE(compare_latency(one, other).after_pause) << "too few calls of one model";
}

TEST(LatencyComparison, APercentileNeedsItsRuns) {
    SimulatedMachine machine({}, 6);
    const Measurement few = measured_on(machine, 1, 4, 7), many = measured_on(machine, 1, 8, 40);
    EXPECT_EQ(few.latency.n, 120U);
    EXPECT_TRUE(few.latency.p90);
    EXPECT_FALSE(few.latency.p99);
    EXPECT_TRUE(many.latency.p99);
    EXPECT_FALSE(compare_latency(many, few).p99) << "one side is not known";
    EXPECT_EQ(runs_needed(0.99), 1000U);
    EXPECT_EQ(runs_needed(0.9), 100U);
}

TEST(TwoSpeeds, AreNamedWhereThereIsNextToNothingBetween) {
    test::Random random(4);
    std::vector<double> values;
    for (int i = 0; i < 40; ++i) values.push_back((i % 3 == 0 ? 0.25 : 0.223) * std::exp(0.004 * random.normal()));
    const auto speeds = two_speeds_of(values);
    ASSERT_TRUE(speeds);
    EXPECT_NEAR(speeds->lo, 0.223, 0.002);
    EXPECT_NEAR(speeds->hi, 0.25, 0.002);
}

TEST(TwoSpeeds, AreNotSeenInOneThatWandersOrInAFewSlowBlocks) {
    int seen = 0;
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        test::Random random(seed);
        std::vector<double> one, drifting, spiked;
        for (int i = 0; i < 40; ++i) {
            one.push_back(std::exp(0.02 * random.normal()));
            drifting.push_back(1 + 0.01 * i + 0.01 * random.normal());
            spiked.push_back(i % 20 == 0 ? 1.5 : std::exp(0.005 * random.normal()));
        }
        for (const auto& values : {one, drifting, spiked}) seen += two_speeds_of(values) ? 1 : 0;
    }
    EXPECT_LE(seen, 6) << "of 600";
    EXPECT_FALSE(two_speeds_of({1, 2, 1, 2}));
    EXPECT_FALSE(two_speeds_of({}));
}

}  // namespace
}  // namespace vernier
