// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/declared.h"

#include <onnx/onnx_pb.h>

namespace vernier {

void forget_declared_shapes(onnx::GraphProto& graph) {
    for (auto* list : {graph.mutable_value_info(), graph.mutable_output()})
        for (onnx::ValueInfoProto& info : *list)
            if (info.type().has_tensor_type()) info.mutable_type()->mutable_tensor_type()->clear_shape();
    for (onnx::NodeProto& node : *graph.mutable_node())
        for (onnx::AttributeProto& attribute : *node.mutable_attribute()) {
            if (attribute.has_g()) forget_declared_shapes(*attribute.mutable_g());
            for (onnx::GraphProto& body : *attribute.mutable_graphs()) forget_declared_shapes(body);
        }
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
