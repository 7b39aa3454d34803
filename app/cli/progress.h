// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "core/base/json.h"

namespace vernier::cli {

/// What stderr shows while work goes on: nothing, one changing line of a terminal, or one JSON object a line.
/// Usable from several threads.
class Progress {
public:
    enum class Mode { off, terminal, events };
    explicit Progress(Mode mode) : mode_(mode) {}
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// At most ten a second, but always the first and the last of a stage.
    void step(std::string_view stage, std::uint64_t done, std::uint64_t total);
    /// Written at once; only with Mode::events.
    void event(const Json& event);
    /// Takes the changing line away.
    void clear();

private:
    void write_line(const std::string& text);
    Mode mode_;
    std::mutex mutex_;
    std::string stage_;
    std::chrono::steady_clock::time_point last_{};
    bool shown_ = false;
};

}  // namespace vernier::cli
