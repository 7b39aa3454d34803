// SPDX-License-Identifier: GPL-3.0-or-later
#include <onnx/shape_inference/implementation.h>

#include <charconv>
#include <cstdint>
#include <stdexcept>
#include <unordered_set>

#include "core/model/declared.h"
#include "core/model/detail/steps.h"

namespace vernier {
namespace {

void take_size(Value& value, const ValueType& type) {
    if (!type.has_shape) return;
    value.size.emplace();
    for (const Dim& dim : type.dims) value.size->push_back(dim.value);
}

/// Names that onnx copies while it infers: for each body those of all graphs around it.
std::uint64_t copied_names(const onnx::GraphProto& graph, std::uint64_t around) {
    std::uint64_t names = around + static_cast<std::uint64_t>(graph.input_size()) + static_cast<std::uint64_t>(graph.initializer_size());
    for (const onnx::NodeProto& node : graph.node()) names += static_cast<std::uint64_t>(node.output_size());
    std::uint64_t copied = 0;
    for (const onnx::NodeProto& node : graph.node())
        for (const onnx::AttributeProto& attribute : node.attribute()) {
            if (attribute.has_g()) copied += names + copied_names(attribute.g(), names);
            for (const onnx::GraphProto& body : attribute.graphs()) copied += names + copied_names(body, names);
        }
    return copied;
}

void infer(onnx::ModelProto& scratch) {
    constexpr std::uint64_t kMostCopied = 40'000'000;  // some four seconds
    if (copied_names(scratch.graph(), 0) > kMostCopied) throw std::length_error("the model has too many bodies of If, Loop and Scan");
    const onnx::ShapeInferenceOptions options(/*check_type=*/false, /*error_mode=*/0, /*data_propagation=*/true);
    onnx::shape_inference::InferShapes(scratch, onnx::OpSchemaRegistry::Instance(), options);
}

/// The graph of a scratch copy, which is named by its number; kNone for another.
GraphId number_of(const Model::Parts& parts, const onnx::GraphProto& graph) {
    GraphId id = kNone;
    const std::string& name = graph.name();
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), id);
    return error != std::errc() || id < 0 || static_cast<std::size_t>(id) >= parts.graphs.size() ? kNone : id;
}

/// Hands each typed value of a graph and its bodies to visit(value, info); inputs too where they are asked for.
template <class Visit>
void each_typed(Model::Parts& parts, onnx::GraphProto& graph, bool inputs, const Visit& visit) {
    const GraphId id = number_of(parts, graph);
    if (id == kNone) return;
    const auto& names = parts.graphs[static_cast<std::size_t>(id)].names;
    for (auto* list : {graph.mutable_input(), graph.mutable_value_info(), graph.mutable_output()}) {
        if (list == graph.mutable_input() && !inputs) continue;
        for (onnx::ValueInfoProto& info : *list) {
            const auto found = names.find(info.name());
            if (found == names.end() || !info.has_type()) continue;
            Value& value = parts.values[static_cast<std::size_t>(found->second)];
            if (!value.is_constant()) visit(value, info);
        }
    }
    for (onnx::NodeProto& node : *graph.mutable_node())
        for (onnx::AttributeProto& attribute : *node.mutable_attribute()) {
            if (attribute.has_g()) each_typed(parts, *attribute.mutable_g(), inputs, visit);
            for (onnx::GraphProto& body : *attribute.mutable_graphs()) each_typed(parts, body, inputs, visit);
        }
}

/// The type without names that the inference made up, which say nothing.
ValueType found_type(const onnx::ValueInfoProto& info) {
    ValueType type = value_type(info.type());
    for (Dim& dim : type.dims)
        if (dim.name.starts_with("unk__")) dim.name.clear();
    return type;
}

void run_inference(Model::Parts& parts, onnx::ModelProto& scratch, bool tell) {
    try {
        infer(scratch);
    } catch (const std::exception& error) {
        if (!tell) return;
        Finding& finding = parts.findings.emplace_back();
        finding.severity = Severity::warning;
        finding.code = "shapes-incomplete";
        finding.text = "Shape inference stopped: " + one_line(error.what());
        finding.remedy = "Shapes that are missing are asked from ONNX Runtime";
    }
}

