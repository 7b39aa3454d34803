// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/finding.h"
#include "core/base/json.h"

namespace vernier::cli {

class Context;

/// The first argument with which vernier-cli starts itself to do a command's work in a process that may die. The second says
/// what the process knows (JobOrders), and the user's own words follow.
inline constexpr const char* kJobArgument = "job-worker";

/// What a process that does a command's work is told.
struct JobOrders {
    std::optional<Finding> lost;  ///< the runtime died of this model: look at it without one, and say so
    bool apart = false;           ///< a process died of this work: what may kill one again is done in children of its own

    [[nodiscard]] Json json() const;
    [[nodiscard]] static JobOrders from_json(const Json& json);
};

/// A command to be done by a worker.
struct WorkerJob {
    std::vector<std::string> words;  ///< the user's arguments, without the program's name
    std::string model;               ///< the file that the runtime opens
    std::string ort;
    bool only_looks = false;  ///< a death is a finding, and the work is done again without the runtime; else with care
};

/// Starts this program again and has it run the command; it prints its own result. Returns its exit code. Where it dies, the work
/// is done once more (JobOrders); a second death is an Error that names the file, the step, and the node where one can be
/// found. Cancelling ends it.
int run_in_worker(Context& context, const WorkerJob& job);

/// The worker's side: says over stdin's socket which stage is reached.
void tell_stage(const std::string& stage);

}  // namespace vernier::cli
