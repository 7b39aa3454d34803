// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "core/base/job.h"
#include "core/measure/measure.h"

namespace vernier {

/// How many runs a model gets in each block, and how many of them are dropped at its begin (caches of the model before).
struct BlockPlan {
    int rounds = 0;
    std::vector<int> runs;      ///< by lane
    std::vector<int> dropped;   ///< by lane
};

/// Divides the budget. once_ms: one run of each lane. With a thread pool there are half the rounds of twice the runs, since
/// each block is then preceded by a wait (see settle_pools). Fast models get longer blocks (at least 5 ms, so that one timer
/// interrupt does not make a block's median), slow ones fewer runs and then fewer rounds, never fewer than 5 rounds of 3.
[[nodiscard]] BlockPlan plan_blocks(const std::vector<double>& once_ms, const MeasureOptions& options);

/// One thing to time: runs it so often in a row, and gives the milliseconds of each run.
using Lane = std::function<std::vector<double>(int runs)>;
/// Milliseconds on a steady clock.
using Clock = std::function<double()>;
[[nodiscard]] Clock steady_clock_ms();

/// Times the lanes in rounds; in each round every lane has one block, in random order (seeded). Result: by lane, by round,
/// without the runs that the plan drops.
[[nodiscard]] std::vector<std::vector<std::vector<double>>> time_lanes(const std::vector<Lane>& lanes, const BlockPlan& plan,
                                                                       std::uint64_t seed, const Job& job);

/// Waits until this process burns no processor time any more, at most a quarter of a second. The threads of a session's pool
/// spin for some 40 ms after a run, and would take a processor from the next block, which belongs to another session.
void settle_pools();

/// Percentiles and mean of all samples, and the interval of p50 over blocks.
[[nodiscard]] Latency summarise(std::vector<std::vector<double>> blocks);

/// ln(median of other's block / median of own block), round by round.
[[nodiscard]] std::vector<double> log_ratios(const std::vector<std::vector<double>>& other,
                                             const std::vector<std::vector<double>>& own);

}  // namespace vernier
