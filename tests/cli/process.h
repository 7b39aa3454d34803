// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/json.h"

namespace vernier::test {

/// What a finished program left.
struct Finished {
    int exit_code = -1;  ///< 128 + signal when a signal ended it
    std::string out, err;

    [[nodiscard]] Json json() const;                 ///< stdout as one JSON document; throws when it is none
    [[nodiscard]] std::vector<Json> events() const;  ///< stderr, one JSON object a line; throws when a line is none
};

/// Surroundings of a child.
struct Surroundings {
    std::map<std::string, std::string> environment;  ///< added to ours
    std::optional<std::uint64_t> largest_file;       ///< bytes that a file may have: a disk that is full
    std::string stdout_file;                         ///< instead of the pipe
    /// Called once, as soon as stderr has shown the text; gets the child's id and the writing end of its stdin.
    std::string wait_for;
    std::function<void(int pid, int stdin_descriptor)> then;
};

/// Runs vernier-cli of this build to its end. stdin is a pipe that stays open.
[[nodiscard]] Finished run_cli(const std::vector<std::string>& arguments, const Surroundings& surroundings = {});

/// Starts it with nothing to read and nobody who reads what it says; the caller waits for its end.
[[nodiscard]] int start_cli(const std::vector<std::string>& arguments, const std::map<std::string, std::string>& environment);

/// Names of what lies in a folder, sorted.
[[nodiscard]] std::vector<std::string> listing(const std::filesystem::path& folder);

}  // namespace vernier::test
