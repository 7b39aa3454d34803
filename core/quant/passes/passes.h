// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/finding.h"
#include "core/quant/edit.h"

namespace vernier {

struct StaticPlan;

/// What a rewriting may use: which nodes will run in which arithmetic.
struct PassContext {
    std::vector<bool> wants_static;        ///< by NodeId of the opened model
    std::vector<bool> wants_integer;       ///< by NodeId: static or dynamic; while writing: what is written so in the end
    std::vector<bool> keeps_float;         ///< by NodeId: chosen for FP32 or FP16 by a rule or a click; empty = none
    std::vector<bool> wants_fp16;          ///< by NodeId: will run in FP16; empty = none
    std::vector<bool> folds_batch_norm;    ///< by NodeId: takes a BatchNormalization behind it into its weights; empty = none
    std::vector<bool> new_form;            ///< by NodeId: chosen for a faster form of the same function; empty = none
    std::set<NodeId> rewritten;            ///< of those, the ones that a pass took in
    std::vector<bool> absorbed;            ///< by NodeId: set for nodes that a pass folds into a neighbour
    std::map<NodeId, NodeId> folded_into;  ///< of those, the node that each became part of, where it is one of the opened model
    std::vector<std::string> skip;         ///< names of the rewritings that the recipe leaves out
    const StaticPlan* plan = nullptr;      ///< from PassPlace::before_int8 on
    std::vector<Finding>* findings = nullptr;

    [[nodiscard]] bool is_static(const GraphEdit::Item& item) const { return item.origin >= 0 && wants_static[static_cast<std::size_t>(item.origin)]; }
    [[nodiscard]] bool is_integer(const GraphEdit::Item& item) const { return item.origin >= 0 && wants_integer[static_cast<std::size_t>(item.origin)]; }
    [[nodiscard]] bool must_stay(const GraphEdit::Item& item) const {
        const auto at = static_cast<std::size_t>(item.origin);
        return item.origin >= 0 && at < keeps_float.size() && keeps_float[at];
    }
    [[nodiscard]] bool is_fp16(const GraphEdit::Item& item) const {
        const auto at = static_cast<std::size_t>(item.origin);
        return item.origin >= 0 && at < wants_fp16.size() && wants_fp16[at];
    }
    [[nodiscard]] bool takes_batch_norm(const GraphEdit::Item& item) const {
        const auto at = static_cast<std::size_t>(item.origin);
        return item.origin >= 0 && at < folds_batch_norm.size() && folds_batch_norm[at];
    }
    [[nodiscard]] bool rewrites(const GraphEdit::Item& item) const {
        const auto at = static_cast<std::size_t>(item.origin);
        return item.origin >= 0 && at < new_form.size() && new_form[at];
    }
    /// The item has another form now, or is part of one that has.
    void note_rewritten(const GraphEdit::Item& item) {
        if (rewrites(item)) rewritten.insert(item.origin);
    }
    /// into: the node of the opened model that the item becomes part of.
    void absorb(const GraphEdit::Item& item, NodeId into = kNone) {
        if (item.origin < 0) return;
        note_rewritten(item);
        absorbed[static_cast<std::size_t>(item.origin)] = true;
        if (into != kNone) folded_into[item.origin] = into;
    }
};

/// A rewriting of the graph that keeps its result. Returns how many places it changed.
using PassFn = int (*)(GraphEdit& edit, PassContext& context);

/// When a rewriting runs.
enum class PassPlace {
    before_plan,  ///< on the opened model, before static INT8 is planned
    before_int8,  ///< planned, before INT8 is written
    behind_int8,  ///< INT8 is written, FP16 is not
    end,          ///< everything is written
};

struct PassRow {
    std::string_view name;  ///< "fold-batch-norm": recipes name it in "skip_passes"
    PassPlace place;
    bool (*needed)(const PassContext& context);
    PassFn run;
};

/// All of them, in order (table.cpp says why in this one).
[[nodiscard]] std::span<const PassRow> passes();
[[nodiscard]] std::vector<std::string> pass_names();
/// Runs those of one place in order, but for those that the context skips.
void run_passes(PassPlace place, GraphEdit& edit, PassContext& context);

/// Conv without bias, then Add of a constant that is one number a channel:
///   Conv(x, W) -> Add(c [C,1,1] or [1,C,1,1])      =>      Conv(x, W, c)
int fold_conv_bias(GraphEdit& edit, PassContext& context);

/// Folds each BatchNormalization that directly follows a Conv into that Conv (see fold_batch_norm.cpp).
int fold_batch_norm(GraphEdit& edit, PassContext& context);

/// Gemm with alpha or beta other than 1: folded into weight and bias, because the runtime fuses alpha = beta = 1 only.
int fold_gemm_scales(GraphEdit& edit, PassContext& context);

/// ReduceMean over the spatial axes with keepdims, and AveragePool whose window is the whole map, as GlobalAveragePool,
/// which has an integer kernel:   ReduceMean(x, axes=[2,3])      =>      GlobalAveragePool(x)
int use_global_average_pool(GraphEdit& edit, PassContext& context);

/// HardSigmoid and HardSwish as exporters take them apart, which static INT8 can then write with saturating codes:
///   clip(x + 3, 0, 6) / 6      =>      HardSigmoid(x, 1/6, 1/2)
///   x * clip(x + 3, 0, 6) / 6      =>      x * HardSigmoid(x, 1/6, 1/2)
int use_hard_sigmoid(GraphEdit& edit, PassContext& context);

/// Raises the standard domain's opset to at least target with onnx's converter. Returns an empty text, or why it could not.
[[nodiscard]] std::string upgrade_opset(GraphEdit& edit, std::int64_t target);

}  // namespace vernier
