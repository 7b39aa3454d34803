// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <functional>
#include <queue>

#include "core/base/error.h"
#include "core/model/domain.h"
#include "core/quant/detail/protos.h"
#include "core/quant/edit.h"

namespace vernier {

/// The item itself, or the one around it that lies in the given graph.
int GraphEdit::holder_in(int index, GraphId graph, const std::vector<GraphId>& graphs) const {
    for (GraphId g = graphs[static_cast<std::size_t>(index)]; g != graph; g = graphs[static_cast<std::size_t>(index)]) {
        if (g == 0) throw Error(ErrorKind::internal, "a node reads what another body makes", {.node = items_[static_cast<std::size_t>(index)].proto.name()});
        index = graphs_[static_cast<std::size_t>(g)].holder;
    }
    return index;
}

/// For each item those of its own graph that must run before it: makers of what it reads, its bodies too.
std::vector<std::vector<int>> GraphEdit::items_before(const std::vector<GraphId>& graphs) const {
    std::vector<std::vector<int>> before(items_.size());
    const auto need = [&](int index, const std::string& name) {
        const int made_by = producer(name);
        if (made_by < 0 || made_by == index) return;
        const int waits = holder_in(index, graphs[static_cast<std::size_t>(made_by)], graphs);
        if (waits != made_by) before[static_cast<std::size_t>(waits)].push_back(made_by);
    };
    for (std::size_t i = 0; i < items_.size(); ++i)
        if (!items_[i].removed)
            for (const auto& input : items_[i].proto.input()) need(static_cast<int>(i), input);
    for (std::size_t g = 1; g < graphs_.size(); ++g) {
        const int holder = graphs_[g].holder;
        if (items_[static_cast<std::size_t>(holder)].removed) continue;
        for (const auto& output : frame(static_cast<GraphId>(g)).output())  // an outer value that a body hands on
            if (const int made_by = producer(output.name()); made_by >= 0 && graphs[static_cast<std::size_t>(made_by)] != static_cast<GraphId>(g))
                need(holder, output.name());
    }
    for (auto& list : before) {
        std::sort(list.begin(), list.end());
        list.erase(std::unique(list.begin(), list.end()), list.end());
    }
    return before;
}

/// Kahn's algorithm that takes the lowest index first, so that an unchanged graph keeps its order.
std::vector<std::vector<int>> GraphEdit::ordered_items() const {
    std::vector<GraphId> graphs(items_.size(), 0);
    for (std::size_t i = 0; i < items_.size(); ++i)
        if (!items_[i].removed) graphs[i] = graph_of(static_cast<int>(i));
    const auto before = items_before(graphs);
    std::vector<std::size_t> waiting(items_.size(), 0);
    std::vector<std::vector<int>> next(items_.size());
    std::priority_queue<int, std::vector<int>, std::greater<>> ready;
    std::size_t alive = 0;
    for (std::size_t i = 0; i < items_.size(); ++i) {
        if (items_[i].removed) continue;
        ++alive;
        for (const int made_by : before[i]) next[static_cast<std::size_t>(made_by)].push_back(static_cast<int>(i));
        waiting[i] = before[i].size();
        if (before[i].empty()) ready.push(static_cast<int>(i));
    }
    std::vector<std::vector<int>> order(graphs_.size());
    while (!ready.empty()) {
        const int index = ready.top();
        ready.pop();
        --alive;
        order[static_cast<std::size_t>(graphs[static_cast<std::size_t>(index)])].push_back(index);
        for (const int reader : next[static_cast<std::size_t>(index)])
            if (--waiting[static_cast<std::size_t>(reader)] == 0) ready.push(reader);
    }
    if (alive != 0) throw Error(ErrorKind::internal, "the rewritten graph has a cycle");
    return order;
}

namespace {

/// Other tools' inference knows the standard operators only: what comes after a node of another domain would have no type.
template <class Types>
void add_types_of_other_domains(onnx::GraphProto& graph, const Types& types) {
    std::unordered_set<std::string> declared;
    for (const auto& info : graph.value_info()) declared.insert(info.name());
    for (const auto& output : graph.output()) declared.insert(output.name());
    for (const auto& node : graph.node()) {
        if (is_standard_domain(node.domain())) continue;
        for (const auto& output : node.output()) {
            const auto known = types.find(output);
            if (known == types.end() || known->second.element == ElementType::undefined || !declared.insert(output).second) continue;
            *graph.add_value_info() = value_info(output, known->second);
        }
    }
}

}  // namespace

void GraphEdit::write_value_infos(onnx::GraphProto& graph, const std::unordered_set<std::string>& alive) const {
    auto& infos = *graph.mutable_value_info();
    infos.erase(std::remove_if(infos.begin(), infos.end(), [&](const auto& info) { return !alive.contains(info.name()); }), infos.end());
    for (auto& info : infos)
        if (retyped_.contains(info.name())) info = value_info(info.name(), types_.at(info.name()));
    add_types_of_other_domains(graph, types_);
}

struct GraphEdit::Building {
    std::vector<std::vector<int>> order;                   ///< items by graph
    std::unordered_map<int, std::vector<GraphId>> bodies;  ///< by the item that holds them
    std::vector<onnx::GraphProto*> graphs;                 ///< where each is built; null for those of removed nodes
    std::unordered_set<std::string> used;                  ///< names that something reads
};

/// Puts nodes into a graph, and into the bodies that they hold.
void GraphEdit::fill(GraphId graph, onnx::GraphProto& out, Building& building) const {
    building.graphs[static_cast<std::size_t>(graph)] = &out;
    std::unordered_set<std::string> produced;
    for (const int index : building.order[static_cast<std::size_t>(graph)]) {
        auto& node = *out.add_node();
        node = items_[static_cast<std::size_t>(index)].proto;
        produced.insert(node.output().begin(), node.output().end());
        building.used.insert(node.input().begin(), node.input().end());
        const auto bodies = building.bodies.find(index);
        if (bodies == building.bodies.end()) continue;
        for (const GraphId body : bodies->second) {
            const Graph& at = graphs_[static_cast<std::size_t>(body)];
            auto* attribute = node.mutable_attribute(at.attribute);
            fill(body, at.place < 0 ? *attribute->mutable_g() : *attribute->mutable_graphs(at.place), building);
        }
    }
    for (const auto& output : out.output()) building.used.insert(output.name());
    write_value_infos(out, produced);
}

onnx::ModelProto GraphEdit::build_nodes(std::vector<std::pair<std::string, onnx::GraphProto*>>& needed) const {
    onnx::ModelProto model = base_;
    Building building;
    building.order = ordered_items();
    building.graphs.resize(graphs_.size());
    for (std::size_t g = 1; g < graphs_.size(); ++g) building.bodies[graphs_[g].holder].push_back(static_cast<GraphId>(g));
    fill(0, *model.mutable_graph(), building);
    for (const std::string& name : initializer_order_)
        if (building.used.contains(name)) needed.emplace_back(name, building.graphs[static_cast<std::size_t>(has_bodies() ? home_of(name) : 0)]);
    // Below IR 4 every initializer would have to be an input too; 8 is what opset 13 to 18 were written with.
    if (model.ir_version() < 8) model.set_ir_version(8);
    for (const auto& [name, graph] : needed)  // 10 knows tensors of 4 bits
        if (const auto type = initializers_.at(name).tensor->data_type(); type == onnx::TensorProto::INT4 || type == onnx::TensorProto::UINT4)
            model.set_ir_version(std::max<std::int64_t>(model.ir_version(), 10));
    for (const auto& import : model.opset_import())
        if (import.domain() == "ai.onnx") name_standard_domain(*model.mutable_graph(), import.domain());
    return model;
}

onnx::ModelProto GraphEdit::build() const& {
    std::vector<std::pair<std::string, onnx::GraphProto*>> needed;
    onnx::ModelProto model = build_nodes(needed);
    for (const auto& [name, graph] : needed) {
        const Constant& constant = initializers_.at(name);
        *graph->add_initializer() = constant.outside.empty() ? *constant.tensor : with_bytes(*constant.tensor, constant.outside);
    }
    return model;
}

onnx::ModelProto GraphEdit::build() && {
    std::vector<std::pair<std::string, onnx::GraphProto*>> needed;
    onnx::ModelProto model = build_nodes(needed);
    for (const auto& [name, graph] : needed) {
        const Constant constant = std::move(initializers_.at(name));
        if (!constant.outside.empty()) *graph->add_initializer() = with_bytes(*constant.tensor, constant.outside);
        // Made by an edit and held by this one alone: a model's own has the model as owner too.
        else if (constant.tensor.use_count() == 1)
            graph->add_initializer()->Swap(const_cast<onnx::TensorProto*>(constant.tensor.get()));
        else
            *graph->add_initializer() = *constant.tensor;
    }
    return model;
}

}  // namespace vernier
