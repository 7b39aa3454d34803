// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/base/finding.h"
#include "core/base/job.h"
#include "core/model/model.h"
#include "core/model/precision.h"
#include "core/quant/recipe.h"

namespace vernier {

/// What will happen to one node of the model that the user opened.
struct NodePlan {
    NodeId node = kNone;
    Choice chosen;
    Method applied = Method::fp32;
    std::string why;                      ///< why applied differs from chosen; empty when it does not
    bool absorbed = false;                ///< disappears into a neighbour (BatchNorm folded, Relu into Conv, constants)
    bool counted = true;                  ///< false for Constant nodes, which no count includes
    Precision already = Precision::fp32;  ///< what the opened model computes it in, where no method changes it
};

/// Made before anything is run: the window shows it live. Pure: model + choices in, plan out.
struct Plan {
    std::vector<NodePlan> nodes;  ///< by NodeId
    std::vector<Finding> findings;
    std::vector<std::string> observed;      ///< float tensors (names in the prepared model) that calibration must watch
    std::uint64_t size_estimate_bytes = 0;  ///< of the file to be written (marked as estimate wherever it is shown)
    /// Nodes that a method is applied to, without Constant nodes; FP32: those that are neither quantized nor of another float type.
    [[nodiscard]] std::size_t count(Method method) const;
    /// The same of all methods but FP32 that compute so.
    [[nodiscard]] std::size_t count(Arithmetic computes) const;
    /// Nodes that were in this precision before and stay so.
    [[nodiscard]] std::size_t count(Precision already) const;
    [[nodiscard]] bool changes_nothing() const;
};

/// Throws Error{bad_model} only for our limits; what cannot be done for a node is said in its why and as a finding.
/// The job's stop is looked at between steps (a newer plan makes an older one needless).
[[nodiscard]] Plan make_plan(const ModelPtr& model, const Recipe& recipe, const Job& job = {});

}  // namespace vernier
