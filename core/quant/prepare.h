// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <set>
#include <string>
#include <vector>

#include "core/base/finding.h"
#include "core/base/job.h"
#include "core/quant/calibration/ranges.h"
#include "core/quant/edit.h"
#include "core/quant/folds.h"
#include "core/quant/methods/dynamic.h"
#include "core/quant/methods/fp16_activations.h"
#include "core/quant/methods/static_plan.h"
#include "core/quant/plan.h"
#include "core/quant/recipe.h"

namespace vernier {

/// The opened model rewritten for the methods that were chosen, and what each of its items shall become.
/// Everything that a plan shows and that the methods then carry out; no data are needed for it.
struct Prepared {
    explicit Prepared(const ModelPtr& model) : edit(model) {}

    GraphEdit edit;
    std::vector<Choice> choices;           ///< by NodeId
    std::map<NodeId, NodeId> folded_into;  ///< nodes that a rewriting folded into another one, which became what that one becomes
    std::vector<std::string> problem;      ///< by NodeId: why the chosen method cannot be had; empty = can
    std::vector<std::string> skip_passes;  ///< names of rewritings that the recipe leaves out
    StaticPlan static_plan;
    std::set<int> widened;                 ///< items of another float type that compute in FP32
    Folds folds;                           ///< weights that constant sub-graphs compute, as constants
    std::vector<Finding> findings;

    /// Items whose node was chosen for a method and can have it, by item index.
    [[nodiscard]] std::vector<bool> wants(Method method) const;
    /// Per-channel wish of each item (true for what we added).
    [[nodiscard]] std::vector<bool> per_channel() const;
    /// A Gather from a constant table that was chosen for INT8 static: it needs no range, and is written as in INT8 dynamic.
    [[nodiscard]] bool is_static_table(std::size_t item) const;
    /// Items that are written as INT8 dynamic (static tables too), and as FP16.
    [[nodiscard]] std::vector<DynamicNode> dynamic_nodes() const;
    [[nodiscard]] std::vector<int> fp16_nodes() const;
    [[nodiscard]] std::vector<HalfNode> half_nodes() const;
    /// True for an item of the opened model that no method changes (once static INT8 is planned).
    [[nodiscard]] bool stays_float(int item) const;
    /// Takes back what does not fit into FP16 on the calibration samples, with findings; explicit choices are only reported.
    void check_fp16_activations(const Ranges& ranges);
    /// Takes back static INT8 where it needs a range that the samples did not show, with a finding: in a branch that none took.
    void keep_unseen_float(const Ranges& ranges);
    /// Keeps in float what would be lost in a scale that it shares with far larger numbers (static_losses), with findings; what
    /// was chosen explicitly is only reported.
    void keep_static_losses(const Ranges& ranges, const Calibration& calibration);
    /// Plans static INT8 anew with some items kept in float.
    void replan_static(const std::set<int>& keep_float);
};

/// Resolves the recipe, raises the opset where INT8 static needs it, runs the rewritings, plans the islands.
/// Throws Error{usage} for a selector that matches nothing.
[[nodiscard]] Prepared prepare(const ModelPtr& model, const Recipe& recipe, const Job& job = {});

/// The plan of a prepared model: applied method and why, per node of the opened model.
[[nodiscard]] Plan plan_of(const Prepared& prepared, const Model& model);

}  // namespace vernier
