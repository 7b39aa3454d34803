// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/declared.h"

#include <onnx/onnx_pb.h>

#include <string_view>
#include <unordered_map>

namespace vernier {

namespace {

void forget_shape(onnx::ValueInfoProto& info) {
    if (info.type().has_tensor_type()) info.mutable_type()->mutable_tensor_type()->clear_shape();
}

/// Hands every body in a graph, at any depth, to visit.
template <class Visit>
void each_body(onnx::GraphProto& graph, const Visit& visit) {
    const auto enter = [&](onnx::GraphProto& body) {
        visit(body);
        each_body(body, visit);
    };
    for (onnx::NodeProto& node : *graph.mutable_node())
        for (onnx::AttributeProto& attribute : *node.mutable_attribute()) {
            if (attribute.has_g()) enter(*attribute.mutable_g());
            for (onnx::GraphProto& body : *attribute.mutable_graphs()) enter(body);
        }
}

void open_odd_axes(onnx::TypeProto& type) {
    if (type.has_sequence_type()) return open_odd_axes(*type.mutable_sequence_type()->mutable_elem_type());
    if (type.has_optional_type()) return open_odd_axes(*type.mutable_optional_type()->mutable_elem_type());
    if (!type.has_tensor_type() || !type.tensor_type().has_shape()) return;
    for (auto& axis : *type.mutable_tensor_type()->mutable_shape()->mutable_dim())
        if (axis.has_dim_value() && !is_axis_size(axis.dim_value())) axis.clear_dim_value();
}

}  // namespace

void forget_declared_shapes(onnx::GraphProto& graph, BodyInputs of_bodies) {
    const auto forget = [](onnx::GraphProto& each) {
        for (auto* list : {each.mutable_value_info(), each.mutable_output()})
            for (onnx::ValueInfoProto& info : *list) forget_shape(info);
    };
    forget(graph);
    each_body(graph, [&](onnx::GraphProto& body) {
        forget(body);
        if (of_bodies == BodyInputs::kept) return;
        for (onnx::ValueInfoProto& input : *body.mutable_input()) forget_shape(input);
    });
}

void set_input_sizes(onnx::GraphProto& graph, const std::vector<InputSize>& sizes) {
    std::unordered_map<std::string_view, const InputSize*> by_name;
    for (const InputSize& size : sizes) by_name.emplace(size.name, &size);
    for (onnx::ValueInfoProto& input : *graph.mutable_input()) {
        const auto found = by_name.find(input.name());
        if (found == by_name.end() || !input.type().has_tensor_type()) continue;
        auto* shape = input.mutable_type()->mutable_tensor_type()->mutable_shape();
        shape->clear_dim();
        for (const SizedAxis& axis : found->second->axes) shape->add_dim()->set_dim_value(axis.size);
    }
}

void open_odd_axes(onnx::GraphProto& graph) {
    const auto open = [](onnx::GraphProto& each) {
        for (auto* list : {each.mutable_input(), each.mutable_value_info(), each.mutable_output()})
            for (onnx::ValueInfoProto& info : *list)
                if (info.has_type()) open_odd_axes(*info.mutable_type());
    };
    open(graph);
    each_body(graph, open);
}

bool contradicts(const ValueType& a, const ValueType& b) {
    if (a.element != ElementType::undefined && b.element != ElementType::undefined && a.element != b.element) return true;
    if (!a.has_shape || !b.has_shape) return false;
    if (a.dims.size() != b.dims.size()) return true;
    for (std::size_t i = 0; i < a.dims.size(); ++i)
        if (a.dims[i].value >= 0 && b.dims[i].value >= 0 && a.dims[i].value != b.dims[i].value) return true;
    return false;
}

bool add_missing(ValueType& type, const ValueType& more) {
    if (type.element == ElementType::undefined && type.other.empty()) {
        type = more;
        return more.has_shape;
    }
    if (more.element != type.element || !more.has_shape) return false;
    if (!type.has_shape) {
        type.has_shape = true;
        type.dims = more.dims;
        return true;
    }
    if (type.dims.size() != more.dims.size()) return false;
    bool added = false;
    for (std::size_t i = 0; i < type.dims.size(); ++i) {
        Dim& dim = type.dims[i];
        if (dim.value >= 0) continue;
        if (more.dims[i].value >= 0) {
            dim = more.dims[i];
            added = true;
        } else if (dim.name.empty()) {
            dim.name = more.dims[i].name;
        }
    }
    return added;
}

}  // namespace vernier
