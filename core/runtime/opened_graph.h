// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "core/runtime/runtime.h"

namespace vernier {

/// A session, and the graph that it executes: a ModelProto's bytes whose larger initializers have a type and a shape, but no values.
struct OpenedGraph {
    std::unique_ptr<Session> session;
    std::string graph;
};

/// Opens a file once for both. Throws Error{bad_model, not_found, cannot_write}.
[[nodiscard]] OpenedGraph open_with_graph(RuntimePtr runtime, const std::filesystem::path& model, const Target& target);

}  // namespace vernier
