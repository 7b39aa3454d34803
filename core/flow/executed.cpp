// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/executed.h"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace vernier {
namespace {

/// The source's node of that label; null for nodes that only the quantized model has.
class ByLabel {
public:
    explicit ByLabel(const Model& model) {
        for (const Node& node : model.nodes()) nodes_.emplace(node.label, &node);
    }
    [[nodiscard]] const Node* find(std::string_view label) const {
        const auto found = nodes_.find(label);
        return found == nodes_.end() ? nullptr : found->second;
    }

private:
    std::unordered_map<std::string_view, const Node*> nodes_;
};

using As = Executed::As;

constexpr std::array<std::pair<As, std::string_view>, 5> kNames = {
    {{As::unknown, ""}, {As::int8, "int8"}, {As::fp16, "fp16"}, {As::floating, "float"}, {As::fused, "fused"}}};

As kind_of(const NodeAudit& node) {
    switch (node.verdict) {
        case NodeAudit::Verdict::integer: return As::int8;
        case NodeAudit::Verdict::half: return As::fp16;
        case NodeAudit::Verdict::absorbed: return As::fused;
        case NodeAudit::Verdict::floating:
        case NodeAudit::Verdict::fell_back: return As::floating;
    }
    return As::unknown;
}

/// The precision in which a node should run; nothing where its integers may come back to float (weights only).
std::optional<As> expected(const NodePlan& plan) {
    if (row(plan.applied).any_kernel) return std::nullopt;
    switch (row(plan.applied).computes) {
        case Arithmetic::integer: return As::int8;
        case Arithmetic::half: return As::fp16;
        case Arithmetic::floating: break;
    }
    switch (plan.already) {
        case Precision::fp32: return As::floating;
        case Precision::fp16: return As::fp16;
        case Precision::int8_static:
        case Precision::int8_dynamic: return As::int8;
        default: return std::nullopt;
    }
}

/// Why a node runs in another precision than the expected one. quantized: the runtime made integers of its float weight.
std::string reason(As wanted, const NodeAudit& node, bool quantized) {
    const As as = kind_of(node);
    if (as == wanted || as == As::fused) return {};
    if (quantized) return "the runtime quantizes its weight by itself, with one scale for the tensor";
    if (wanted == As::floating) return fmt::format("it passes on values of its neighbours, which are {}", as == As::int8 ? "INT8" : "FP16");
    if (wanted == As::fp16) return "the runtime has no FP16 kernel for it on this machine and converts its values";
    return node.verdict == NodeAudit::Verdict::fell_back ? "the runtime has no INT8 kernel for it here and runs it between two conversions"
                                                         : "not all of its inputs and outputs are INT8";
}

}  // namespace

std::string_view name(Executed::As as) { return kNames.at(static_cast<std::size_t>(as)).second; }

std::vector<Executed> executed_nodes(const Audit& audit, const Model& source, const Plan& plan) {
    if (audit.nodes.empty()) return {};
    std::unordered_map<std::string_view, const NodeAudit*> found;
    for (const NodeAudit& node : audit.nodes)
        if (!node.name.empty()) found.emplace(node.name, &node);
    const std::unordered_set<std::string_view> quantized(audit.self_quantized.begin(), audit.self_quantized.end());
    std::vector<Executed> nodes(source.nodes().size());
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const Node& node = source.nodes()[i];
        const NodePlan& planned = plan.nodes.at(i);
        const auto entry = found.find(node.label);
        if (entry == found.end()) {
            // What Vernier folds is not in the file. Anything else that is not there is known by no name.
            if (planned.absorbed && planned.counted) nodes[i].as = As::fused;
            continue;
        }
        nodes[i].as = kind_of(*entry->second);
        nodes[i].op = entry->second->runs_as;
        if (const auto wanted = expected(planned)) nodes[i].why = reason(*wanted, *entry->second, quantized.contains(node.label));
    }
    return nodes;
}

Json to_json(const Executed& executed) {
    Json json = {{"as", name(executed.as)}};
    if (!executed.op.empty()) json["op"] = executed.op;
    if (!executed.why.empty()) json["why"] = executed.why;
    return json;
}

Executed executed_from_json(const Json& json) {
    Executed executed;
    const std::string as = json.value("as", std::string());
    for (const auto& [kind, word] : kNames)
        if (as == word) executed.as = kind;
    executed.op = json.value("op", std::string());
    executed.why = json.value("why", std::string());
    return executed;
}

std::vector<NodeId> unexecuted(const Audit& audit, const Model& source, const Plan& plan) {
    const ByLabel nodes(source);
    std::vector<NodeId> found;
    for (const NodeAudit& audited : audit.nodes) {
        const Node* node = nodes.find(audited.name);
        if (audited.verdict != NodeAudit::Verdict::fell_back || node == nullptr) continue;
        const Method applied = plan.nodes.at(static_cast<std::size_t>(node->id)).applied;
        if (row(applied).fuses) found.push_back(node->id);
    }
    return found;
}

std::vector<Finding> differences(const Audit& audit, const Model& source, const Plan& plan) {
    std::vector<Finding> findings;
    const ByLabel nodes(source);
    for (const std::string& name : audit.self_quantized) {
        const Node* node = nodes.find(name);
        findings.push_back({Severity::serious,
                            "float-node-quantized",
                            node == nullptr ? kNone : node->id,
                            name,
                            {},
                            "This node is to stay in float, but the runtime quantizes its weight by itself, per tensor.",
                            "Choose INT8 for it, or leave a neighbour in float too."});
    }
    const std::vector<NodeId> fell_back = unexecuted(audit, source, plan);
    if (fell_back.empty()) return findings;
    const Node& first = source.node(fell_back.front());
    findings.push_back({Severity::warning,
                        "int8-runs-in-float",
                        first.id,
                        first.label,
                        {},
                        fmt::format("{} node{} written for INT8, but the runtime has no such kernel and runs {} in float.", fell_back.size(),
                                    fell_back.size() == 1 ? " is" : "s are", fell_back.size() == 1 ? "it" : "them"),
                        "Leave them in FP32: the result is the same and faster."});
    return findings;
}

}  // namespace vernier
