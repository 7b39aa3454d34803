// SPDX-License-Identifier: GPL-3.0-or-later
#include <onnx/shape_inference/implementation.h>

#include <charconv>
#include <unordered_set>

#include "core/model/detail/steps.h"

namespace vernier {
namespace {

Value* value_of(Model::Parts& parts, GraphId graph, const std::string& name) {
    const auto& names = parts.graphs[static_cast<std::size_t>(graph)].names;
    const auto found = names.find(name);
    if (found == names.end()) return nullptr;
    Value& value = parts.values[static_cast<std::size_t>(found->second)];
    return value.is_constant() ? nullptr : &value;
}

void take_type(Value& value, ValueType type) {
    for (Dim& dim : type.dims)
        if (dim.name.starts_with("unk__")) dim.name.clear();  // made up by the inference, it says nothing
    value.type = std::move(type);
}

void take_size(Value& value, const ValueType& type) {
    if (!type.has_shape) return;
    value.size.emplace();
    for (const Dim& dim : type.dims) value.size->push_back(dim.value);
}

/// Hands every value that computes something, with the type that the inference wrote into the scratch copy, to take.
template <class Take>
void each_type(Model::Parts& parts, const onnx::GraphProto& graph, const Take& take) {
    GraphId id = kNone;
    const std::string& name = graph.name();
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), id);
    if (error != std::errc() || id < 0 || static_cast<std::size_t>(id) >= parts.graphs.size()) return;
    for (const auto* list : {&graph.input(), &graph.value_info(), &graph.output()})
        for (const onnx::ValueInfoProto& info : *list)
            if (Value* value = info.has_type() ? value_of(parts, id, info.name()) : nullptr) take(*value, value_type(info.type()));
    for (const onnx::NodeProto& node : graph.node())
        for (const onnx::AttributeProto& attribute : node.attribute()) {
            if (attribute.has_g()) each_type(parts, attribute.g(), take);
            for (const onnx::GraphProto& body : attribute.graphs()) each_type(parts, body, take);
        }
}

void infer(onnx::ModelProto& scratch) {
    const onnx::ShapeInferenceOptions options(/*check_type=*/false, /*error_mode=*/0, /*data_propagation=*/true);
    onnx::shape_inference::InferShapes(scratch, onnx::OpSchemaRegistry::Instance(), options);
}

void forget_shapes(onnx::GraphProto& graph, bool main) {
    graph.clear_value_info();
    for (onnx::ValueInfoProto& output : *graph.mutable_output())
        if (output.type().has_tensor_type()) output.mutable_type()->mutable_tensor_type()->clear_shape();
    if (!main)
        for (onnx::ValueInfoProto& input : *graph.mutable_input())
            if (input.type().has_tensor_type()) input.mutable_type()->mutable_tensor_type()->clear_shape();
    for (onnx::NodeProto& node : *graph.mutable_node())
        for (onnx::AttributeProto& attribute : *node.mutable_attribute()) {
            if (attribute.has_g()) forget_shapes(*attribute.mutable_g(), false);
            for (onnx::GraphProto& body : *attribute.mutable_graphs()) forget_shapes(body, false);
        }
}

void set_sizes(onnx::GraphProto& graph, const std::vector<InputSize>& sizes) {
    for (onnx::ValueInfoProto& input : *graph.mutable_input())
        for (const InputSize& size : sizes) {
            if (size.name != input.name() || !input.type().has_tensor_type()) continue;
            auto* shape = input.mutable_type()->mutable_tensor_type()->mutable_shape();
            shape->clear_dim();
            for (const SizedAxis& axis : size.axes) shape->add_dim()->set_dim_value(axis.size);
        }
}

}  // namespace

void infer_types(Model::Parts& parts, onnx::ModelProto& scratch) {
    try {
        infer(scratch);
    } catch (const std::exception& error) {
        Finding& finding = parts.findings.emplace_back();
        finding.severity = Severity::warning;
        finding.code = "shapes-incomplete";
        finding.text = "Shape inference stopped: " + one_line(error.what());
        finding.remedy = "Shapes that are missing are asked from ONNX Runtime";
    }
    each_type(parts, scratch.graph(), take_type);
}

void infer_sizes(Model::Parts& parts) {
    for (Value& value : parts.values) value.size.reset();
    if (parts.scratch != nullptr) {
        onnx::ModelProto sized = *parts.scratch;
        forget_shapes(*sized.mutable_graph(), true);
        set_sizes(*sized.mutable_graph(), parts.sizes);
        try {
            infer(sized);
        } catch (const std::exception&) {
            // Sizes are a help: what the inference did not reach counts by its declared type.
        }
        each_type(parts, sized.graph(), take_size);
    }
    count_macs(parts);
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
