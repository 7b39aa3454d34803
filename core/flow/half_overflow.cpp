// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/half_overflow.h"

#include <cstddef>
#include <map>

namespace vernier {
namespace {

/// The values that an FP16 node reads and makes.
std::vector<ValueId> values_at(const Model& model, const NodePlan& planned) {
    if (row(planned.applied).computes != Arithmetic::half) return {};
    const Node& node = model.node(planned.node);
    std::vector<ValueId> values = node.inputs;
    values.insert(values.end(), node.outputs.begin(), node.outputs.end());
    std::erase(values, kNone);
    return values;
}

}  // namespace

std::vector<std::string> tensors_of_half_nodes(const Model& model, const Plan& plan) {
    std::map<std::string, std::size_t> named;
    for (const Value& value : model.values()) ++named[value.name];
    std::set<std::string> tensors;
    for (const NodePlan& planned : plan.nodes)
        for (const ValueId id : values_at(model, planned)) {
            const Value& value = model.value(id);
            if (!value.is_constant() && value.type.element == ElementType::float32 && named[value.name] == 1) tensors.insert(value.name);
        }
    return {tensors.begin(), tensors.end()};
}

std::set<NodeId> half_nodes_at(const std::set<std::string>& tensors, const Model& model, const Plan& plan) {
    std::set<NodeId> nodes;
    for (const NodePlan& planned : plan.nodes)
        for (const ValueId id : values_at(model, planned))
            if (tensors.contains(model.value(id).name)) nodes.insert(planned.node);
    return nodes;
}

}  // namespace vernier