/// Adds to a value what is only declared, or follows from it.
bool add_unsure(Model::Parts& parts, Value& value, const ValueType& more) {
    ValueType before = value.type;
    if (!add_missing(value.type, more)) return false;
    parts.inferred.try_emplace(value.id, std::move(before));
    return true;
}

using Declared = std::vector<std::pair<ValueId, ValueType>>;

void tell_contradictions(Model::Parts& parts, const Declared& declared) {
    std::size_t count = 0;
    Finding finding;
    for (const auto& [id, type] : declared) {
        const Value& value = parts.values[static_cast<std::size_t>(id)];
        if (!contradicts(value.type, type) || count++ > 0) continue;
        finding.tensor = printable(value.name);
        finding.text = "is declared as " + type.text() + ", but its node makes " + value.type.text() + ".";
    }
    if (count == 0) return;
    finding.severity = Severity::info;
    finding.code = "stale-shapes";
    if (count > 1) finding.text.insert(0, "(the first of " + std::to_string(count) + ") ");
    finding.text.insert(0, finding.tensor + " ");
    finding.remedy = "What the nodes make counts; the declared shape is used nowhere";
    parts.findings.push_back(std::move(finding));
}

/// Shapes that follow only if the declared ones hold: to be shown and counted, never to be relied on.
void infer_from_declared(Model::Parts& parts, onnx::ModelProto& scratch) {
    each_typed(parts, *scratch.mutable_graph(), false, [](const Value& value, onnx::ValueInfoProto& info) {
        if (!info.type().has_tensor_type() || !value.type.has_shape) return;
        auto& shape = *info.mutable_type()->mutable_tensor_type()->mutable_shape();
        shape.clear_dim();
        for (const Dim& dim : value.type.dims) {
            auto& axis = *shape.add_dim();
            if (dim.value >= 0)
                axis.set_dim_value(dim.value);
            else if (!dim.name.empty())
                axis.set_dim_param(dim.name);
        }
    });
    run_inference(parts, scratch, false);
    each_typed(parts, *scratch.mutable_graph(), false, [&](Value& value, const onnx::ValueInfoProto& info) { add_unsure(parts, value, found_type(info)); });
}

}  // namespace

/// First without the declared shapes, so that what is found follows from inputs, constants and nodes alone.
void infer_types(Model::Parts& parts, onnx::ModelProto& scratch) {
    Declared declared;
    each_typed(parts, *scratch.mutable_graph(), false,
               [&](const Value& value, const onnx::ValueInfoProto& info) { declared.emplace_back(value.id, value_type(info.type())); });
    forget_declared_shapes(*scratch.mutable_graph());
    run_inference(parts, scratch, true);
    for (const auto& [id, type] : declared) parts.values[static_cast<std::size_t>(id)].type = {};
    each_typed(parts, *scratch.mutable_graph(), true, [](Value& value, const onnx::ValueInfoProto& info) { value.type = found_type(info); });
    tell_contradictions(parts, declared);
    bool more = false;
    for (const auto& [id, type] : declared) more |= add_unsure(parts, parts.values[static_cast<std::size_t>(id)], type);
    if (more) infer_from_declared(parts, scratch);
}

void infer_sizes(Model::Parts& parts) {
    for (Value& value : parts.values) value.size.reset();
    if (parts.scratch != nullptr) {
        onnx::ModelProto sized = *parts.scratch;
        forget_declared_shapes(*sized.mutable_graph(), BodyInputs::forgotten);
        set_input_sizes(*sized.mutable_graph(), parts.sizes);
        try {
            infer(sized);
        } catch (const std::exception&) {
            // Sizes are a help: what the inference did not reach counts by its declared type.
        }
        each_typed(parts, *sized.mutable_graph(), true, [](Value& value, const onnx::ValueInfoProto& info) { take_size(value, value_type(info.type())); });
    }
    count_macs(parts);
}

void count_parameters(Model::Parts& parts) {
    const auto counts = [](const Initializer& tensor) { return bits(tensor.type) > 0 && tensor.type != ElementType::boolean; };
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
