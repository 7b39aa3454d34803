// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "core/base/job.h"
#include "core/base/json.h"

namespace vernier {

/// A file, and the runtime that opens it (empty: the usual one).
struct FileAndRuntime {
    std::string model;
    std::string ort;
};

/// A node on which the runtime's process dies.
struct Culprit {
    std::int32_t node = -1;
    std::string label, op_type;
};

/// Finds by halving the first node of a model of which the runtime's process dies: opens the nodes in front of a place, in
/// worker children of program (vernier-cli), with all and with no graph optimizations. Nothing when it lives, for very large
/// models, or when time is over. All work, reading the model too, is done in workers. Throws Error{cancelled}.
[[nodiscard]] std::optional<Culprit> find_culprit(const std::filesystem::path& program, const FileAndRuntime& file, const Job& job);

/// The worker's side of the same: answers {"model", "ort", "program"} with {"node", "label", "op"} or null.
[[nodiscard]] Json blame(const Json& message);

}  // namespace vernier
