// SPDX-License-Identifier: GPL-3.0-or-later
#include <onnx/shape_inference/implementation.h>

#include <charconv>
#include <unordered_set>

#include "core/model/detail/steps.h"

namespace vernier {
namespace {

void take_type(Model::Parts& parts, GraphId graph, const onnx::ValueInfoProto& info) {
    if (!info.has_type()) return;
    const auto& names = parts.graphs[static_cast<std::size_t>(graph)].names;
    const auto found = names.find(info.name());
    if (found == names.end()) return;
    Value& value = parts.values[static_cast<std::size_t>(found->second)];
    if (value.is_constant()) return;
    ValueType type = value_type(info.type());
    for (Dim& dim : type.dims)
        if (dim.name.starts_with("unk__")) dim.name.clear();  // made up by the inference, it says nothing
    value.type = std::move(type);
}

void take_types(Model::Parts& parts, const onnx::GraphProto& graph) {
    GraphId id = kNone;
    const std::string& name = graph.name();
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), id);
    if (error != std::errc() || id < 0 || static_cast<std::size_t>(id) >= parts.graphs.size()) return;
    for (const auto* list : {&graph.input(), &graph.value_info(), &graph.output()})
        for (const onnx::ValueInfoProto& info : *list) take_type(parts, id, info);
    for (const onnx::NodeProto& node : graph.node())
        for (const onnx::AttributeProto& attribute : node.attribute()) {
            if (attribute.has_g()) take_types(parts, attribute.g());
            for (const onnx::GraphProto& body : attribute.graphs()) take_types(parts, body);
        }
}

}  // namespace

void infer_types(Model::Parts& parts, onnx::ModelProto& scratch) {
    try {
        const onnx::ShapeInferenceOptions options(/*check_type=*/false, /*error_mode=*/0, /*data_propagation=*/true);
        onnx::shape_inference::InferShapes(scratch, onnx::OpSchemaRegistry::Instance(), options);
    } catch (const std::exception& error) {
        Finding& finding = parts.findings.emplace_back();
        finding.severity = Severity::warning;
        finding.code = "shapes-incomplete";
        finding.text = "Shape inference stopped: " + one_line(error.what());
        finding.remedy = "Shapes that are missing are asked from ONNX Runtime";
    }
    take_types(parts, scratch.graph());
}

void count_parameters(Model::Parts& parts) {
    const auto counts = [](const Initializer& tensor) {
        return bits(tensor.type) > 0 && tensor.type != ElementType::boolean;
    };
    parts.parameters = 0;
    parts.weight_bytes = 0;
    for (const Initializer& tensor : parts.initializers) {
        if (!counts(tensor)) continue;
        parts.parameters += tensor.count();
        parts.weight_bytes += tensor.size_bytes();
    }
    std::unordered_set<std::int32_t> seen;
    for (Node& node : parts.nodes)
        for (const ValueId input : node.inputs) {
            if (input == kNone) continue;
            const std::int32_t index = parts.values[static_cast<std::size_t>(input)].initializer;
            if (index == kNone || !seen.insert(index).second) continue;
            const Initializer& tensor = parts.initializers[static_cast<std::size_t>(index)];
            if (!counts(tensor)) continue;
            node.parameters += tensor.count();
            node.weight_bytes += tensor.size_bytes();
        }
}

}  // namespace vernier
