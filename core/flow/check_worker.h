// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include "core/base/job.h"
#include "core/base/json.h"
#include "core/base/worker.h"
#include "core/flow/checks.h"

namespace vernier {

/// The argument with which CheckWorker starts a program; the program then calls serve_checks(0) and ends.
inline constexpr const char* kCheckArgument = "check-worker";

/// The process that a model was given to has died of it.
class WorkerDied : public std::runtime_error {
public:
    explicit WorkerDied(const Ending& ending) : std::runtime_error(ending.text()), ending_(ending) {}
    [[nodiscard]] const Ending& ending() const { return ending_; }

private:
    Ending ending_;
};

/// Does with the runtime what may kill a process (Checks): in a child of program (vernier-cli), or in this process when program
/// is empty: where this process may die itself, and in tests.
class CheckWorker {
public:
    /// here: the runtime of this process, for work in it; null: loaded when first needed.
    CheckWorker(const std::filesystem::path& program, Job job, RuntimePtr here = nullptr);
    ~CheckWorker();
    CheckWorker(const CheckWorker&) = delete;
    CheckWorker& operator=(const CheckWorker&) = delete;

    /// Sends {"do": ...} and waits for its result. Throws what the worker threw, WorkerDied, and Error{cancelled}.
    [[nodiscard]] Json call(const Json& message);
    /// Processor seconds of the child so far; 0 where this process does the work.
    [[nodiscard]] double child_cpu_seconds() const { return worker_ == nullptr ? 0 : worker_->cpu_seconds(); }
    /// What does the work in this process; null where a child does.
    [[nodiscard]] const Checks* here() const { return here_.get(); }

private:
    Job job_;
    std::unique_ptr<Worker> worker_;
    std::unique_ptr<Checks> here_;
};

/// The child's side: answers messages from the socket until its other end is closed. Returns the exit code.
int serve_checks(int socket);

}  // namespace vernier
