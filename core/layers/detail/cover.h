// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/layers/detail/run_graph.h"

namespace vernier::detail {

/// Which nodes of a file each executed node does the work of.
struct Cover {
    std::vector<std::vector<NodeId>> nodes;  ///< by RunNode; the first is the one that it is named after
    std::vector<int> owner;                  ///< by NodeId of the file: RunNode; -1 none
};

/// Names and tensors that both graphs have are where they meet; from there what lies between the tensors that an executed node reads and
/// those that it makes is its own, and so is what follows that no other executed node does.
[[nodiscard]] Cover cover_of(const RunGraph& run, const Model& file);

/// By NodeId: nodes that read constants only, directly or through such nodes, and so are computed before the first run.
[[nodiscard]] std::vector<bool> computed_once(const Model& model);

/// True for what only brings values into another form: QuantizeLinear, DequantizeLinear, Cast, and what moves layouts.
[[nodiscard]] bool changes_form(const RunNode& node);

}  // namespace vernier::detail
