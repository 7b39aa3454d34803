// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "app/cli/globals.h"
#include "app/cli/job_worker.h"
#include "app/cli/text_table.h"
#include "core/base/error.h"
#include "core/base/finding.h"
#include "core/base/job.h"
#include "core/base/json.h"
#include "core/runtime/runtime.h"

namespace vernier::cli {

class Progress;

/// What a command works with: its surroundings, and where results go.
class Context {
public:
    Context(Globals globals, std::stop_token stop);
    /// For a worker: what it was told, and its stages go to its starter too.
    void work_for_starter(JobOrders orders);
    /// vernier-cli where work that may kill a process is to be done in one of its own; else empty.
    [[nodiscard]] std::filesystem::path program_for_risks() const;
    ~Context();

    [[nodiscard]] Job job() const;
    /// The runtime; throws Error{runtime_missing}.
    [[nodiscard]] RuntimePtr runtime() const;
    /// The runtime, or null with a finding when there is none and none was asked for by name.
    [[nodiscard]] RuntimePtr runtime_if_any(std::vector<Finding>& findings) const;
    /// Writes the result: the document with --json, else the text. Throws Error{cannot_write}.
    void result(const Json& document, const std::function<std::string(const Style&)>& text) const;
    /// Writes text to stdout as it is. A reader that has gone away is no error. Throws Error{cannot_write}.
    void print(const std::string& text) const;
    /// Says on stderr (and with --json on stdout) why the work stopped; once, whichever thread comes first.
    void fail(const Error& error) const;
    /// True while print() writes: nothing else may then go to stdout.
    [[nodiscard]] bool is_printing() const { return printing_; }

private:
    Globals globals_;
    std::stop_token stop_;
    mutable std::atomic<bool> printing_{false}, failed_{false};
    std::shared_ptr<Progress> progress_;
    std::optional<JobOrders> orders_;  ///< in a worker only
};

/// Findings as lines for people, the serious ones first.
[[nodiscard]] std::string text_of(const std::vector<Finding>& findings, const Style& style);

}  // namespace vernier::cli
