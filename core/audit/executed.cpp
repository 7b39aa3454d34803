// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/detail/executed.h"

namespace vernier::detail {
namespace {

/// "conv_token_12" (a node that was laid out anew at level ALL) is still "conv".
std::string plain_name(const std::string& name) {
    const std::size_t at = name.rfind("_token_");
    if (at == std::string::npos || at + 7 == name.size()) return name;
    return name.find_first_not_of("0123456789", at + 7) == std::string::npos ? name.substr(0, at) : name;
}

std::int64_t int_attribute(const onnx::NodeProto& node, std::string_view name, std::int64_t otherwise) {
    for (const onnx::AttributeProto& attribute : node.attribute()) {
        if (attribute.name() == name) return attribute.i();
    }
    return otherwise;
}

/// Operators whose output has the type of their first input.
bool keeps_type(const std::string& op) {
    static const std::unordered_set<std::string> kKeep{"MaxPool", "Reshape", "Flatten",  "Squeeze",   "Unsqueeze",    "Transpose",
                                                       "Slice",   "Gather",  "Split",    "Expand",    "Tile",         "Concat",
                                                       "Pad",     "Resize",  "Identity", "ReduceMax", "DepthToSpace", "SpaceToDepth"};
    return kKeep.contains(op);
}

}  // namespace

bool is_quantize(const onnx::NodeProto& node) { return node.op_type() == "QuantizeLinear" || node.op_type() == "DynamicQuantizeLinear"; }

bool is_dequantize(const onnx::NodeProto& node) { return node.op_type() == "DequantizeLinear"; }

bool is_low_integer(ElementType type) {
    return type == ElementType::uint8 || type == ElementType::int8 || type == ElementType::uint4 || type == ElementType::int4;
}

GraphIndex::GraphIndex(const onnx::GraphProto& graph, const GraphIndex* outer) : graph_(graph), outer_(outer) {
    for (const onnx::ValueInfoProto& input : graph.input()) inputs_.insert(input.name());
    for (const onnx::TensorProto& tensor : graph.initializer()) constants_.insert(tensor.name());
    for (const onnx::NodeProto& node : graph.node()) {
        for (const std::string& output : node.output()) {
            if (output.empty()) continue;
            producers_.emplace(output, &node);
            if (node.op_type() == "Constant") constants_.insert(output);
        }
        for (const std::string& input : node.input()) {
            if (!input.empty()) readers_[input].push_back(&node);
        }
        if (!node.name().empty()) names_.emplace(plain_name(node.name()), &node);
    }
    learn_types();
}

bool GraphIndex::knows(const std::string& value) const { return producers_.contains(value) || constants_.contains(value) || inputs_.contains(value); }

bool GraphIndex::is_constant(const std::string& value) const {
    return constants_.contains(value) || (outer_ != nullptr && !knows(value) && outer_->is_constant(value));
}

const onnx::NodeProto* GraphIndex::producer(const std::string& value) const {
    const auto found = producers_.find(value);
    if (found != producers_.end()) return found->second;
    return outer_ != nullptr && !knows(value) ? outer_->producer(value) : nullptr;
}

const std::vector<const onnx::NodeProto*>& GraphIndex::readers(const std::string& value) const {
    static const std::vector<const onnx::NodeProto*> kNone;
    const auto found = readers_.find(value);
    return found == readers_.end() ? kNone : found->second;
}

const onnx::NodeProto* GraphIndex::named(const std::string& node) const {
    const auto found = names_.find(node);
    return found == names_.end() ? nullptr : found->second;
}

ElementType GraphIndex::type(const std::string& value) const {
    const auto found = types_.find(value);
    if (found != types_.end()) return found->second;
    return outer_ != nullptr && !knows(value) ? outer_->type(value) : ElementType::undefined;
}

void GraphIndex::learn_types() {
    for (const onnx::TensorProto& tensor : graph_.initializer()) {
        types_[tensor.name()] = static_cast<ElementType>(tensor.data_type());
    }
    for (const auto* values : {&graph_.input(), &graph_.output(), &graph_.value_info()}) {
        for (const onnx::ValueInfoProto& value : *values) {
            if (value.type().has_tensor_type()) {
                types_[value.name()] = static_cast<ElementType>(value.type().tensor_type().elem_type());
            }
        }
    }
    for (const onnx::NodeProto& node : graph_.node()) imply_types(node);
}

void GraphIndex::imply_types(const onnx::NodeProto& node) {
    const auto imply = [&](int output, ElementType type) {
        if (node.output_size() > output && !node.output(output).empty() && type != ElementType::undefined) {
            types_.emplace(node.output(output), type);
        }
    };
    const auto input = [&](int i) { return node.input_size() > i ? type(node.input(i)) : ElementType::undefined; };
    const std::string& op = node.op_type();
    if (op == "QuantizeLinear") {
        const ElementType zero = input(2);
        imply(0, zero != ElementType::undefined ? zero : ElementType::uint8);
    } else if (op == "DynamicQuantizeLinear") {
        imply(0, ElementType::uint8);
    } else if (op == "DequantizeLinear") {
        imply(0, input(1));
    } else if (op == "Cast") {
        imply(0, static_cast<ElementType>(int_attribute(node, "to", 0)));
    } else if (op == "Constant" && node.attribute_size() > 0 && node.attribute(0).has_t()) {
        imply(0, static_cast<ElementType>(node.attribute(0).t().data_type()));
    } else if (op == "QLinearConcat") {
        imply(0, input(1));
    } else if (op.starts_with("QLinear")) {
        imply(0, input(0));
    } else if (keeps_type(op)) {
        for (int i = 0; i < node.output_size(); ++i) imply(i, input(0));
    }
}

}  // namespace vernier::detail
