// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/domain.h"

#include <onnx/onnx_pb.h>

#include <algorithm>
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

}  // namespace

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
