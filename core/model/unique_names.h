// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace onnx {
class GraphProto;
}

namespace vernier {

/// True where a graph, or one of its bodies, has two nodes of one name. ONNX allows that, ONNX Runtime does not.
[[nodiscard]] bool has_equal_node_names(const onnx::GraphProto& graph);

/// Gives each node of a graph that has no name, or that of a node before it, one of its own in its graph; those of bodies too.
void name_nodes(onnx::GraphProto& graph);

/// What the values of a graph are called now that had to get another name, by the name that they had.
using Renames = std::unordered_map<std::string, std::string>;

/// Gives the values of bodies (If, Loop, Scan) names that no other value of the model has: the branches of an If often use the
/// same ones. The main graph keeps all of its own. Returns the renames of each graph: the main graph first, then bodies in the
/// order in which they are met, as a Model counts them.
[[nodiscard]] std::vector<Renames> make_names_unique(onnx::GraphProto& graph, const std::function<std::string(std::string_view)>& fresh);

}  // namespace vernier
