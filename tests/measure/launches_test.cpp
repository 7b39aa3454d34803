// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/launches.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <string>

#include "core/base/error.h"
#include "core/measure/processors.h"

namespace vernier {
namespace {

/// What happened, in order: "start 0", "block 0", "pause 1", "end 0".
using Log = std::vector<std::string>;

class LoggedProcess final : public Subject {
public:
    LoggedProcess(Log& log, int model) : log_(log), model_(std::to_string(model)) { log_.push_back("start " + model_); }
    ~LoggedProcess() override { log_.push_back("end " + model_); }
    LoggedProcess(const LoggedProcess&) = delete;
    LoggedProcess& operator=(const LoggedProcess&) = delete;
    [[nodiscard]] const Opened& opened() const override { return opened_; }
    void ask(const std::map<std::string, Tensor>& /*inputs*/) override {}
    [[nodiscard]] std::map<std::string, Tensor> answer() override { return {}; }
    [[nodiscard]] WarmRun warm_up() override {
        log_.push_back("warm " + model_);
        return {1, 1};
    }
    [[nodiscard]] std::vector<double> block(int runs) override {
        log_.push_back("block " + model_);
        std::vector<double> times(static_cast<std::size_t>(runs));
        std::iota(times.begin(), times.end(), 1.0);
        return times;
    }
    [[nodiscard]] std::vector<double> first_calls(int count) override {
        log_.push_back("pause " + model_);
        return std::vector<double>(static_cast<std::size_t>(count), 9);
    }
    [[nodiscard]] std::vector<ProfileEvent> profile() override { return {}; }

private:
    Log& log_;
    std::string model_;
    Opened opened_{.size_bytes = 0, .session_start_ms = 4, .first_run_ms = 2, .peak_rss_bytes = 7};
};

std::vector<Start> logged(Log& log, int models) {
    std::vector<Start> starts;
    for (int model = 0; model < models; ++model)
        starts.emplace_back([&log, model](const std::vector<int>& cpus) {
            log.push_back("on " + std::to_string(cpus.front()));
            return std::make_unique<LoggedProcess>(log, model);
        });
    return starts;
}

LaunchPlan plan_of(int launches, int rounds, int models) {
    LaunchPlan plan;
    plan.launches = launches;
    plan.rounds = rounds;
    plan.runs.assign(static_cast<std::size_t>(models), 5);
    plan.dropped.assign(static_cast<std::size_t>(models), 2);
    plan.pauses = 1;
    plan.cpus = {{0}, {1}};
    return plan;
}

std::size_t count_of(const Log& log, const std::string& what) {
    return static_cast<std::size_t>(std::count_if(log.begin(), log.end(), [&](const std::string& line) { return line.starts_with(what); }));
}

TEST(Launches, EachModelGetsFreshProcessesAndNoneStartsWhileAnotherIsTimed) {
    Log log;
    const auto launches = run_launches(logged(log, 2), plan_of(3, 4, 2), 7, {});
    ASSERT_EQ(launches.size(), 2U);
    ASSERT_EQ(launches[0].size(), 3U);
    EXPECT_EQ(count_of(log, "start"), 6U);
    EXPECT_EQ(count_of(log, "end"), 6U);
    EXPECT_EQ(count_of(log, "block"), 24U);
    int alive = 0;
    for (const std::string& line : log) {
        alive += line.starts_with("start") ? 1 : line.starts_with("end") ? -1 : 0;
        if (line.starts_with("block")) {
            EXPECT_EQ(alive, 2) << "all are open before the first block, and none opens between blocks";
        }
        EXPECT_LE(alive, 2) << "one launch at a time";
    }
}

TEST(Launches, KeepWhatOpeningToldAndDropTheFirstRunsOfABlock) {
    Log log;
    const auto launches = run_launches(logged(log, 1), plan_of(2, 3, 1), 7, {});
    for (const Launch& launch : launches[0]) {
        EXPECT_EQ(launch.session_start_ms, 4);
        EXPECT_EQ(launch.first_run_ms, 2);
        EXPECT_EQ(launch.peak_rss_bytes, 7U);
        EXPECT_EQ(launch.blocks, (std::vector<std::vector<double>>(3, {3, 4, 5})));
        EXPECT_EQ(launch.after_pause_ms, std::vector<double>{9}) << "never mixed with warm runs";
    }
}

TEST(Launches, AllModelsOfALaunchStayOnTheSameProcessorAndLaunchesTakeTurns) {
    Log log, where;
    (void)run_launches(logged(log, 2), plan_of(3, 4, 2), 7, {});
    for (const std::string& line : log)
        if (line.starts_with("on")) where.push_back(line);
    EXPECT_EQ(where, (Log{"on 0", "on 0", "on 1", "on 1", "on 0", "on 0"}));
}

/// How often model 0 is the first of two at what begins so, of all and of every second time from the first or the second.
std::vector<std::size_t> first_of_two(const Log& log, const std::string& what) {
    std::vector<std::size_t> firsts(3);
    std::size_t seen = 0;
    for (const std::string& line : log) {
        if (!line.starts_with(what)) continue;
        if (seen % 2 == 0 && line.ends_with("0")) {
            ++firsts[0];
            ++firsts[1 + seen / 2 % 2];
        }
        ++seen;
    }
    return firsts;
}

TEST(Launches, NoModelComesFirstMoreOftenAtAStartOrAfterAPause) {
    for (const std::uint64_t seed : {1U, 7U, 99U})
        for (const int rounds : {1, 2, 8, 12})
            for (const int pauses : {1, 2}) {
                LaunchPlan plan = plan_of(8, rounds, 2);
                plan.pauses = pauses;
                Log log;
                (void)run_launches(logged(log, 2), plan, seed, {});
                EXPECT_EQ(first_of_two(log, "start "), (std::vector<std::size_t>{4, 2, 2})) << "on both processors too";
                EXPECT_EQ(first_of_two(log, "pause ").front(), 4U * static_cast<std::size_t>(pauses));
            }
}

TEST(Launches, OfThreeModelsEachIsTheFirstOnce) {
    Log log;
    (void)run_launches(logged(log, 3), plan_of(12, 2, 3), 7, {});
    std::set<std::string> firsts;
    std::size_t seen = 0;
    for (const std::string& line : log)
        if (line.starts_with("start ") && seen++ % 3 == 0) firsts.insert(line);
    EXPECT_EQ(firsts.size(), 3U);
}

TEST(Launches, TheOrderInARoundChangesAndTheSeedRepeatsIt) {
    const auto order_of = [](std::uint64_t seed) {
        Log log, order;
        (void)run_launches(logged(log, 3), plan_of(2, 10, 3), seed, {});
        for (const std::string& line : log)
            if (line.starts_with("block")) order.push_back(line);
        return order;
    };
    const Log order = order_of(7);
    EXPECT_EQ(order, order_of(7));
    EXPECT_NE(order, order_of(8));
    std::set<Log> kinds;
    for (std::size_t i = 0; i < order.size(); i += 3) {
        const Log round(order.begin() + static_cast<long>(i), order.begin() + static_cast<long>(i) + 3);
        EXPECT_EQ(std::set<std::string>(round.begin(), round.end()).size(), 3U);
        kinds.insert(round);
    }
    EXPECT_GE(kinds.size(), 4U);
    for (std::size_t i = 0; i < order.size(); i += 6) {
        const Log forwards(order.begin() + static_cast<long>(i), order.begin() + static_cast<long>(i) + 3);
        EXPECT_EQ(Log(forwards.rbegin(), forwards.rend()), Log(order.begin() + static_cast<long>(i) + 3, order.begin() + static_cast<long>(i) + 6));
    }
}

TEST(Launches, StopWhenAsked) {
    std::stop_source stop;
    Log log;
    Job::Listener listener;
    listener.progress = [&](std::string_view, std::uint64_t done, std::uint64_t) {
        if (done == 3) stop.request_stop();
    };
    EXPECT_THROW((void)run_launches(logged(log, 1), plan_of(8, 5, 1), 7, Job(stop.get_token(), listener)), Error);
    EXPECT_EQ(count_of(log, "block"), 3U);
    EXPECT_EQ(count_of(log, "end"), 1U);
}

MeasureOptions seconds(double budget, int threads = 1) {
    MeasureOptions options;
    options.seconds = budget;
    options.run.threads = threads;
    return options;
}

/// A quiet machine's: all runs take the same time.
LaunchCost usual_cost(double once, double open) { return {{once, once}, open}; }

double blocks_ms(const LaunchPlan& plan, double once) { return plan.launches * plan.rounds * plan.runs[0] * once; }

TEST(LaunchPlan, FastModelsGetEightLaunchesAndEnoughRunsForP99) {
    for (const double once : {0.007, 0.2, 1.0}) {
        const LaunchPlan plan = plan_launches({usual_cost(once, 90)}, seconds(4), {});
        EXPECT_EQ(plan.launches, 8) << once;
        EXPECT_GE(plan.rounds, 5) << once;
        EXPECT_GE(plan.launches * plan.rounds * (plan.runs[0] - plan.dropped[0]), 1000) << once;
        EXPECT_LE(plan.launches * plan.rounds * plan.runs[0], 100'000) << once;
        EXPECT_TRUE(plan.warm_up);
    }
}

TEST(LaunchPlan, StaysWithinTheBudgetWhereItCan) {
    for (const double once : {0.001, 0.03, 0.5, 3.0, 10.0, 40.0, 100.0})
        for (const double open : {60.0, 200.0, 500.0}) {
            const LaunchPlan plan = plan_launches({usual_cost(once, open)}, seconds(4), {});
            EXPECT_LE(blocks_ms(plan, once) + plan.launches * open, 4000 * 1.001) << once << " " << open;
            EXPECT_GT(plan.runs[0], plan.dropped[0]);
            EXPECT_GE(plan.launches, 4);
        }
}

TEST(LaunchPlan, StartsThatTakeLongMakeFewerLaunchesButNeverFewerThanFour) {
    EXPECT_EQ(plan_launches({usual_cost(1, 400)}, seconds(4), {}).launches, 5);
    EXPECT_EQ(plan_launches({usual_cost(1, 3000)}, seconds(4), {}).launches, 4);
    EXPECT_EQ(plan_launches({usual_cost(1, 90), usual_cost(1, 3000)}, seconds(4), {}).launches, 4) << "the slowest start counts";
    const LaunchPlan slow = plan_launches({usual_cost(5000, 5000)}, seconds(4), {});
    EXPECT_EQ(slow.launches, 4);
    EXPECT_EQ(slow.rounds, 1);
    EXPECT_EQ(slow.runs[0], 3);
    EXPECT_EQ(slow.dropped[0], 1);
    EXPECT_FALSE(slow.warm_up);
    EXPECT_EQ(plan_launches({usual_cost(1, 90)}, seconds(0), {}).launches, 4);
}

TEST(LaunchPlan, MoreTimeGivesMoreLaunches) {
    EXPECT_EQ(plan_launches({usual_cost(1, 90)}, seconds(20), {}).launches, 16);
    EXPECT_GT(blocks_ms(plan_launches({usual_cost(1, 90)}, seconds(20), {}), 1), blocks_ms(plan_launches({usual_cost(1, 90)}, seconds(4), {}), 1));
}

// On a busy machine the waits of one warm-up may be twice those of the other.
TEST(LaunchPlan, ModelsOfTheSameSpeedRunAsOftenInABlock) {
    const LaunchPlan busy = plan_launches({{{0.25, 0.22}, 90}, {{0.5, 0.23}, 90}, {{0.12, 0.11}, 90}}, seconds(4), {});
    EXPECT_EQ(busy.runs[0], busy.runs[1]);
    EXPECT_GT(busy.runs[2], 1.5 * busy.runs[0]) << "blocks take the same time";
    EXPECT_LE(busy.launches * (90 + busy.rounds * busy.runs[0] * 0.5), 4000) << "what runs cost in the mean counts for the budget";
}

TEST(LaunchPlan, BlocksOfAThreadPoolAreLongerThanTheWaitForIt) {
    const LaunchPlan plan = plan_launches({usual_cost(1, 90)}, seconds(4, 2), {});
    EXPECT_GE(plan.runs[0], 40);
    EXPECT_GE(plan.rounds, 2);
}

TEST(Processors, TakeTurnsInSetsOfEqualSize) {
    using Sets = std::vector<std::vector<int>>;
    EXPECT_EQ(processor_sets({0, 1}, 1), (Sets{{0}, {1}}));
    EXPECT_EQ(processor_sets({3}, 1), (Sets{{3}}));
    EXPECT_EQ(processor_sets({0, 1, 2, 3}, 2), (Sets{{0, 1}, {2, 3}}));
    EXPECT_EQ(processor_sets({0, 1, 2, 3}, 3), (Sets{{0, 1, 2, 3}}));
    EXPECT_EQ(processor_sets({0, 1}, 0), (Sets{{0, 1}})) << "0 threads are as many as there are processors";
    EXPECT_EQ(processor_sets({0, 1}, 8), (Sets{{0, 1}}));
    EXPECT_TRUE(processor_sets({}, 1).empty());
}

}  // namespace
}  // namespace vernier
