// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/executed.h"

#include <fmt/format.h>

#include <algorithm>
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

std::vector<Finding> differences(const Audit& audit, const Model& source, const Plan& plan) {
    std::vector<Finding> findings;
    const ByLabel nodes(source);
    for (const std::string& name : audit.self_quantized) {
        const Node* node = nodes.find(name);
        findings.push_back({Severity::serious, "float-node-quantized", node == nullptr ? kNone : node->id, name, {},
                            "This node is to stay in float, but the runtime quantizes its weight by itself, per tensor.",
                            "Choose INT8 for it, or leave a neighbour in float too."});
    }
    std::size_t fell_back = 0;
    Finding finding{Severity::warning, "int8-runs-in-float"};
    for (const NodeAudit& audited : audit.nodes) {
        const Node* node = nodes.find(audited.name);
        if (audited.verdict != NodeAudit::Verdict::fell_back || node == nullptr) continue;
        if (plan.nodes.at(static_cast<std::size_t>(node->id)).applied != Method::int8_static) continue;
        if (fell_back++ > 0) continue;
        finding.node = node->id;
        finding.node_name = node->label;
    }
    if (fell_back == 0) return findings;
    finding.text = fmt::format("{} node{} written for INT8, but the runtime has no such kernel and runs {} in float.", fell_back,
                               fell_back == 1 ? " is" : "s are", fell_back == 1 ? "it" : "them");
    finding.remedy = "Leave them in FP32: the result is the same and faster.";
    findings.push_back(std::move(finding));
    return findings;
}

void check_executed(const RuntimePtr& runtime, const onnx::ModelProto& quantized, const Model& source, const Plan& plan,
                    std::vector<Finding>& findings) {
    if (plan.count(Method::int8_static) == 0) return;
    const std::vector<Finding> found = differences(audit_model(runtime, quantized, source.folder()), source, plan);
    findings.insert(findings.end(), found.begin(), found.end());
}

}  // namespace vernier
