// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/latency.h"

#include <time.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <thread>

#include "core/measure/statistics.h"

namespace vernier {
namespace {

constexpr double kShortestBlockMs = 5;
constexpr int kMostRuns = 512;
/// With 40 rounds these give the 2,000 samples that p99 needs.
constexpr int kEnoughRuns = 52;
constexpr int kFewestRounds = 5;
constexpr int kFewestRuns = 3;

/// A small generator with a fixed algorithm, so that an order can be repeated on every machine (splitmix64).
std::uint64_t next_random(std::uint64_t& state) {
    state += 0x9E3779B97F4A7C15ULL;
    std::uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
}

void shuffle(std::vector<std::size_t>& order, std::uint64_t& state) {
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[next_random(state) % i]);
}

}  // namespace

BlockPlan plan_blocks(const std::vector<double>& once_ms, const MeasureOptions& options) {
    BlockPlan plan;
    const int longer = options.run.threads == 1 ? 1 : 2;
    plan.rounds = std::max(kFewestRounds, options.pairs / longer);
    const double budget = std::max(0.0, options.seconds) * 1000;
    const int usual = std::max(kFewestRuns, options.runs_per_block * longer);
    for (const double once : once_ms) {
        const double cost = std::max(once, 1e-4);
        const double wanted = std::clamp(kShortestBlockMs / cost, static_cast<double>(std::max(usual, kEnoughRuns * longer)),
                                         static_cast<double>(std::max(usual, kMostRuns)));
        const double affordable = budget / plan.rounds / cost;
        plan.runs.push_back(static_cast<int>(std::clamp(affordable, std::min(6.0, static_cast<double>(usual)), wanted)));
    }
    // What does not fit with the fewest runs a block is saved in rounds, and at last in runs.
    const auto longest = [&] {
        double most = 0;
        for (std::size_t i = 0; i < once_ms.size(); ++i) most = std::max(most, once_ms[i] * plan.runs[i]);
        return most;
    };
    if (const double most = longest(); most * plan.rounds > budget) {
        plan.rounds = std::clamp(static_cast<int>(budget / most), kFewestRounds, plan.rounds);
    }
    for (std::size_t i = 0; i < once_ms.size(); ++i) {
        if (once_ms[i] * plan.runs[i] * plan.rounds > budget) plan.runs[i] = std::min(plan.runs[i], kFewestRuns);
        plan.dropped.push_back(plan.runs[i] >= 6 ? 2 : 1);
    }
    return plan;
}

Clock steady_clock_ms() {
    return [] {
        return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count();
    };
}

std::vector<std::vector<std::vector<double>>> time_lanes(const std::vector<Lane>& lanes, const BlockPlan& plan,
                                                         std::uint64_t seed, const Job& job) {
    std::vector<std::vector<std::vector<double>>> out(lanes.size());
    std::vector<std::size_t> order(lanes.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::uint64_t state = seed;
    const std::uint64_t total = static_cast<std::uint64_t>(plan.rounds) * lanes.size();
    std::uint64_t done = 0;
    for (int round = 0; round < plan.rounds; ++round) {
        shuffle(order, state);
        for (const std::size_t lane : order) {
            job.step("latency", done++, total);
            std::vector<double> samples = lanes[lane](plan.runs[lane]);
            samples.erase(samples.begin(), samples.begin() + plan.dropped[lane]);
            out[lane].push_back(std::move(samples));
        }
    }
    job.step("latency", total, total);
    return out;
}

void settle_pools() {
    const auto burnt_ms = [] {
        timespec time{};
        ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
        return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) * 1e-6;
    };
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(250);
    double before = burnt_ms();
    while (std::chrono::steady_clock::now() < end) {
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
        const double after = burnt_ms();
        if (after - before < 0.2) return;
        before = after;
    }
}

Latency summarise(std::vector<std::vector<double>> blocks) {
    Latency latency;
    std::vector<double> all;
    std::vector<double> medians;
    for (const auto& block : blocks) {
        if (block.empty()) continue;
        all.insert(all.end(), block.begin(), block.end());
        medians.push_back(median(block));
    }
    std::sort(all.begin(), all.end());
    latency.n = all.size();
    latency.p50 = quantile_sorted(all, 0.5);
    latency.p90 = quantile_sorted(all, 0.9);
    latency.p99 = quantile_sorted(all, 0.99);
    if (!all.empty()) latency.mean = std::accumulate(all.begin(), all.end(), 0.0) / static_cast<double>(all.size());
    latency.p50_interval = {latency.p50, latency.p50};
    if (medians.size() >= 2) {
        const Interval interval = mean_t_interval(medians).interval;
        // The pooled median may lie beside the mean of the blocks' medians under drift; the interval covers both.
        latency.p50_interval = {std::min(interval.lo, latency.p50), std::max(interval.hi, latency.p50)};
    }
    latency.blocks = std::move(blocks);
    return latency;
}

std::vector<double> log_ratios(const std::vector<std::vector<double>>& other, const std::vector<std::vector<double>>& own) {
    std::vector<double> out;
    for (std::size_t i = 0; i < std::min(other.size(), own.size()); ++i) {
        if (other[i].empty() || own[i].empty()) continue;
        const double above = median(other[i]);
        const double below = median(own[i]);
        if (above > 0 && below > 0) out.push_back(std::log(above / below));
    }
    return out;
}

}  // namespace vernier
