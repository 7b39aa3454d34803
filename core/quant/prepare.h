// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/base/finding.h"
#include "core/base/job.h"
#include "core/quant/calibration/ranges.h"
#include "core/quant/canonical.h"
#include "core/quant/edit.h"
#include "core/quant/folds.h"
#include "core/quant/methods/static_plan.h"
#include "core/quant/plan.h"
#include "core/quant/recipe.h"

namespace vernier {

class SampleRounding;

/// What a trial does otherwise than its recipe says; nothing of it is ever written to a file.
struct Variant {
    std::vector<Choice> choices = {};  ///< by NodeId, in the place of what the recipe says; empty: as it says
    bool whole = false;                ///< light nodes at the edge of an INT8 island become INT8 too, and nothing is taken back for what it loses
    StaticParts parts = StaticParts::both;
};

/// The opened model rewritten for the methods that were chosen, and what each of its items shall become.
/// Everything that a plan shows and that the methods then carry out; no data are needed for it.
struct Prepared {
    explicit Prepared(GraphEdit graph) : edit(std::move(graph)) {}

    GraphEdit edit;
    std::vector<Choice> choices;  ///< by NodeId
    bool whole = false;           ///< of its Variant
    StaticParts parts = StaticParts::both;
    std::map<NodeId, NodeId> folded_into;                 ///< nodes that a rewriting folded into another one, which became what that one becomes
    std::set<NodeId> rewritten;                           ///< nodes chosen for a new form that a rewriting took in
    std::vector<std::string> problem;                     ///< by NodeId: why the chosen method cannot be had; empty = can
    std::vector<std::string> skip_passes;                 ///< names of rewritings that the recipe leaves out
    WeightCodes weights;                                  ///< of the recipe
    std::shared_ptr<const SampleRounding> rounding = {};  ///< what samples chose; null: nothing
    Dialect dialect = Dialect::u8s8;                      ///< of the recipe
    WeightRange weight_range = WeightRange::safe;
    StaticPlan static_plan;
    std::set<int> widened;  ///< items of another float type that compute in FP32
    Folds folds;            ///< weights that constant sub-graphs compute, as constants
    std::vector<Finding> findings;

    /// Items whose node was chosen for a method and can have it, by item index.
    [[nodiscard]] std::vector<bool> wants(Method method) const;
    /// The same as a list.
    [[nodiscard]] std::vector<int> items_of(Method method) const;
    /// Per-channel wish of each item (true for what we added).
    [[nodiscard]] std::vector<bool> per_channel() const;
    /// What was chosen for the node of an item that has one.
    [[nodiscard]] const Choice& choice_of(int item) const;
    /// True for an item of the opened model that no method changes (once all is planned).
    [[nodiscard]] bool stays_float(int item) const;
    /// Notes why nodes stay in float, one reason an item; empty takes a reason back.
    void note_reasons(const std::vector<int>& items, const std::vector<std::string>& reasons);
    /// Plans anew what depends on all nodes together, with some items kept in float.
    void replan(const std::set<int>& keep_float);
};

/// A method of form alone: its nodes compute in float with the weights that they have.
[[nodiscard]] bool is_new_form(const MethodSpec& method);

/// What becomes of an item whose node can have its method.
struct ItemOutcome {
    bool stays_float = false;
    bool absorbed = false;  ///< it disappears into a neighbour
    std::string why = {};   ///< it stays in float
};
[[nodiscard]] ItemOutcome outcome_of(const Prepared& prepared, std::size_t item);

/// What a method writes by.
struct Writing {
    const Prepared& prepared;
    const Ranges& ranges;
    const Calibration& calibration;
    std::vector<Finding>& findings;
};

/// Resolves the recipe, raises the opset where a method needs it, runs the rewritings, plans the methods.
/// Throws Error{usage} for a selector that matches nothing.
[[nodiscard]] Prepared prepare(const Canonical& canonical, const Recipe& recipe, const Job& job = {});
[[nodiscard]] Prepared prepare(const Canonical& canonical, const Recipe& recipe, const Variant& variant, const Job& job);
[[nodiscard]] Prepared prepare(const ModelPtr& model, const Recipe& recipe, const Job& job = {});

/// The plan of a prepared model: applied method and why, per node of the opened model.
[[nodiscard]] Plan plan_of(const Prepared& prepared, const Model& model);

}  // namespace vernier
