// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "core/base/job.h"
#include "core/measure/launch_plan.h"
#include "core/measure/subject.h"

namespace vernier {

/// Starts a fresh process with a model, on these processors.
using Start = std::function<std::unique_ptr<Subject>(const std::vector<int>& cpus)>;

/// Times the models in launches. Each launch starts one process for every model, one after the other, since a start that is
/// timed must not run beside another; then come the rounds, in each of which every model has one block, all of them on the
/// same processors, in random order (seeded) that the next round turns round; then the first calls after a pause. At starts and
/// first calls the models take turns in being the first. Result: by model, by launch, without the runs that the plan drops.
[[nodiscard]] std::vector<std::vector<Launch>> run_launches(const std::vector<Start>& models, const LaunchPlan& plan, std::uint64_t seed, const Job& job);

}  // namespace vernier
