// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <functional>

#include "core/model/declared.h"
#include "core/model/domain.h"
#include "core/model/unique_names.h"
#include "core/quant/detail/protos.h"
#include "core/quant/edit.h"

// How a GraphEdit takes the graphs of a model apart, and which graph a node lies in. edit_build.cpp puts them together again.
namespace vernier {
namespace {

/// A declared shape that the nodes contradict or cannot confirm is not written again: behind an inserted node, or after the opset
/// was raised, the runtime would believe it. What is sure is written in its place.
void write_sure_shapes(onnx::GraphProto& graph, const std::unordered_map<std::string, ValueType>& types) {
    for (auto& info : *graph.mutable_value_info()) {
        const auto found = types.find(info.name());
        if (found == types.end() || found->second.element == ElementType::undefined || !info.type().has_tensor_type()) continue;
        const ValueType declared = value_type(info.type());
        ValueType both = found->second;
        if (contradicts(both, declared) || add_missing(both, declared)) info = value_info(info.name(), found->second);
    }
    for (auto& node : *graph.mutable_node())
        for (auto& attribute : *node.mutable_attribute()) {
            if (attribute.has_g()) write_sure_shapes(*attribute.mutable_g(), types);
            for (auto& body : *attribute.mutable_graphs()) write_sure_shapes(body, types);
        }
}

}  // namespace

GraphEdit::GraphEdit(const Model& model, const std::shared_ptr<const void>& owner) {
    const bool bodies = std::any_of(model.nodes().begin(), model.nodes().end(), [](const Node& node) { return node.graph != 0; });
    if (owner != nullptr && !bodies) {
        base_ = without_initializers(model.proto());
        share_constants(model, owner);
    } else {
        base_ = inlined_proto(model);
    }
    name_standard_domain(*base_.mutable_graph(), "");  // the import keeps its name, and build() gives it back to the nodes
    collect_names(base_.graph(), names_);
    for (const auto& [name, constant] : shared_) names_.insert(name);
    take_types(model, make_names_unique(*base_.mutable_graph(), [this](std::string_view name) { return fresh(name); }));
    NodeId next = 0;
    take_graphs([&](Item& item) {
        item.origin = next++;
        const Node& node = model.node(item.origin);
        item.proto.set_name(node.label);
        names_.insert(node.label);
    });
    index_nodes();
}

void GraphEdit::share_constants(const Model& model, const std::shared_ptr<const void>& owner) {
    for (const auto& tensor : model.proto().graph().initializer()) {
        Constant constant{std::shared_ptr<const onnx::TensorProto>(owner, &tensor), {}};
        if (tensor.data_location() == onnx::TensorProto::EXTERNAL) {
            const ValueId value = model.find_value(tensor.name());
            const auto index = value == kNone ? kNone : model.value(value).initializer;
            if (index != kNone) constant.outside = model.initializers()[static_cast<std::size_t>(index)].data;
            if (constant.outside.empty()) constant.tensor = std::make_shared<const onnx::TensorProto>(with_bytes(tensor, {}));
        } else if (!tensor.has_raw_data()) {
            auto own = std::make_shared<onnx::TensorProto>(tensor);
            normalize_to_raw(*own);
            constant.tensor = std::move(own);
        }
        shared_.emplace_back(tensor.name(), std::move(constant));
    }
}

void GraphEdit::adopt(onnx::ModelProto proto) {
    std::unordered_map<std::string, NodeId> origins;
    for (const Item& item : items_)
        if (!item.removed) origins[item.proto.name()] = item.origin;
    std::unordered_map<std::string, onnx::ValueInfoProto> declared;
    for (std::size_t g = 0; g < graphs_.size(); ++g)
        for (const auto* list : {&frame(static_cast<GraphId>(g)).input(), &frame(static_cast<GraphId>(g)).output()})
            for (const auto& info : *list) declared[info.name()] = info;
    base_ = std::move(proto);
    items_.clear();
    initializers_.clear();
    initializer_order_.clear();
    homes_.clear();
    names_.clear();
    collect_names(base_.graph(), names_);
    // The converter numbers the constants that it makes in each body anew.
    (void)make_names_unique(*base_.mutable_graph(), [this](std::string_view name) { return fresh(name); });
    take_graphs([&](Item& item) {
        const auto found = origins.find(item.proto.name());
        item.origin = found != origins.end() && !item.proto.name().empty() ? found->second : kNone;
        if (item.proto.name().empty()) item.proto.set_name(fresh(item.proto.op_type()));
    });
    restore_declared(declared);
    index_nodes();
}

/// What the user's file declares of inputs and outputs stays: the converter puts in what it infers, which holds for some inputs only.
void GraphEdit::restore_declared(const std::unordered_map<std::string, onnx::ValueInfoProto>& declared) {
    for (std::size_t g = 0; g < graphs_.size(); ++g)
        for (auto* list : {frame(static_cast<GraphId>(g)).mutable_input(), frame(static_cast<GraphId>(g)).mutable_output()})
            for (auto& info : *list)
                if (const auto found = declared.find(info.name()); found != declared.end()) info = found->second;
}

/// Graphs are taken in the order in which they are met, as a Model numbers its nodes.
void GraphEdit::take_graphs(const Identify& identify) {
    graphs_.assign(1, {});
    graph_of_origin_.clear();
    for (GraphId g = 0; static_cast<std::size_t>(g) < graphs_.size(); ++g) {
        google::protobuf::RepeatedPtrField<onnx::NodeProto> nodes;
        nodes.Swap(frame(g).mutable_node());
        for (auto& node : nodes) {
            Item item;
            item.proto.Swap(&node);
            item.graph = g;
            identify(item);
            if (g != 0 && item.origin != kNone) graph_of_origin_[item.origin] = g;
            take_item(std::move(item));
        }
        take_initializers(g);
    }
}

/// A Constant node becomes an initializer, every other node an item.
void GraphEdit::take_item(Item item) {
    if (item.proto.op_type() == "Constant" && item.proto.output_size() == 1) {
        if (auto tensor = constant_tensor(item.proto)) {
            tensor->set_name(item.proto.output(0));
            frame(item.graph).add_initializer()->Swap(&*tensor);
            return;
        }
    }
    items_.push_back(std::move(item));
    take_bodies(static_cast<int>(items_.size()) - 1);
}

void GraphEdit::take_bodies(int index) {
    const Item& item = items_[static_cast<std::size_t>(index)];
    for (int a = 0; a < item.proto.attribute_size(); ++a) {
        const auto& attribute = item.proto.attribute(a);
        if (attribute.has_g()) graphs_.push_back({item.graph, index, a, -1});
        for (int i = 0; i < attribute.graphs_size(); ++i) graphs_.push_back({item.graph, index, a, i});
    }
}

void GraphEdit::take_initializers(GraphId g) {
    auto& graph = frame(g);
    for (auto& [name, constant] : shared_) {
        initializer_order_.push_back(name);
        initializers_[name] = std::move(constant);
    }
    shared_.clear();
    for (auto& tensor : *graph.mutable_initializer()) {
        normalize_to_raw(tensor);
        const std::string name = tensor.name();
        initializer_order_.push_back(name);
        if (has_bodies()) homes_[name] = g;
        initializers_[name] = {std::make_shared<const onnx::TensorProto>(std::move(tensor)), {}};
    }
    graph.clear_initializer();
    if (g != 0) return;  // the inputs of a body are known by their positions
    // An initializer that is also an input could be overridden, and is then no constant to the runtime: make it one.
    auto& inputs = *graph.mutable_input();
    inputs.erase(std::remove_if(inputs.begin(), inputs.end(), [&](const auto& input) { return initializers_.contains(input.name()); }), inputs.end());
}

void GraphEdit::take_types(const Model& model, const std::vector<Renames>& renames) {
    for (const Value& value : model.values()) {
        const Renames& renamed = renames.at(static_cast<std::size_t>(value.graph));
        const auto found = renamed.find(value.name);
        types_[found == renamed.end() ? value.name : found->second] = sure_type(model, value.id);
    }
    write_sure_shapes(*base_.mutable_graph(), types_);
}

onnx::GraphProto& GraphEdit::frame(GraphId graph) {
    const Graph& at = graphs_[static_cast<std::size_t>(graph)];
    if (at.holder < 0) return *base_.mutable_graph();
    auto* attribute = items_[static_cast<std::size_t>(at.holder)].proto.mutable_attribute(at.attribute);
    return at.place < 0 ? *attribute->mutable_g() : *attribute->mutable_graphs(at.place);
}

const onnx::GraphProto& GraphEdit::frame(GraphId graph) const {
    const Graph& at = graphs_[static_cast<std::size_t>(graph)];
    if (at.holder < 0) return base_.graph();
    const auto& attribute = items_[static_cast<std::size_t>(at.holder)].proto.attribute(at.attribute);
    return at.place < 0 ? attribute.g() : attribute.graphs(at.place);
}

void GraphEdit::index_nodes() {
    producer_.clear();
    readers_.clear();
    inputs_.clear();
    outputs_.clear();
    for (GraphId g = 0; static_cast<std::size_t>(g) < graphs_.size(); ++g) {
        for (const auto& input : frame(g).input()) inputs_.emplace(input.name(), g);
        for (const auto& output : frame(g).output()) {
            const auto [found, made] = outputs_.emplace(output.name(), g);
            if (!made) found->second = common(found->second, g);
        }
    }
    for (std::size_t i = 0; i < items_.size(); ++i)
        if (!items_[i].removed) link(static_cast<int>(i));
}

void GraphEdit::link(int index) {
    const auto& node = items_[static_cast<std::size_t>(index)].proto;
    for (const auto& output : node.output())
        if (!output.empty()) producer_[output] = index;
    for (const auto& input : node.input()) {
        auto& list = readers_[input];
        if (!input.empty() && std::find(list.begin(), list.end(), index) == list.end()) list.push_back(index);
    }
}

void GraphEdit::unlink(int index) {
    const auto& node = items_[static_cast<std::size_t>(index)].proto;
    for (const auto& output : node.output())
        if (const auto found = producer_.find(output); found != producer_.end() && found->second == index) producer_.erase(found);
    for (const auto& input : node.input()) std::erase(readers_[input], index);
}

GraphId GraphEdit::common(GraphId a, GraphId b) const {
    // A body stands behind the graph around it, so the later one of two is never around the other.
    while (a != b) (a > b ? a : b) = graphs_[static_cast<std::size_t>(std::max(a, b))].parent;
    return a;
}

GraphId GraphEdit::graph_of(int index) const {
    const Item& item = items_[static_cast<std::size_t>(index)];
    if (!has_bodies()) return 0;
    if (item.origin != kNone) return item.graph;
    if (item.proto.op_type() == "QuantizeLinear") {
        // Beside the node that it belongs to, else the runtime would not see the two as one.
        const int made_by = producer(item.proto.input(0));
        if (made_by < 0 || items_[static_cast<std::size_t>(made_by)].origin != kNone) return home_of(item.proto.input(0));
    }
    GraphId all = kNone;
    for (const auto& output : item.proto.output())
        if (const GraphId read = where_read(output); read != kNone) all = all == kNone ? read : common(all, read);
    return all == kNone ? deepest_input(item.proto) : all;
}

GraphId GraphEdit::where_read(const std::string& tensor) const {
    GraphId all = kNone;
    const auto take = [&](GraphId graph) { all = all == kNone ? graph : common(all, graph); };
    if (const auto found = outputs_.find(tensor); found != outputs_.end()) take(found->second);
    if (const auto found = readers_.find(tensor); found != readers_.end() && !tensor.empty())
        for (const int reader : found->second) take(graph_of(reader));
    return all;
}

GraphId GraphEdit::home_of(const std::string& tensor) const {
    if (const int made_by = producer(tensor); made_by >= 0) return graph_of(made_by);
    if (const auto found = inputs_.find(tensor); found != inputs_.end()) return found->second;
    if (const auto found = homes_.find(tensor); found != homes_.end()) return found->second;
    return initializers_.contains(tensor) ? std::max(where_read(tensor), 0) : 0;
}

GraphId GraphEdit::deepest_input(const onnx::NodeProto& node) const {
    GraphId deepest = 0;
    for (const auto& input : node.input()) {
        const int made_by = producer(input);
        const bool added = made_by >= 0 && items_[static_cast<std::size_t>(made_by)].origin == kNone;
        if (initializers_.contains(input) && !homes_.contains(input)) continue;  // it goes where it is read
        deepest = std::max(deepest, added ? deepest_input(items_[static_cast<std::size_t>(made_by)].proto) : home_of(input));
    }
    return deepest;
}

}  // namespace vernier
