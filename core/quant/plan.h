// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/base/finding.h"
#include "core/base/job.h"
#include "core/model/model.h"
#include "core/quant/recipe.h"

namespace vernier {

/// What will happen to one node of the model that the user opened.
struct NodePlan {
    NodeId node = kNone;
    Choice chosen;
    Method applied = Method::fp32;
    std::string why;      ///< why applied differs from chosen; empty when it does not
    bool absorbed = false; ///< disappears into a neighbour (BatchNorm folded, Relu into Conv, constants)
};

/// Made before anything is run: the window shows it live. Pure: model + choices in, plan out.
struct Plan {
    std::vector<NodePlan> nodes;              ///< by NodeId
    std::vector<Finding> findings;
    std::vector<std::string> observed;        ///< float tensors (names in the prepared model) that calibration must watch
    std::uint64_t size_estimate_bytes = 0;    ///< of the file to be written (marked as estimate wherever it is shown)
    [[nodiscard]] std::size_t count(Method method) const;
};

/// Throws Error{bad_model} only for our limits; what cannot be done for a node is said in its why and as a finding.
/// The job's stop is looked at between steps (a newer plan makes an older one needless).
[[nodiscard]] Plan make_plan(const ModelPtr& model, const Recipe& recipe, const Job& job = {});

[[nodiscard]] Json to_json(const Plan& plan, const Model& model);

}  // namespace vernier
