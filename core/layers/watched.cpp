// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layers/watched.h"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

#include "core/layers/quant_range.h"
#include "core/model/weights.h"

namespace vernier {

Watched::Watched(const Model& model) : model_(model), proto_(std::make_shared<onnx::ModelProto>(inlined_proto(model))) {
    for (const auto& output : proto_->graph().output()) outputs_.insert(output.name());
    for (const Value& value : model.values()) names_.insert(value.name);
    bool has_bodies = false;
    for (const Node& node : model.nodes()) has_bodies = has_bodies || node.graph != 0;
    if (!has_bodies) return;
    for (const Node& node : model.nodes()) graph_of_.emplace(node.proto, node.graph);
    find_bodies(model.proto().graph(), *proto_->mutable_graph(), 0);
}

/// The copy has the form of the original, whose nodes are known. A body without nodes has no values to be watched.
void Watched::find_bodies(const onnx::GraphProto& original, onnx::GraphProto& copy, GraphId outer) {
    for (int n = 0; n < original.node_size(); ++n)
        for (int a = 0; a < original.node(n).attribute_size(); ++a) {
            const onnx::AttributeProto& attribute = original.node(n).attribute(a);
            if (!attribute.has_g() || attribute.g().node_size() == 0) continue;
            const auto graph = graph_of_.find(&attribute.g().node(0));
            if (graph == graph_of_.end()) continue;
            onnx::NodeProto& holder = *copy.mutable_node(n);
            onnx::GraphProto& body = *holder.mutable_attribute(a)->mutable_g();
            bodies_[graph->second] = {&body, &holder, outer};
            find_bodies(attribute.g(), body, graph->second);
        }
}

namespace {

onnx::ValueInfoProto& add_output(onnx::GraphProto& graph, const std::string& name, ElementType element) {
    onnx::ValueInfoProto& info = *graph.add_output();
    info.set_name(name);
    if (element != ElementType::undefined) info.mutable_type()->mutable_tensor_type()->set_elem_type(static_cast<std::int32_t>(element));
    return info;
}

/// What another branch of an If answers with in the same place: no numbers.
void add_nothing(onnx::GraphProto& branch, const std::string& name, ElementType element) {
    onnx::NodeProto& node = *branch.add_node();
    node.set_op_type("Constant");
    node.add_output(name);
    onnx::AttributeProto& attribute = *node.add_attribute();
    attribute.set_name("value");
    attribute.set_type(onnx::AttributeProto_AttributeType_TENSOR);
    attribute.mutable_t()->set_data_type(static_cast<std::int32_t>(element));
    attribute.mutable_t()->add_dims(0);
    add_output(branch, name, element);
}

}  // namespace

std::string Watched::lift(GraphId graph, std::string name, ElementType element) {
    while (graph != 0) {
        const Body& body = bodies_.at(graph);
        const std::string inside = fresh("vernier/inside"), outside = fresh("vernier/outside");
        onnx::NodeProto& pass = *body.graph->add_node();
        pass.set_op_type("Identity");
        pass.set_name(fresh("vernier/hand_out"));
        pass.add_input(name);
        pass.add_output(inside);
        // Outputs that nobody reads may have been left out at the end. A Loop's body answers first whether it goes on.
        const int own = body.graph->output_size() - (body.holder->op_type() == "Loop" ? 1 : 0);
        while (body.holder->output_size() < own) body.holder->add_output("");
        body.holder->add_output(outside);
        add_output(*body.graph, inside, element);
        for (auto& attribute : *body.holder->mutable_attribute()) {
            if (attribute.has_g() && attribute.mutable_g() != body.graph) add_nothing(*attribute.mutable_g(), fresh("vernier/nothing"), element);
            if (attribute.name() == "scan_output_axes" || attribute.name() == "scan_output_directions") attribute.add_ints(0);
        }
        name = outside;
        graph = body.outer;
    }
    return name;
}

std::string Watched::add(ValueId value) {
    const Value& of = model_.value(value);
    const std::string name = lift(of.graph, of.name, of.type.element);
    output(name, of.type.element);
    return name;
}

std::string Watched::add_codes(const TensorPair& pair) {
    const Node& node = model_.node(pair.quantize);
    onnx::GraphProto& graph = node.graph == 0 ? *proto_->mutable_graph() : *bodies_.at(node.graph).graph;
    onnx::NodeProto dequantize;
    dequantize.set_op_type("DequantizeLinear");
    dequantize.set_name(fresh("vernier/watch"));
    dequantize.add_output(fresh("vernier/watched"));
    const bool is_quantize = node.op_type == "QuantizeLinear";
    dequantize.set_domain(is_quantize ? node.domain : "");
    dequantize.add_input(model_.value(is_quantize ? node.outputs[0] : pair.made).name);
    for (const ValueId input : output_scale(node)) dequantize.add_input(model_.value(input).name);
    if (is_quantize && node.proto != nullptr)
        for (const auto& attribute : node.proto->attribute())
            if (attribute.name() == "axis" || attribute.name() == "block_size") *dequantize.add_attribute() = attribute;
    const std::string made = dequantize.output(0);
    *graph.add_node() = std::move(dequantize);
    const std::string name = lift(node.graph, made, ElementType::float32);
    output(name, ElementType::float32);
    return name;
}

Watched::Exchange Watched::exchange(ValueId value) {
    const Value& of = model_.value(value);
    onnx::GraphProto& graph = *proto_->mutable_graph();
    const std::string made = fresh("vernier/made");
    int maker = 0;
    for (; maker < graph.node_size(); ++maker) {
        auto& outputs = *graph.mutable_node(maker)->mutable_output();
        const auto found = std::find(outputs.begin(), outputs.end(), of.name);
        if (found == outputs.end()) continue;
        *found = made;
        break;
    }
    const Exchange names{input("vernier/use", ElementType::boolean, 0), input("vernier/given", ElementType::float32, of.type.dims.size())};
    onnx::NodeProto& where = *graph.add_node();
    where.set_op_type("Where");
    where.set_name(fresh("vernier/exchange"));
    for (const std::string& read : {names.use, names.value, made}) where.add_input(read);
    where.add_output(of.name);
    for (int i = graph.node_size() - 1; i > maker + 1; --i) graph.mutable_node()->SwapElements(i, i - 1);
    return names;
}

std::string Watched::input(const std::string& base, ElementType element, std::size_t rank) {
    onnx::ValueInfoProto& info = *proto_->mutable_graph()->add_input();
    info.set_name(fresh(base));
    onnx::TypeProto_Tensor& type = *info.mutable_type()->mutable_tensor_type();
    type.set_elem_type(static_cast<std::int32_t>(element));
    onnx::TensorShapeProto& shape = *type.mutable_shape();
    for (std::size_t i = 0; i < rank; ++i) shape.add_dim();
    return info.name();
}

std::unique_ptr<Session> Watched::open(const RuntimePtr& runtime, const Target& target) const {
    return Session::open(runtime, std::shared_ptr<const onnx::ModelProto>(proto_), target);
}

std::string Watched::fresh(const std::string& base) {
    std::string name = base;
    for (int i = 2; !names_.insert(name).second; ++i) name = fmt::format("{}_{}", base, i);
    return name;
}

void Watched::output(const std::string& name, ElementType element) {
    if (!outputs_.insert(name).second) return;
    add_output(*proto_->mutable_graph(), name, element);
}

/// What of a tensor both models give: the numbers of the part that both have (a rewriting may have added channels of zeros at the end).
bool common_part(const Tensor& small, const Tensor& large, std::vector<float>& values) {
    values = to_floats(large);
    if (small.dims == large.dims) return true;
    if (small.dims.size() != large.dims.size()) return small.count() == large.count();
    for (std::size_t i = 0; i < small.dims.size(); ++i)
        if (small.dims[i] > large.dims[i]) return false;
    std::vector<float> cut;
    std::vector<std::int64_t> place(small.dims.size(), 0);
    for (std::uint64_t n = small.count(); n > 0; --n) {
        std::uint64_t offset = 0;
        for (std::size_t i = 0; i < place.size(); ++i) offset = offset * static_cast<std::uint64_t>(large.dims[i]) + static_cast<std::uint64_t>(place[i]);
        cut.push_back(values[offset]);
        for (std::size_t i = place.size(); i-- > 0 && ++place[i] == small.dims[i];) place[i] = 0;
    }
    values = std::move(cut);
    return true;
}

Runs runs_of(const OnTheWayRequest& request) {
    Runs runs;
    if (request.data->size(Split::validation) == 0) runs.split = Split::calibration;
    const std::vector<std::uint64_t> picked = pick_samples(*request.data, runs.split, request.samples);
    runs.samples = picked.size();
    const auto batch = static_cast<std::ptrdiff_t>(std::max<std::uint64_t>(1, request.data->batch()));
    for (auto from = picked.begin(); from != picked.end();) {
        const auto to = picked.end() - from > batch ? from + batch : picked.end();
        runs.batches.emplace_back(from, to);
        from = to;
    }
    return runs;
}

}  // namespace vernier
