// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/executed.h"

#include <fmt/format.h>

#include <string_view>
#include <unordered_map>

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

}  // namespace

std::vector<NodeId> unexecuted(const Audit& audit, const Model& source, const Plan& plan) {
    const ByLabel nodes(source);
    std::vector<NodeId> found;
    for (const NodeAudit& audited : audit.nodes) {
        const Node* node = nodes.find(audited.name);
        if (audited.verdict != NodeAudit::Verdict::fell_back || node == nullptr) continue;
        if (plan.nodes.at(static_cast<std::size_t>(node->id)).applied == Method::int8_static) found.push_back(node->id);
    }
    return found;
}

std::vector<Finding> differences(const Audit& audit, const Model& source, const Plan& plan) {
    std::vector<Finding> findings;
    const ByLabel nodes(source);
    for (const std::string& name : audit.self_quantized) {
        const Node* node = nodes.find(name);
        findings.push_back({Severity::serious, "float-node-quantized", node == nullptr ? kNone : node->id, name, {},
                            "This node is to stay in float, but the runtime quantizes its weight by itself, per tensor.",
                            "Choose INT8 for it, or leave a neighbour in float too."});
    }
    const std::vector<NodeId> fell_back = unexecuted(audit, source, plan);
    if (fell_back.empty()) return findings;
    const Node& first = source.node(fell_back.front());
    findings.push_back({Severity::warning, "int8-runs-in-float", first.id, first.label, {},
                        fmt::format("{} node{} written for INT8, but the runtime has no such kernel and runs {} in float.", fell_back.size(),
                                    fell_back.size() == 1 ? " is" : "s are", fell_back.size() == 1 ? "it" : "them"),
                        "Leave them in FP32: the result is the same and faster."});
    return findings;
}

}  // namespace vernier
