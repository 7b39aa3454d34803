// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/model/model.h"

namespace vernier {

/// A graph inside a node: a branch of an If, the body of a Loop or Scan. The main graph is one too, without a holder.
struct Body {
    GraphId graph = 0;
    NodeId holder = kNone;
    std::string name = {};  ///< of the attribute: "then_branch", "body", "graphs[1]"
    std::size_t nodes = 0;  ///< in it and in the bodies of its nodes, without Constant nodes
};

/// All graphs of a model by GraphId.
[[nodiscard]] std::vector<Body> bodies_of(const Model& model);

}  // namespace vernier
