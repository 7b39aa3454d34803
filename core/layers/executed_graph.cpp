// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <unordered_map>

#include "core/layers/detail/run_graph.h"
#include "core/model/bodies.h"

namespace vernier::detail {
namespace {

using Ids = std::unordered_map<const onnx::NodeProto*, NodeId>;

/// Walks the original beside its copy, which has the same form.
void name_nodes(const onnx::GraphProto& original, onnx::GraphProto& copy, const Ids& ids) {
    for (int i = 0; i < original.node_size(); ++i) {
        const onnx::NodeProto& node = original.node(i);
        onnx::NodeProto& named = *copy.mutable_node(i);
        const auto id = ids.find(&node);
        named.set_name(id == ids.end() ? "" : fmt::format("v{}", id->second));
        for (int a = 0; a < node.attribute_size(); ++a) {
            const onnx::AttributeProto& attribute = node.attribute(a);
            if (attribute.has_g()) name_nodes(attribute.g(), *named.mutable_attribute(a)->mutable_g(), ids);
            for (int g = 0; g < attribute.graphs_size(); ++g) name_nodes(attribute.graphs(g), *named.mutable_attribute(a)->mutable_graphs(g), ids);
        }
    }
}

/// Without the number that the runtime adds to make a name unique.
std::string_view without_token(std::string_view name) {
    const std::size_t at = name.rfind("_token_");
    if (at == std::string_view::npos || at + 7 == name.size()) return name;
    return name.find_first_not_of("0123456789", at + 7) == std::string_view::npos ? name.substr(0, at) : name;
}

/// What the runtime adds to names: of kernels in a blocked layout, of fused activations, of half precision computed in float.
constexpr std::string_view kBlocked = "_nchwc", kFused = "fused ", kCast = "InsertedPrecisionFreeCast_";

/// Models whose constants fit into one file, below protobuf's 2 GB.
constexpr std::uint64_t kMostInside = std::uint64_t{1900} << 20;

}  // namespace

onnx::ModelProto named_by_id(const Model& model) {
    Ids ids;
    for (const Node& node : model.nodes()) ids.emplace(node.proto, node.id);
    // The runtime leaves constants of outside files where they are; what it writes is to be run in another folder.
    onnx::ModelProto copy = model.size_bytes() < kMostInside ? inlined_proto(model) : model.proto();
    name_nodes(model.proto().graph(), *copy.mutable_graph(), ids);
    return copy;
}

NodeId id_in_name(std::string_view name) {
    if (!name.starts_with('v')) return kNone;
    NodeId id = kNone;
    const char* end = name.data() + name.size();
    const auto [stop, error] = std::from_chars(name.data() + 1, end, id);
    if (error != std::errc{} || id < 0) return kNone;
    return stop == end || *stop == '_' || *stop == '/' ? id : kNone;
}

RunGraph::RunGraph(onnx::ModelProto& executed, const Model& file) : file_(file) {
    for (const Body& body : bodies_of(file))
        if (body.holder != kNone) bodies_.emplace(fmt::format("{}/{}", body.holder, body.name), body.graph);
    Scope scope{nullptr, 0};
    add_graph(*executed.mutable_graph(), scope, -1);
}

ValueId RunGraph::value_of(const std::string& given, const Scope& scope) const {
    const std::string name = given.starts_with(kCast) ? given.substr(kCast.size()) : given;
    for (const Scope* at = &scope; at != nullptr; at = at->outer) {
        if (at->graph == kNone) continue;
        if (const ValueId value = file_.find_value(name, at->graph); value != kNone) return value;
    }
    return kNone;
}

int RunGraph::tensor(const std::string& name, const Scope& scope) const {
    for (const Scope* at = &scope; at != nullptr; at = at->outer)
        if (const auto found = at->tensors.find(name); found != at->tensors.end()) return found->second;
    return -1;
}

int RunGraph::new_tensor(const std::string& name, Scope& scope) {
    const int id = static_cast<int>(tensors_.size());
    tensors_.push_back({-1, {}, value_of(name, scope)});
    scope.tensors.insert_or_assign(name, id);
    return id;
}

void RunGraph::take_name(std::string_view name, const Scope& scope, RunNode& run) const {
    name = without_token(name);
    if (name.ends_with(kBlocked)) {
        name.remove_suffix(kBlocked.size());
        run.named_value = value_of(std::string(name), scope);
        if (run.named_value != kNone) return;
    }
    if (name.starts_with(kFused)) name.remove_prefix(kFused.size());
    run.named = id_in_name(name);
    if (static_cast<std::size_t>(run.named) >= file_.nodes().size()) run.named = kNone;
}

void RunGraph::add_graph(onnx::GraphProto& graph, Scope& scope, int holder) {
    for (const onnx::ValueInfoProto& input : graph.input()) new_tensor(input.name(), scope);
    for (onnx::NodeProto& node : *graph.mutable_node()) {
        std::vector<int> children;
        add_bodies(node, scope, children);
        const int id = static_cast<int>(nodes_.size());
        for (const int child : children) nodes_[static_cast<std::size_t>(child)].holder = id;
        RunNode run;
        run.proto = &node;
        run.holder = holder;
        take_name(node.name(), scope, run);
        for (const std::string& input : node.input())
            if (const int at = input.empty() ? -1 : tensor(input, scope); at >= 0) {
                run.inputs.push_back(at);
                tensors_[static_cast<std::size_t>(at)].consumers.push_back(id);
            }
        for (const std::string& output : node.output()) {
            if (output.empty()) continue;
            run.outputs.push_back(new_tensor(output, scope));
            tensors_.back().producer = id;
        }
        node.set_name(fmt::format("k{}", id));
        nodes_.push_back(std::move(run));
    }
}

/// The nodes of a node's bodies stand before it; children are those right inside, not those of bodies in them.
void RunGraph::add_bodies(onnx::NodeProto& node, const Scope& scope, std::vector<int>& children) {
    const NodeId named = id_in_name(node.name());
    const auto add = [&](onnx::GraphProto& body, const std::string& attribute) {
        const auto found = bodies_.find(fmt::format("{}/{}", named, attribute));
        Scope inner{&scope, found == bodies_.end() ? kNone : found->second};
        const auto first = static_cast<int>(nodes_.size());
        add_graph(body, inner, -1);
        for (int id = first; id < static_cast<int>(nodes_.size()); ++id)
            if (nodes_[static_cast<std::size_t>(id)].holder < 0) children.push_back(id);
    };
    for (onnx::AttributeProto& attribute : *node.mutable_attribute()) {
        if (attribute.has_g()) add(*attribute.mutable_g(), attribute.name());
        for (int g = 0; g < attribute.graphs_size(); ++g) add(*attribute.mutable_graphs(g), fmt::format("{}[{}]", attribute.name(), g));
    }
}

}  // namespace vernier::detail
