// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/passes/raise_opset.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "core/quant/attributes.h"
#include "core/quant/detail/protos.h"

namespace vernier {
namespace {

/// Calls for each body of the nodes of a graph.
template <class Call>
void for_each_body(onnx::NodeProto& node, const Call& call) {
    for (auto& attribute : *node.mutable_attribute()) {
        if (attribute.has_g()) call(*attribute.mutable_g());
        for (auto& body : *attribute.mutable_graphs()) call(body);
    }
}

onnx::NodeProto& add_node(onnx::GraphProto& graph, const std::string& op, std::vector<std::string> inputs, const std::string& output, const std::string& name) {
    auto& node = *graph.add_node();
    node.set_op_type(op);
    node.set_name(name);
    for (std::string& input : inputs) node.add_input(std::move(input));
    node.add_output(output);
    return node;
}

/// Writes a Hardmax so that it means the same in all opsets.
void write_flat(onnx::GraphProto& graph, GraphEdit& edit, onnx::NodeProto node) {
    const std::string input = node.input(0), output = node.output(0);
    const int rank = edit.rank(input);
    const std::int64_t given = attribute_int(node, "axis", 1), axis = given < 0 && rank >= 0 ? given + rank : given;
    if (rank >= 0 && axis == rank - 1) {
        set_attribute(node, "axis", axis);
        *graph.add_node() = std::move(node);
        return;
    }
    const std::string shape = edit.fresh(input + "_shape"), rows = edit.fresh(input + "_rows"), flat = edit.fresh(output + "_rows");
    add_node(graph, "Shape", {input}, shape, edit.fresh(node.name() + "_Shape"));
    set_attribute(add_node(graph, "Flatten", {input}, rows, edit.fresh(node.name() + "_Flatten")), "axis", axis);
    const std::string name = node.name();
    set_attribute(node, "axis", std::int64_t{1});
    node.set_input(0, rows);
    node.set_output(0, flat);
    *graph.add_node() = std::move(node);
    add_node(graph, "Reshape", {flat, shape}, output, edit.fresh(name + "_Reshape"));
}

/// Constants of a graph and of those around it, by name.
using Constants = std::map<std::string, const onnx::TensorProto*>;

void collect(const onnx::GraphProto& graph, Constants& constants) {
    for (const auto& tensor : graph.initializer()) constants[tensor.name()] = &tensor;
    for (const auto& node : graph.node())
        if (const auto* value = node.op_type() == "Constant" ? find_attribute(node, "value") : nullptr) constants[node.output(0)] = &value->t();
}

std::optional<std::vector<float>> scales_of(const onnx::NodeProto& resize, const Constants& constants) {
    const auto found = resize.input_size() > 2 ? constants.find(resize.input(2)) : constants.end();
    if (found == constants.end() || found->second->data_location() == onnx::TensorProto::EXTERNAL) return std::nullopt;
    onnx::TensorProto tensor = *found->second;
    normalize_to_raw(tensor);
    std::vector<float> scales(tensor.raw_data().size() / sizeof(float));
    std::memcpy(scales.data(), tensor.raw_data().data(), scales.size() * sizeof(float));
    return scales;
}

/// Names the rule by which the later opset takes the same places. False: it has none.
bool keep_places(onnx::NodeProto& resize, const Constants& constants) {
    if (find_attribute(resize, "coordinate_transformation_mode") != nullptr) return true;
    set_attribute(resize, "coordinate_transformation_mode", "asymmetric");
    if (attribute_string(resize, "mode", "nearest") != "nearest") return true;
    const auto scales = scales_of(resize, constants);  // not known: what exporters write is an enlargement
    const auto some = [&](auto is) { return scales && std::any_of(scales->begin(), scales->end(), is); };
    const bool shrinks = some([](float scale) { return scale < 1; });
    set_attribute(resize, "nearest_mode", shrinks ? "ceil" : "floor");
    return !shrinks || !some([](float scale) { return scale > 1; });
}

std::string keep_resize_places(onnx::GraphProto& graph, Constants constants) {
    collect(graph, constants);
    std::string problem;
    for (auto& node : *graph.mutable_node()) {
        for_each_body(node, [&](onnx::GraphProto& body) {
            if (problem.empty()) problem = keep_resize_places(body, constants);
        });
        if (problem.empty() && is_standard(node) && node.op_type() == "Resize" && !keep_places(node, constants))
            problem = fmt::format("the Resize that makes '{}' enlarges one axis and shrinks another, which later opsets round differently", node.output(0));
    }
    return problem;
}

}  // namespace

void flatten_hardmax(onnx::GraphProto& graph, GraphEdit& edit) {
    google::protobuf::RepeatedPtrField<onnx::NodeProto> nodes;
    nodes.Swap(graph.mutable_node());
    for (auto& node : nodes) {
        for_each_body(node, [&](onnx::GraphProto& body) { flatten_hardmax(body, edit); });
        if (is_standard(node) && node.op_type() == "Hardmax")
            write_flat(graph, edit, std::move(node));
        else
            graph.add_node()->Swap(&node);
    }
}

std::string keep_resize_places(onnx::GraphProto& raised) { return keep_resize_places(raised, {}); }

std::string converter_problem(const std::string& message) {
    // "FILE:LINE: FUNCTION: Assertion `CONDITION` failed: TEXT"
    const std::string mark = "` failed: ";
    const std::size_t at = message.find(mark);
    std::string text = at == std::string::npos ? message : message.substr(at + mark.size());
    while (!text.empty() && (text.back() == '.' || text.back() == '\n' || text.back() == ' ')) text.pop_back();
    return text;
}

}  // namespace vernier
