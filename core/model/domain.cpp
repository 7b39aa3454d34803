// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/domain.h"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

namespace vernier {
namespace {

void name_nodes(google::protobuf::RepeatedPtrField<onnx::NodeProto>& nodes, const std::string& name) {
    for (onnx::NodeProto& node : nodes) {
        if (is_standard_domain(node.domain()) && node.domain() != name) node.set_domain(name);
        for (onnx::AttributeProto& attribute : *node.mutable_attribute()) {
            if (attribute.has_g()) name_standard_domain(*attribute.mutable_g(), name);
            for (onnx::GraphProto& body : *attribute.mutable_graphs()) name_standard_domain(body, name);
        }
    }
}

using Imports = google::protobuf::RepeatedPtrField<onnx::OperatorSetIdProto>;

/// One import of the standard domain, by its plain name: what counts is the first.
void use_plain_import(Imports& imports) {
    bool seen = false;
    imports.erase(std::remove_if(imports.begin(), imports.end(),
                                 [&](onnx::OperatorSetIdProto& import) {
                                     if (!is_standard_domain(import.domain())) return false;
                                     import.set_domain("");
                                     return std::exchange(seen, true);
                                 }),
                  imports.end());
}

bool named(const Imports& imports) {
    return std::any_of(imports.begin(), imports.end(), [](const auto& import) { return import.domain() == "ai.onnx"; });
}

constexpr std::string_view kOwnDomain = "com.microsoft";

/// The opset from which on the standard has an operator that ONNX Runtime has in all; 0: it has it in none. Nothing for others.
std::optional<std::int64_t> standard_since(std::string_view op) {
    if (op == "LayerNormalization") return 17;
    if (op == "SimplifiedLayerNormalization") return 0;
    return std::nullopt;
}

std::int64_t standard_opset(const onnx::ModelProto& model) {
    for (const auto& import : model.opset_import())
        if (is_standard_domain(import.domain())) return import.version();
    return 0;
}

/// Moves nodes of a graph and its bodies that is(node) is true of to a domain. Returns how many.
template <class Is>
int move_nodes(onnx::GraphProto& graph, const std::string& domain, const Is& is) {
    int moved = 0;
    for (onnx::NodeProto& node : *graph.mutable_node()) {
        if (is(node)) {
            node.set_domain(domain);
            ++moved;
        }
        for (onnx::AttributeProto& attribute : *node.mutable_attribute()) {
            if (attribute.has_g()) moved += move_nodes(*attribute.mutable_g(), domain, is);
            for (onnx::GraphProto& body : *attribute.mutable_graphs()) moved += move_nodes(body, domain, is);
        }
    }
    return moved;
}

}  // namespace

bool hide_runtime_operators(onnx::ModelProto& model) {
    const std::int64_t opset = standard_opset(model);
    const int moved = move_nodes(*model.mutable_graph(), std::string(kOwnDomain), [&](const onnx::NodeProto& node) {
        const auto since = standard_since(node.op_type());
        return since && is_standard_domain(node.domain()) && (*since == 0 || opset < *since);
    });
    const auto& imports = model.opset_import();
    if (moved > 0 && std::none_of(imports.begin(), imports.end(), [](const auto& import) { return import.domain() == kOwnDomain; })) {
        auto& import = *model.add_opset_import();
        import.set_domain(std::string(kOwnDomain));
        import.set_version(1);
    }
    return moved > 0;
}

void show_runtime_operators(onnx::ModelProto& model) {
    (void)move_nodes(*model.mutable_graph(), "", [](const onnx::NodeProto& node) { return node.domain() == kOwnDomain && standard_since(node.op_type()); });
}

void name_standard_domain(onnx::GraphProto& graph, const std::string& name) { name_nodes(*graph.mutable_node(), name); }

bool use_plain_domain(onnx::ModelProto& model) {
    const bool was_named = named(model.opset_import());
    if (was_named) use_plain_import(*model.mutable_opset_import());
    name_standard_domain(*model.mutable_graph(), "");
    for (onnx::FunctionProto& function : *model.mutable_functions()) {
        if (named(function.opset_import())) use_plain_import(*function.mutable_opset_import());
        name_nodes(*function.mutable_node(), "");
    }
    return was_named;
}

}  // namespace vernier
