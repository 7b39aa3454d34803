// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/plan.h"

#include <algorithm>
#include <unordered_map>

#include "core/quant/prepare.h"

namespace vernier {
namespace {

/// Bytes of a node's weights when it runs in a method (INT8 keeps one float scale a channel, about 1 % more).
std::uint64_t weight_bytes_in(const Node& node, Method method) {
    return node.weight_bytes * static_cast<std::uint64_t>(row(method).weight_bits) / 32 +
           (row(method).weight_bits == 8 ? node.weight_bytes / 100 : 0);
}

std::uint64_t estimate_size(const std::vector<NodePlan>& nodes, const Model& model) {
    std::uint64_t saved = 0;
    for (const NodePlan& plan : nodes) {
        const Node& node = model.node(plan.node);
        saved += node.weight_bytes - std::min(node.weight_bytes, weight_bytes_in(node, plan.applied));
    }
    return model.size_bytes() - std::min(model.size_bytes(), saved);
}

void apply_static(NodePlan& plan, const StaticItem& item) {
    if (item.kernel == Kernel::none) {
        plan.why = item.why.empty() ? "it cannot run in INT8 here" : item.why;
        return;
    }
    plan.applied = Method::int8_static;
    plan.absorbed = item.absorbed;
}

}  // namespace

std::size_t Plan::count(Method method) const {
    return static_cast<std::size_t>(std::count_if(nodes.begin(), nodes.end(), [&](const NodePlan& n) { return n.applied == method; }));
}

Plan plan_of(const Prepared& prepared, const Model& model) {
    std::unordered_map<NodeId, std::size_t> item_of;
    for (std::size_t i = 0; i < prepared.edit.size(); ++i)
        if (!prepared.edit.item(i).removed && prepared.edit.item(i).origin >= 0) item_of.emplace(prepared.edit.item(i).origin, i);
    Plan plan;
    for (const Node& node : model.nodes()) {
        const auto at = static_cast<std::size_t>(node.id);
        NodePlan entry{node.id, prepared.choices[at], Method::fp32, prepared.problem[at], false};
        const auto item = item_of.find(node.id);
        if (!entry.why.empty() || entry.chosen.method == Method::fp32) {
            // stays as it is
        } else if (item == item_of.end()) {
            entry.applied = entry.chosen.method;
            entry.absorbed = true;
        } else if (entry.chosen.method == Method::int8_static) {
            if (prepared.is_static_table(item->second)) entry.applied = Method::int8_static;
            else apply_static(entry, prepared.static_plan.items[item->second]);
        } else {
            entry.applied = entry.chosen.method;
        }
        plan.nodes.push_back(std::move(entry));
    }
    plan.findings = prepared.findings;
    plan.observed = prepared.static_plan.observed();
    plan.size_estimate_bytes = estimate_size(plan.nodes, model);
    return plan;
}

Plan make_plan(const ModelPtr& model, const Recipe& recipe, const Job& job) { return plan_of(prepare(model, recipe, job), *model); }

Json to_json(const Plan& plan, const Model& model) {
    Json nodes = Json::array();
    for (const NodePlan& entry : plan.nodes) {
        const Node& node = model.node(entry.node);
        Json json = {{"id", node.id}, {"name", node.label}, {"op", node.op_type}, {"chosen", id(entry.chosen.method)},
                     {"applied", id(entry.applied)}};
        if (!entry.why.empty()) json["why"] = entry.why;
        if (entry.absorbed) json["absorbed"] = true;
        if (entry.chosen.rule >= 0) json["rule"] = entry.chosen.rule;
        nodes.push_back(std::move(json));
    }
    Json counts = Json::object();
    for (const MethodRow& method : kMethods) counts[std::string(method.id)] = plan.count(method.method);
    return {{"nodes", std::move(nodes)}, {"counts", std::move(counts)}, {"size_estimate_bytes", plan.size_estimate_bytes},
            {"observed_tensors", plan.observed.size()}, {"findings", to_json(plan.findings)}};
}

}  // namespace vernier
