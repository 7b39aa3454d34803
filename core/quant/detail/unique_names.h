// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <onnx/onnx_pb.h>

namespace vernier {

/// What the values of a graph are called now that had to get another name, by the name that they had.
using Renames = std::unordered_map<std::string, std::string>;

/// Gives the values of bodies (If, Loop, Scan) names that no other value of the model has: the branches of an If often use the
/// same ones. The main graph keeps all of its own. Returns the renames of each graph: the main graph first, then bodies in the
/// order in which they are met, as a Model counts them.
[[nodiscard]] std::vector<Renames> make_names_unique(onnx::GraphProto& graph, const std::function<std::string(std::string_view)>& fresh);

}  // namespace vernier
