// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/rule_effects.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <string>

#include <fmt/format.h>

#include "core/quant/methods/island_edge.h"

namespace vernier {
namespace {

constexpr std::size_t kNamed = 4;

/// "a, b and 3 more"
std::string names_of(const std::set<NodeId>& nodes, const Model& model) {
    std::string text;
    std::size_t named = 0;
    for (const NodeId node : nodes) {
        if (named == kNamed) return fmt::format("{} and {} more", text, nodes.size() - kNamed);
        text += fmt::format("{}{}", named == 0 ? "" : named + 1 == nodes.size() ? " and " : ", ", model.node(node).label);
        ++named;
    }
    return text;
}

bool takes_effect(const NodePlan& node) { return node.absorbed || node.applied == node.chosen.method; }

/// By method, the nodes of rules that change none of their nodes.
std::map<Method, std::set<NodeId>> nodes_without_effect(const Plan& plan) {
    std::map<std::int32_t, std::vector<const NodePlan*>> rules;
    for (const NodePlan& node : plan.nodes)
        if (node.counted && node.chosen.explicit_choice() && node.chosen.method != Method::fp32 && node.already == Precision::fp32)
            rules[node.chosen.rule].push_back(&node);
    std::map<Method, std::set<NodeId>> without;
    for (const auto& [rule, nodes] : rules) {
        if (std::any_of(nodes.begin(), nodes.end(), [](const NodePlan* node) { return takes_effect(*node); })) continue;
        for (const NodePlan* node : nodes) without[node->chosen.method].insert(node->node);
    }
    return without;
}

/// The reason that most of the nodes have.
std::string usual_reason(const Plan& plan, const std::set<NodeId>& nodes) {
    std::map<std::string, std::size_t> reasons;
    for (const NodeId node : nodes) ++reasons[plan.nodes[static_cast<std::size_t>(node)].why];
    const auto most = std::max_element(reasons.begin(), reasons.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    return most == reasons.end() ? std::string() : most->first;
}

Finding without_effect(const Plan& plan, const Model& model, Method method, const std::set<NodeId>& nodes) {
    const std::string why = usual_reason(plan, nodes);
    const bool one = nodes.size() == 1;
    Finding finding{Severity::warning,
                    "rule-without-effect",
                    one ? *nodes.begin() : kNone,
                    one ? model.node(*nodes.begin()).label : std::string(),
                    {},
                    fmt::format("{} was chosen for {} by a rule or a click, but {} in FP32{}{}.", row(method).title, names_of(nodes, model),
                                one ? "it stays" : "they stay", why.empty() ? "" : ": ", why),
                    {}};
    if (why == kEdgeOfIsland)
        finding.remedy =
            one ? "Choose it for the nodes around it too, or leave it in FP32." : "Choose it for the nodes around them too, or leave them in FP32.";
    return finding;
}

/// Nodes on the other ends of a node's tensors.
std::vector<NodeId> beside(const Model& model, NodeId id) {
    std::vector<NodeId> nodes;
    const Node& node = model.node(id);
    for (const ValueId input : node.inputs)
        if (input != kNone && model.value(input).producer != kNone) nodes.push_back(model.value(input).producer);
    for (const ValueId output : node.outputs)
        if (output != kNone) nodes.insert(nodes.end(), model.value(output).consumers.begin(), model.value(output).consumers.end());
    return nodes;
}

/// Nodes at the edge of an island that reach, over such nodes only, one that a rule keeps in FP32; and those.
struct Freed {
    std::set<NodeId> kept, nodes;
};

Freed freed_nodes(const Plan& plan, const Model& model) {
    const auto at = [&](NodeId node) -> const NodePlan& { return plan.nodes[static_cast<std::size_t>(node)]; };
    Freed freed;
    for (const NodePlan& node : plan.nodes) {
        if (!node.counted || !node.chosen.explicit_choice() || node.chosen.method != Method::fp32) continue;
        std::vector<NodeId> open = {node.node};
        while (!open.empty()) {
            const NodeId from = open.back();
            open.pop_back();
            for (const NodeId next : beside(model, from)) {
                if (at(next).why != kEdgeOfIsland || at(next).chosen.method == Method::fp32) continue;
                freed.kept.insert(node.node);
                if (freed.nodes.insert(next).second) open.push_back(next);
            }
        }
    }
    return freed;
}

}  // namespace

std::vector<Finding> rule_effects(const Plan& plan, const Model& model) {
    std::vector<Finding> findings;
    if (plan.changes_nothing()) return findings;  // all of it is said by nothing-changed
    for (const auto& [method, nodes] : nodes_without_effect(plan)) findings.push_back(without_effect(plan, model, method, nodes));
    const Freed freed = freed_nodes(plan, model);
    if (freed.nodes.empty()) return findings;
    findings.push_back(
        {Severity::info,
         "float-frees",
         kNone,
         {},
         {},
         fmt::format("Beside {}, which a rule or a click keeps in FP32, {} in FP32 too: {} at the edge of an INT8 island.", names_of(freed.kept, model),
                     names_of(freed.nodes, model) + (freed.nodes.size() == 1 ? " stays" : " stay"), freed.nodes.size() == 1 ? "it lies" : "they lie"),
         {}});
    return findings;
}

}  // namespace vernier
