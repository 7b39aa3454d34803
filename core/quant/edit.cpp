// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/edit.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <queue>
#include <set>

#include "core/base/error.h"
#include "core/model/weights.h"
#include "core/quant/detail/protos.h"

namespace vernier {
namespace {

std::shared_ptr<onnx::TensorProto> made_tensor(const std::string& name, ElementType type, const std::vector<std::int64_t>& dims,
                                               std::span<const std::byte> bytes) {
    auto tensor = std::make_shared<onnx::TensorProto>();
    tensor->set_name(name);
    tensor->set_data_type(static_cast<int>(type));
    tensor->mutable_dims()->Add(dims.begin(), dims.end());
    tensor->set_raw_data(bytes.data(), bytes.size());
    return tensor;
}

}  // namespace

GraphEdit::GraphEdit(const Model& model) : base_(inlined_proto(model)) {
    collect_names(base_.graph(), names_);
    take_nodes(model);
    take_initializers();
    take_types(model);
    index_nodes();
}

void GraphEdit::take_nodes(const Model& model) {
    auto& graph = *base_.mutable_graph();
    for (int i = 0; i < graph.node_size(); ++i) {
        Item item;
        item.proto.Swap(graph.mutable_node(i));
        const Node& node = model.node(i);
        item.origin = i;
        item.proto.set_name(node.label);
        names_.insert(node.label);
        take_item(std::move(item));
    }
    graph.clear_node();
}

/// A Constant node becomes an initializer, every other node an item.
void GraphEdit::take_item(Item item) {
    if (item.proto.op_type() == "Constant" && item.proto.output_size() == 1) {
        if (auto tensor = constant_tensor(item.proto)) {
            tensor->set_name(item.proto.output(0));
            base_.mutable_graph()->add_initializer()->Swap(&*tensor);
            return;
        }
    }
    items_.push_back(std::move(item));
}

void GraphEdit::take_initializers() {
    auto& graph = *base_.mutable_graph();
    for (auto& tensor : *graph.mutable_initializer()) {
        normalize_to_raw(tensor);
        const std::string name = tensor.name();
        initializer_order_.push_back(name);
        initializers_[name] = std::make_shared<onnx::TensorProto>(std::move(tensor));
    }
    graph.clear_initializer();
    // An initializer that is also an input could be overridden, and is then no constant to the runtime: make it one.
    auto& inputs = *graph.mutable_input();
    inputs.erase(std::remove_if(inputs.begin(), inputs.end(),
                                [&](const auto& input) { return initializers_.contains(input.name()); }),
                 inputs.end());
}

void GraphEdit::take_types(const Model& model) {
    for (const Value& value : model.values())
        if (value.graph == 0) types_[value.name] = value.type;
}

void GraphEdit::adopt(onnx::ModelProto proto) {
    std::unordered_map<std::string, NodeId> origins;
    for (const Item& item : items_)
        if (!item.removed) origins[item.proto.name()] = item.origin;
    base_ = std::move(proto);
    items_.clear();
    initializers_.clear();
    initializer_order_.clear();
    names_.clear();
    collect_names(base_.graph(), names_);
    auto& graph = *base_.mutable_graph();
    for (auto& node : *graph.mutable_node()) {
        Item item;
        item.proto.Swap(&node);
        const auto found = origins.find(item.proto.name());
        item.origin = found != origins.end() && !item.proto.name().empty() ? found->second : kNone;
        if (item.proto.name().empty()) item.proto.set_name(fresh(item.proto.op_type()));
        take_item(std::move(item));
    }
    graph.clear_node();
    take_initializers();
    index_nodes();
}

void GraphEdit::index_nodes() {
    producer_.clear();
    readers_.clear();
    inputs_.clear();
    outputs_.clear();
    outer_reads_.clear();
    for (const auto& input : base_.graph().input()) inputs_.insert(input.name());
    for (const auto& output : base_.graph().output()) outputs_.insert(output.name());
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
    outer_reads_.merge(outer_reads_of(node));
}

void GraphEdit::unlink(int index) {
    const auto& node = items_[static_cast<std::size_t>(index)].proto;
    for (const auto& output : node.output())
        if (const auto found = producer_.find(output); found != producer_.end() && found->second == index) producer_.erase(found);
    for (const auto& input : node.input()) std::erase(readers_[input], index);
}

std::int64_t GraphEdit::opset() const {
    for (const auto& import : base_.opset_import())
        if (import.domain().empty() || import.domain() == "ai.onnx") return import.version();
    return 0;
}

void GraphEdit::set_opset(std::string_view domain, std::int64_t version) {
    for (auto& import : *base_.mutable_opset_import())
        if (import.domain() == domain) return import.set_version(version);
    auto* import = base_.add_opset_import();
    import->set_domain(std::string(domain));
    import->set_version(version);
}

int GraphEdit::producer(const std::string& tensor) const {
    const auto found = producer_.find(tensor);
    return found == producer_.end() ? -1 : found->second;
}

std::vector<int> GraphEdit::readers(const std::string& tensor) const {
    const auto found = readers_.find(tensor);
    return found == readers_.end() ? std::vector<int>{} : found->second;
}

bool GraphEdit::is_output(const std::string& tensor) const { return outputs_.contains(tensor); }
bool GraphEdit::is_input(const std::string& tensor) const { return inputs_.contains(tensor); }
bool GraphEdit::has_outer_reads(const std::string& tensor) const { return outer_reads_.contains(tensor); }

int GraphEdit::only_reader(const std::string& tensor) const {
    if (is_output(tensor) || has_outer_reads(tensor)) return -1;
    const auto found = readers_.find(tensor);
    return found != readers_.end() && found->second.size() == 1 ? found->second[0] : -1;
}

const onnx::TensorProto* GraphEdit::initializer(const std::string& tensor) const {
    const auto found = initializers_.find(tensor);
    return found == initializers_.end() ? nullptr : found->second.get();
}

bool GraphEdit::is_float_constant(const std::string& tensor) const {
    const auto* found = initializer(tensor);
    return found != nullptr && found->data_type() == onnx::TensorProto::FLOAT;
}

std::vector<float> GraphEdit::floats(const std::string& tensor) const {
    const auto* found = initializer(tensor);
    if (found == nullptr) throw Error(ErrorKind::internal, "a constant was expected", {.tensor = tensor});
    return to_floats(as_initializer(*found));
}

std::vector<std::int64_t> GraphEdit::ints(const std::string& tensor) const {
    const auto* found = initializer(tensor);
    if (found == nullptr) return {};
    const auto& raw = found->raw_data();
    std::vector<std::int64_t> values;
    if (found->data_type() == onnx::TensorProto::INT64) {
        values.resize(raw.size() / 8);
        std::memcpy(values.data(), raw.data(), values.size() * 8);
    } else if (found->data_type() == onnx::TensorProto::INT32) {
        std::vector<std::int32_t> narrow(raw.size() / 4);
        std::memcpy(narrow.data(), raw.data(), narrow.size() * 4);
        values.assign(narrow.begin(), narrow.end());
    }
    return values;
}

std::vector<std::int64_t> GraphEdit::dims(const std::string& tensor) const {
    const auto* found = initializer(tensor);
    if (found == nullptr) return {};
    return {found->dims().begin(), found->dims().end()};
}

ValueType GraphEdit::type(const std::string& tensor) const {
    if (const auto found = types_.find(tensor); found != types_.end()) return found->second;
    if (const auto* constant = initializer(tensor)) {
        ValueType type{static_cast<ElementType>(constant->data_type()), true, {}, {}};
        for (const auto dim : constant->dims()) type.dims.push_back({dim});
        return type;
    }
    return {};
}

void GraphEdit::set_type(const std::string& tensor, ValueType type) {
    types_[tensor] = std::move(type);
    retyped_.insert(tensor);
}

std::string GraphEdit::fresh(std::string_view base) {
    std::string name(base);
    while (name.empty() || !names_.insert(name).second) name = fmt::format("{}_v{}", base, next_name_++);
    return name;
}

std::string GraphEdit::add_initializer(std::string_view base, ElementType type, const std::vector<std::int64_t>& dims,
                                       std::span<const std::byte> bytes) {
    const std::string name = fresh(base);
    initializers_[name] = made_tensor(name, type, dims, bytes);
    initializer_order_.push_back(name);
    return name;
}

std::string GraphEdit::add_scalar(std::string_view base, float value) {
    return add_constant<float>(base, ElementType::float32, {}, {value});
}

void GraphEdit::replace_constant(const std::string& tensor, const std::vector<std::int64_t>& dims, const std::vector<float>& values) {
    // A new tensor: a copy of this edit may still read the old one.
    initializers_.at(tensor) = made_tensor(tensor, ElementType::float32, dims, std::as_bytes(std::span(values)));
    types_.erase(tensor);  // an initializer's type is its own
}

int GraphEdit::add(onnx::NodeProto proto, NodeId origin) {
    items_.push_back({std::move(proto), origin, false});
    const int index = static_cast<int>(items_.size()) - 1;
    link(index);
    return index;
}

int GraphEdit::add(std::string_view op, std::vector<std::string> inputs, std::vector<std::string> outputs,
                   std::string_view name, std::string_view domain, NodeId origin) {
    onnx::NodeProto node;
    node.set_op_type(std::string(op));
    node.set_name(fresh(name));
    node.set_domain(std::string(domain));
    for (auto& input : inputs) *node.add_input() = std::move(input);
    for (auto& output : outputs) *node.add_output() = std::move(output);
    return add(std::move(node), origin);
}

void GraphEdit::remove(int index) {
    unlink(index);
    items_[static_cast<std::size_t>(index)].removed = true;
}

void GraphEdit::set_input(int index, int slot, const std::string& tensor) {
    unlink(index);
    auto& node = items_[static_cast<std::size_t>(index)].proto;
    while (node.input_size() <= slot) node.add_input();
    node.set_input(slot, tensor);
    link(index);
}

void GraphEdit::set_output(int index, int slot, const std::string& tensor) {
    unlink(index);
    items_[static_cast<std::size_t>(index)].proto.set_output(slot, tensor);
    link(index);
}

void GraphEdit::replace_reads(const std::string& tensor, const std::string& by) {
    for (const int reader : readers(tensor)) {
        unlink(reader);
        for (auto& input : *items_[static_cast<std::size_t>(reader)].proto.mutable_input())
            if (input == tensor) input = by;
        link(reader);
    }
    if (!has_outer_reads(tensor)) return;
    for (Item& item : items_)
        for (auto& attribute : *item.proto.mutable_attribute()) {
            if (attribute.has_g()) rename_reads(*attribute.mutable_g(), tensor, by);
            for (auto& sub : *attribute.mutable_graphs()) rename_reads(sub, tensor, by);
        }
    outer_reads_.erase(tensor);
    outer_reads_.insert(by);
}

/// Kahn's algorithm that takes the lowest index first, so that an unchanged graph keeps its order.
std::vector<int> GraphEdit::ordered_items() const {
    std::vector<int> waiting(items_.size(), 0);
    std::vector<std::vector<int>> next(items_.size());
    std::priority_queue<int, std::vector<int>, std::greater<>> ready;
    for (std::size_t i = 0; i < items_.size(); ++i) {
        if (items_[i].removed) continue;
        std::set<int> before;
        const auto need = [&](const std::string& name) {
            if (const int made_by = producer(name); made_by >= 0 && made_by != static_cast<int>(i)) before.insert(made_by);
        };
        for (const auto& input : items_[i].proto.input()) need(input);
        for (const auto& name : outer_reads_of(items_[i].proto)) need(name);
        for (const int made_by : before) next[static_cast<std::size_t>(made_by)].push_back(static_cast<int>(i));
        waiting[i] = static_cast<int>(before.size());
        if (before.empty()) ready.push(static_cast<int>(i));
    }
    std::vector<int> order;
    while (!ready.empty()) {
        const int index = ready.top();
        ready.pop();
        order.push_back(index);
        for (const int reader : next[static_cast<std::size_t>(index)])
            if (--waiting[static_cast<std::size_t>(reader)] == 0) ready.push(reader);
    }
    const auto alive = std::count_if(items_.begin(), items_.end(), [](const Item& item) { return !item.removed; });
    if (static_cast<std::ptrdiff_t>(order.size()) != alive)
        throw Error(ErrorKind::internal, "the rewritten graph has a cycle");
    return order;
}

void GraphEdit::write_value_infos(onnx::GraphProto& graph, const std::unordered_set<std::string>& alive) const {
    auto& infos = *graph.mutable_value_info();
    infos.erase(std::remove_if(infos.begin(), infos.end(),
                               [&](const auto& info) { return !alive.contains(info.name()); }),
                infos.end());
    for (auto& info : infos)
        if (retyped_.contains(info.name())) info = value_info(info.name(), types_.at(info.name()));
}

onnx::ModelProto GraphEdit::build_nodes(std::vector<std::string>& needed) const {
    onnx::ModelProto model = base_;
    auto& graph = *model.mutable_graph();
    std::unordered_set<std::string> produced, used(outer_reads_.begin(), outer_reads_.end());
    for (const int index : ordered_items()) {
        const auto& node = items_[static_cast<std::size_t>(index)].proto;
        *graph.add_node() = node;
        produced.insert(node.output().begin(), node.output().end());
        used.insert(node.input().begin(), node.input().end());
    }
    for (const auto& output : graph.output()) used.insert(output.name());
    std::copy_if(initializer_order_.begin(), initializer_order_.end(), std::back_inserter(needed),
                 [&](const std::string& name) { return used.contains(name); });
    write_value_infos(graph, produced);
    // Below IR 4 every initializer would have to be an input too; 8 is what opset 13 to 18 were written with.
    if (model.ir_version() < 8) model.set_ir_version(8);
    return model;
}

onnx::ModelProto GraphEdit::build() const& {
    std::vector<std::string> needed;
    onnx::ModelProto model = build_nodes(needed);
    for (const std::string& name : needed) *model.mutable_graph()->add_initializer() = *initializers_.at(name);
    return model;
}

onnx::ModelProto GraphEdit::build() && {
    std::vector<std::string> needed;
    onnx::ModelProto model = build_nodes(needed);
    for (const std::string& name : needed) {
        const std::shared_ptr<onnx::TensorProto> tensor = std::move(initializers_.at(name));
        if (tensor.use_count() == 1) model.mutable_graph()->add_initializer()->Swap(tensor.get());
        else *model.mutable_graph()->add_initializer() = *tensor;
    }
    return model;
}

}  // namespace vernier
