// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/job.h"
#include "core/base/worker.h"

namespace vernier {

/// What a program of the user's wrote.
struct ProgramOutput {
    Ending ending;
    std::string out, err;
};

/// Runs a program to its end, with nothing on its stdin; its outputs go through files in folder. A name without a slash is looked for in
/// PATH. Throws Error{not_found} when it cannot be started, {bad_data} when it writes more than most bytes, {cancelled}, after which
/// it runs no longer.
[[nodiscard]] ProgramOutput run_program(const std::filesystem::path& program, const std::vector<std::string>& arguments, const std::filesystem::path& folder,
                                        std::size_t most, const Job& job);

}  // namespace vernier
