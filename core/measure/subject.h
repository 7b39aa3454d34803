// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/job.h"
#include "core/data/carried.h"
#include "core/model/sizes.h"
#include "core/runtime/runtime.h"

namespace vernier {

/// A model file to measure.
struct SubjectRequest {
    std::filesystem::path model;
    Target run;
    std::map<std::string, Tensor> inputs = {};  ///< what is timed; empty = zeros of the model's shape
    SizeChoices sizes = {};                     ///< what open axes of these zeros count as (core/model/sizes.h)
    bool only_time = false;                     ///< for a launch: neither hash nor size is looked up, and sizes.shapes names every input
    std::vector<int> cpus = {};                 ///< a child stays on these processors; empty = where the system puts it
    Carry carry = {};                           ///< how the samples that it answers are run; timed is a single run
};

/// An output of a model, and why its values cannot be had ("a sequence", "text"; empty when they can).
struct OutputPort {
    std::string name;
    std::string other = {};
};

/// What opening it told.
struct Opened {
    std::uint64_t size_bytes = 0;
    std::string sha256 = {};
    double session_start_ms = 0;  ///< of the first opening
    double first_run_ms = 0;
    std::uint64_t peak_rss_bytes = 0;  ///< what opening and a first run add to the process at most
    std::vector<OutputPort> outputs = {};
    std::map<std::string, std::vector<std::int64_t>> made = {};  ///< shapes of the zeros that it is timed with; empty with samples
};

/// Milliseconds of one warm run.
struct WarmRun {
    double mean = 0;   ///< with the waits of a busy machine: what many runs cost
    double least = 0;  ///< without them
};

/// One model under measurement: in this process, or in a child process of its own. Every call may throw
/// Error{bad_model, bad_data, cancelled}.
class Subject {
public:
    virtual ~Subject() = default;
    [[nodiscard]] virtual const Opened& opened() const = 0;
    /// Begins to answer a sample; answer() waits for its outputs. Several subjects can be asked before the first answer.
    /// Inputs are taken by name, cast where the model asks for another width (core/measure/cast.h).
    virtual void ask(const std::map<std::string, Tensor>& inputs) = 0;
    /// All outputs whose values can be had, by name.
    [[nodiscard]] virtual std::map<std::string, Tensor> answer() = 0;
    /// Runs until caches and thread pools are warm.
    [[nodiscard]] virtual WarmRun warm_up() = 0;
    /// Milliseconds of each of so many runs in a row. The threads of its pool are at rest when it returns.
    [[nodiscard]] virtual std::vector<double> block(int runs) = 0;
    /// Milliseconds of each of so many single runs, before each of which the caches are filled with other data.
    [[nodiscard]] virtual std::vector<double> first_calls(int count) = 0;
    /// Time per executed node, in a session of its own, since the profiler slows its session. After warm_up().
    [[nodiscard]] virtual std::vector<ProfileEvent> profile() = 0;
};

[[nodiscard]] std::unique_ptr<Subject> open_here(const RuntimePtr& runtime, SubjectRequest request, const Job& job);

/// The argument with which open_in_child starts a program; the program then calls serve_subject(0) and ends.
inline constexpr const char* kWorkerArgument = "measure-worker";

/// Starts program (vernier-cli) as a child that loads the same runtime and holds the session. A model that makes the
/// runtime crash ends the child, and is an Error{bad_model} here. Cancelling kills it, even while it opens the model.
[[nodiscard]] std::unique_ptr<Subject> open_in_child(const std::filesystem::path& program, const RuntimePtr& runtime, const SubjectRequest& request,
                                                     const Job& job);

/// The child's side: answers messages from the socket until its other end is closed. Returns the exit code.
int serve_subject(int socket);

}  // namespace vernier
