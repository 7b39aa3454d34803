// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/launch_plan.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "core/measure/latency.h"

namespace vernier {
namespace {

constexpr int kMostLaunches = 16;
constexpr double kLaunchesPerSecond = 2;
constexpr double kShareOfStarts = 0.5;
constexpr double kBlockMs = 10;     // short, so that both models of a pair see the same machine
constexpr double kPoolWaitMs = 45;  // threads of a pool spin so long after a block
constexpr int kLongerWithPool = 4;  // blocks, so that this wait is not most of the time
constexpr int kFewestRuns = 3;
constexpr int kUsualFewestRuns = 6;
constexpr int kSteadyRuns = 16;   // make a median that a run in which the system took the processor away does not move
constexpr double kSteadyMs = 40;  // a block may take so long for that
constexpr int kMostRuns = 512;
constexpr double kSameSpeed = 1.6;  // of the fastest runs: of one file too, where the machine changes its speed
constexpr int kMostRounds = 48;
constexpr int kMostKept = 40'000;   // runs of a model that are kept
constexpr double kMessageMs = 0.3;  // to ask a child for a block
constexpr double kSlowRunMs = 100;
constexpr double kFillCachesMs = 25;
constexpr int kMostPauses = 4;

/// The most expensive of the models by some cost.
template <class Cost>
double most_of(const std::vector<LaunchCost>& models, const Cost& cost) {
    double most = 0;
    for (std::size_t i = 0; i < models.size(); ++i) most = std::max(most, cost(i));
    return most;
}

int whole(double value, int lowest, int highest) { return static_cast<int>(std::clamp(value, static_cast<double>(lowest), static_cast<double>(highest))); }

/// In each launch as many as all launches together need, and one more where that costs next to nothing.
int fewest_pauses(int launches, double once) {
    const int needed = (static_cast<int>(kPausesNeeded) + launches - 1) / launches;
    return std::min(kMostPauses, needed + (once < kFillCachesMs ? 1 : 0));
}

/// Runs of a block of one model. Fewer where not even two blocks of the usual fewest runs fit.
int runs_of_block(const WarmRun& run, double block_ms, double budget, double extra) {
    const double once = std::max(run.least, 1e-4);
    const int fewest = 2 * (kUsualFewestRuns * std::max(run.mean, once) + extra) > budget ? kFewestRuns : kUsualFewestRuns;
    const double steady = std::min<double>(kSteadyRuns, kSteadyMs / once);
    return whole(std::max(block_ms / once, steady), fewest, kMostRuns);
}

/// Models of about the same speed get the same number of runs. On a busy machine the system takes the processor away after a
/// few milliseconds: a block that is shorter than another's gets away with fewer waits a run, and looks faster in the mean.
void level_runs(const std::vector<LaunchCost>& models, std::vector<int>& runs) {
    for (std::size_t i = 1; i < runs.size(); ++i) {
        for (std::size_t before = 0; before < i; ++before) {
            const auto [quick, slow] = std::minmax(models[i].run.least, models[before].run.least);
            if (slow > kSameSpeed * quick) continue;
            runs[i] = runs[before];
            break;
        }
    }
}

/// Rounds, and runs by model, in a launch that has so many ms for the blocks of each model.
void plan_blocks(const std::vector<LaunchCost>& models, double budget, bool pool, LaunchPlan& plan) {
    const double block_ms = pool ? kBlockMs * kLongerWithPool : kBlockMs;
    const double extra = pool ? kPoolWaitMs : kMessageMs;
    for (const LaunchCost& model : models) plan.runs.push_back(runs_of_block(model.run, block_ms, budget, extra));
    level_runs(models, plan.runs);
    const double block = most_of(models, [&](std::size_t i) { return plan.runs[i] * models[i].run.mean + extra; });
    plan.rounds = whole(budget / std::max(block, 1e-3), 1, kMostRounds);
    if (plan.rounds > 1) plan.rounds -= plan.rounds % 2;  // each order of the models comes forwards and backwards
    const int kept = kMostKept / (plan.launches * plan.rounds);
    for (int& runs : plan.runs) {
        runs = std::min(runs, std::max(kept, kUsualFewestRuns));
        plan.dropped.push_back(runs >= kUsualFewestRuns ? 2 : 1);
    }
}

}  // namespace

LaunchPlan plan_launches(const std::vector<LaunchCost>& models, const MeasureOptions& options, std::vector<std::vector<int>> cpus) {
    LaunchPlan plan;
    plan.cpus = std::move(cpus);
    const double budget = std::max(0.0, options.seconds) * 1000;
    const double open = std::max(most_of(models, [&](std::size_t i) { return models[i].open; }), 1e-3);
    const int wanted = whole(options.seconds * kLaunchesPerSecond, kUsualLaunches, kMostLaunches);
    plan.launches = whole(kShareOfStarts * budget / open, kFewestLaunches, wanted);
    const double left = std::max((1 - kShareOfStarts) * budget, budget - plan.launches * open) / plan.launches;
    const double once = most_of(models, [&](std::size_t i) { return models[i].run.mean; });
    plan.warm_up = once < kSlowRunMs;
    plan.pauses = whole(0.1 * left / (kFillCachesMs + once), fewest_pauses(plan.launches, once), kMostPauses);
    plan_blocks(models, 0.9 * left, options.run.threads != 1, plan);
    return plan;
}

}  // namespace vernier
