// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include "core/model/detail/steps.h"
#include "core/model/weights.h"

namespace vernier {
namespace {

constexpr int kShownItems = 8;

const onnx::AttributeProto* find(const Node& node, std::string_view name) {
    for (const onnx::AttributeProto& attribute : node.proto->attribute())
        if (attribute.name() == name) return &attribute;
    return nullptr;
}

/// Most writers fill in the type; those of IR version 2 and older need not.
bool is(const onnx::AttributeProto& attribute, onnx::AttributeProto_AttributeType type, bool present) {
    return attribute.type() == type || (attribute.type() == onnx::AttributeProto_AttributeType_UNDEFINED && present);
}

template <class List, class Format>
std::string list_text(const List& list, const Format& format) {
    std::string text = "[";
    for (int i = 0; i < list.size() && i < kShownItems; ++i) {
        if (i > 0) text += ", ";
        text += format(list[i]);
    }
    if (list.size() > kShownItems) text += fmt::format(", … {} in all", list.size());
    return text + "]";
}

std::string tensor_text(const onnx::TensorProto& tensor) {
    return fmt::format("{}[{}]", name(static_cast<ElementType>(tensor.data_type())), fmt::join(tensor.dims(), ","));
}

std::string text_of(const onnx::AttributeProto& a) {
    const auto number = [](auto value) { return fmt::format("{}", value); };
    const auto quoted = [](const std::string& value) { return '"' + printable(value, 80) + '"'; };
    switch (a.type()) {
        case onnx::AttributeProto_AttributeType_FLOAT: return number(a.f());
        case onnx::AttributeProto_AttributeType_INT: return number(a.i());
        case onnx::AttributeProto_AttributeType_STRING: return printable(a.s(), 160);
        case onnx::AttributeProto_AttributeType_FLOATS: return list_text(a.floats(), number);
        case onnx::AttributeProto_AttributeType_INTS: return list_text(a.ints(), number);
        case onnx::AttributeProto_AttributeType_STRINGS: return list_text(a.strings(), quoted);
        case onnx::AttributeProto_AttributeType_TENSOR: return tensor_text(a.t());
        case onnx::AttributeProto_AttributeType_TENSORS: return list_text(a.tensors(), tensor_text);
        case onnx::AttributeProto_AttributeType_SPARSE_TENSOR: return "sparse " + tensor_text(a.sparse_tensor().values());
        case onnx::AttributeProto_AttributeType_GRAPH: return fmt::format("graph of {} nodes", a.g().node_size());
        case onnx::AttributeProto_AttributeType_GRAPHS: return fmt::format("{} graphs", a.graphs_size());
        case onnx::AttributeProto_AttributeType_TYPE_PROTO: return value_type(a.tp()).text();
        default: return {};
    }
}

}  // namespace

std::optional<std::int64_t> int_attribute(const Node& node, std::string_view name) {
    const onnx::AttributeProto* found = find(node, name);
    if (found == nullptr || !is(*found, onnx::AttributeProto_AttributeType_INT, found->has_i())) return std::nullopt;
    return found->i();
}

std::optional<float> float_attribute(const Node& node, std::string_view name) {
    const onnx::AttributeProto* found = find(node, name);
    if (found == nullptr || !is(*found, onnx::AttributeProto_AttributeType_FLOAT, found->has_f())) return std::nullopt;
    return found->f();
}

std::optional<std::string> string_attribute(const Node& node, std::string_view name) {
    const onnx::AttributeProto* found = find(node, name);
    if (found == nullptr || !is(*found, onnx::AttributeProto_AttributeType_STRING, found->has_s())) return std::nullopt;
    return found->s();
}

std::optional<std::vector<std::int64_t>> ints_attribute(const Node& node, std::string_view name) {
    const onnx::AttributeProto* found = find(node, name);
    if (found == nullptr || !is(*found, onnx::AttributeProto_AttributeType_INTS, !found->ints().empty())) return std::nullopt;
    return std::vector<std::int64_t>(found->ints().begin(), found->ints().end());
}

std::vector<AttributeText> attribute_texts(const Node& node) {
    std::vector<AttributeText> texts;
    for (const onnx::AttributeProto& attribute : node.proto->attribute()) texts.push_back({printable(attribute.name(), 80), text_of(attribute)});
    return texts;
}

}  // namespace vernier
