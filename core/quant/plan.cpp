// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "core/quant/nothing_changed.h"
#include "core/quant/prepare.h"
#include "core/quant/rule_effects.h"

namespace vernier {
namespace {

/// Bytes of a node's weights when it runs in a method, with its scales.
std::uint64_t weight_bytes_in(const Node& node, Method method) {
    const std::uint64_t bytes = node.parameters * static_cast<std::uint64_t>(row(method).weight_bits) / 8;
    return bytes + node.parameters * static_cast<std::uint64_t>(row(method).scale_percent) / 100;
}

std::uint64_t estimate_size(const std::vector<NodePlan>& nodes, const Model& model) {
    std::uint64_t saved = 0;
    for (const NodePlan& plan : nodes) {
        const Node& node = model.node(plan.node);
        if (plan.applied == Method::fp32) continue;
        saved += node.weight_bytes - std::min(node.weight_bytes, weight_bytes_in(node, plan.applied));
    }
    return model.size_bytes() - std::min(model.size_bytes(), saved);
}

void apply(NodePlan& plan, const ItemOutcome& outcome) {
    if (outcome.stays_float) {
        plan.why = outcome.why.empty() ? fmt::format("it cannot run in {} here", is_integer(plan.chosen.method) ? "INT8" : row(plan.chosen.method).title)
                                       : outcome.why;
        return;
    }
    plan.applied = plan.chosen.method;
    plan.absorbed = outcome.absorbed;
}

/// Nodes that compute folded weights: gone with them, or still there for nodes that stay in float.
void apply_folds(const Prepared& prepared, Plan& plan) {
    const auto live = live_chain(prepared.edit, prepared.folds, [&](int item) { return prepared.stays_float(item); });
    for (const int index : prepared.folds.chain) {
        const NodeId origin = prepared.edit.item(static_cast<std::size_t>(index)).origin;
        if (origin == kNone || live.contains(index)) continue;
        NodePlan& entry = plan.nodes[static_cast<std::size_t>(origin)];
        entry.applied = entry.chosen.method;
        entry.absorbed = true;
        entry.why.clear();
    }
}

}  // namespace

std::size_t Plan::count(Method method) const {
    return static_cast<std::size_t>(std::count_if(nodes.begin(), nodes.end(), [&](const NodePlan& n) {
        return n.counted && n.applied == method && (method != Method::fp32 || n.already == Precision::fp32);
    }));
}

std::size_t Plan::count(Arithmetic computes) const {
    return static_cast<std::size_t>(std::count_if(
        nodes.begin(), nodes.end(), [&](const NodePlan& n) { return n.counted && n.applied != Method::fp32 && row(n.applied).computes == computes; }));
}

std::size_t Plan::count(Precision already) const {
    return static_cast<std::size_t>(
        std::count_if(nodes.begin(), nodes.end(), [&](const NodePlan& n) { return n.counted && n.applied == Method::fp32 && n.already == already; }));
}

bool Plan::changes_nothing() const {
    return std::none_of(nodes.begin(), nodes.end(), [](const NodePlan& n) { return n.counted && n.applied != Method::fp32; });
}

namespace {

/// item: the node's item in the prepared graph; -1 where a rewriting or the edit itself took it in.
NodePlan entry_of(const Prepared& prepared, const Model& model, const Node& node, int item) {
    const auto at = static_cast<std::size_t>(node.id);
    NodePlan entry{node.id, prepared.choices[at], Method::fp32, prepared.problem[at], false, node.op_type != "Constant", precision_of(model, node.id)};
    if (!entry.why.empty() || entry.chosen.method == Method::fp32) return entry;  // stays as it is
    apply(entry, item < 0 ? ItemOutcome{.absorbed = true} : outcome_of(prepared, static_cast<std::size_t>(item)));
    return entry;
}

/// What was written for a node that is folded into another one is what that one became. Where nobody chose a method for it and the default is
/// FP32 it stays FP32: its numbers go into the other's weights before these are quantized, and nothing of its own runs in integers.
void follow_folds(const Prepared& prepared, const Model& model, Plan& plan) {
    for (const auto& [node, into] : prepared.folded_into) {
        NodePlan& entry = plan.nodes[static_cast<std::size_t>(node)];
        const NodePlan& whole = plan.nodes[static_cast<std::size_t>(into)];
        entry.absorbed = true;
        if (entry.chosen.method == Method::fp32) {
            entry.applied = Method::fp32;
            entry.why = fmt::format("it is folded into {}", model.node(into).label);
            continue;
        }
        if (entry.applied == whole.applied) continue;
        entry.applied = whole.applied;
        const std::string stays = entry.applied == Method::fp32 ? ", which stays in float" : "";
        entry.why = entry.applied == entry.chosen.method ? "" : fmt::format("it is folded into {}{}", model.node(into).label, stays);
    }
}

/// The warning of a recipe that asks for something and gets nothing; what would explain a change has nothing to explain then.
void report_nothing_changed(Plan& plan, const Model& model) {
    const bool asked = std::any_of(plan.nodes.begin(), plan.nodes.end(), [](const NodePlan& n) { return n.chosen.method != Method::fp32; });
    auto nothing = nothing_changed(plan, model);
    if (!nothing || !asked) return;
    std::erase_if(plan.findings, [](const Finding& finding) { return finding.code == "other-float" || finding.code == "opset-raised"; });
    plan.findings.push_back(std::move(*nothing));
}

}  // namespace

Plan plan_of(const Prepared& prepared, const Model& model) {
    std::unordered_map<NodeId, int> item_of;
    for (std::size_t i = 0; i < prepared.edit.size(); ++i)
        if (!prepared.edit.item(i).removed && prepared.edit.item(i).origin >= 0) item_of.emplace(prepared.edit.item(i).origin, static_cast<int>(i));
    Plan plan;
    for (const Node& node : model.nodes()) {
        const auto item = item_of.find(node.id);
        plan.nodes.push_back(entry_of(prepared, model, node, item == item_of.end() ? -1 : item->second));
    }
    apply_folds(prepared, plan);
    follow_folds(prepared, model, plan);
    plan.findings = prepared.findings;
    report_nothing_changed(plan, model);
    for (Finding& finding : rule_effects(plan, model)) plan.findings.push_back(std::move(finding));
    plan.observed = prepared.static_plan.observed();
    plan.size_estimate_bytes = estimate_size(plan.nodes, model);
    return plan;
}

Plan make_plan(const ModelPtr& model, const Recipe& recipe, const Job& job) { return plan_of(prepare(model, recipe, job), *model); }

}  // namespace vernier
