// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string_view>

#include "core/base/finding.h"
#include "core/base/json.h"

namespace vernier {

/// Progress and cancel of one long piece of work. Cheap to copy; usable from any thread.
class Job {
public:
    /// What a caller wants to hear. Any of them may be empty. Called from the thread that works.
    struct Listener {
        std::function<void(std::string_view stage, std::uint64_t done, std::uint64_t total)> progress;
        std::function<void(const Finding&)> finding;
        std::function<void(const Json&)> partial;
    };

    /// A job that nobody watches and nobody stops.
    Job() = default;
    Job(std::stop_token stop, Listener listener);

    /// Reports progress, then throws Error{cancelled} when a stop was asked for. total = 0 means unknown.
    void step(std::string_view stage, std::uint64_t done, std::uint64_t total) const;
    /// Throws Error{cancelled} when a stop was asked for.
    void check() const;
    void report(const Finding& finding) const;
    void partial(const Json& value) const;
    [[nodiscard]] std::stop_token stop() const { return stop_; }

private:
    std::stop_token stop_;
    Listener listener_;
};

}  // namespace vernier
