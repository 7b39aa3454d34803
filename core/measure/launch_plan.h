// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/measure/measure.h"
#include "core/measure/subject.h"

namespace vernier {

/// What a model costs, roughly, in ms.
struct LaunchCost {
    WarmRun run;
    double open = 0;  ///< from the start of a process until its session is warm
};

/// How the time of the latency part is spent. Two processes with the same file differ for good (addresses, page colours), by
/// more than the runs of one process tell: so each model is started several times, and the launches are what counts.
struct LaunchPlan {
    int launches = 0;
    int rounds = 0;                      ///< blocks of each model in a launch
    std::vector<int> runs;               ///< by model: runs of a block
    std::vector<int> dropped;            ///< by model: how many of them are dropped at the begin (caches of the model before)
    int pauses = 0;                      ///< first calls after a pause, in each launch
    bool warm_up = true;                 ///< slow models are warm after their first run
    std::vector<std::vector<int>> cpus;  ///< sets of processors, in turn; empty = where the system puts them
};

/// A launch more tells more than a block more, up to this many, for short measurements and for long ones.
inline constexpr int kUsualLaunches = 8;
inline constexpr int kFewestLaunches = 4;

/// Divides the budget of each model: at most half of it goes into starts, as long as that leaves kFewestLaunches.
[[nodiscard]] LaunchPlan plan_launches(const std::vector<LaunchCost>& models, const MeasureOptions& options, std::vector<std::vector<int>> cpus);

}  // namespace vernier
