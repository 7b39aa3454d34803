// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/unique_names.h"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <unordered_set>

namespace vernier {
namespace {

struct Scope {
    onnx::GraphProto* graph = nullptr;
    std::size_t parent = 0;
    std::unordered_set<std::string> defined{};  ///< by the names that they had
    Renames renames{};
};

/// Calls visit on the name of each value that a graph makes by itself.
template <class Visit>
void each_definition(onnx::GraphProto& graph, const Visit& visit) {
    for (auto& input : *graph.mutable_input()) visit(*input.mutable_name());
    for (auto& tensor : *graph.mutable_initializer()) visit(*tensor.mutable_name());
    for (auto& tensor : *graph.mutable_sparse_initializer()) visit(*tensor.mutable_values()->mutable_name());
    for (auto& node : *graph.mutable_node())
        for (auto& output : *node.mutable_output())
            if (!output.empty()) visit(output);
}

/// Calls visit on every other name of a value in a graph.
template <class Visit>
void each_use(onnx::GraphProto& graph, const Visit& visit) {
    for (auto& node : *graph.mutable_node())
        for (auto& input : *node.mutable_input())
            if (!input.empty()) visit(input);
    for (auto& info : *graph.mutable_value_info()) visit(*info.mutable_name());
    for (auto& output : *graph.mutable_output()) visit(*output.mutable_name());
}

std::vector<Scope> scopes_of(onnx::GraphProto& main) {
    std::vector<Scope> scopes;
    scopes.push_back({&main});
    for (std::size_t at = 0; at < scopes.size(); ++at)
        for (auto& node : *scopes[at].graph->mutable_node())
            for (auto& attribute : *node.mutable_attribute()) {
                if (attribute.has_g()) scopes.push_back({attribute.mutable_g(), at});
                for (auto& body : *attribute.mutable_graphs()) scopes.push_back({&body, at});
            }
    return scopes;
}

/// The name that a value has now which is called so at this place.
const std::string& resolved(const std::vector<Scope>& scopes, std::size_t at, const std::string& name) {
    for (;; at = scopes[at].parent) {
        const Scope& scope = scopes[at];
        if (at != 0 && !scope.defined.contains(name)) continue;
        const auto found = scope.renames.find(name);
        return found == scope.renames.end() ? name : found->second;
    }
}

/// Calls visit on each body of a node; stops where it gives true.
template <class Visit>
bool any_body(const onnx::NodeProto& node, const Visit& visit) {
    return std::any_of(node.attribute().begin(), node.attribute().end(), [&](const onnx::AttributeProto& attribute) {
        return (attribute.has_g() && visit(attribute.g())) || std::any_of(attribute.graphs().begin(), attribute.graphs().end(), visit);
    });
}

}  // namespace

bool has_equal_node_names(const onnx::GraphProto& graph) {
    std::unordered_set<std::string_view> names;
    return std::any_of(graph.node().begin(), graph.node().end(), [&](const onnx::NodeProto& node) {
        return (!node.name().empty() && !names.insert(node.name()).second) || any_body(node, has_equal_node_names);
    });
}

void name_nodes(onnx::GraphProto& graph) {
    std::unordered_set<std::string> taken;
    for (const onnx::NodeProto& node : graph.node()) taken.insert(node.name());
    std::unordered_set<std::string> used;
    int next = 0;
    for (onnx::NodeProto& node : *graph.mutable_node()) {
        for (onnx::AttributeProto& attribute : *node.mutable_attribute()) {
            if (attribute.has_g()) name_nodes(*attribute.mutable_g());
            for (onnx::GraphProto& body : *attribute.mutable_graphs()) name_nodes(body);
        }
        if (!node.name().empty() && used.insert(node.name()).second) continue;
        std::string fresh;
        do {
            fresh = fmt::format("{}@{}", node.op_type(), next++);
        } while (!taken.insert(fresh).second);
        node.set_name(fresh);
    }
}

std::vector<Renames> make_names_unique(onnx::GraphProto& graph, const std::function<std::string(std::string_view)>& fresh) {
    std::vector<Scope> scopes = scopes_of(graph);
    std::vector<Renames> renames(scopes.size());
    if (scopes.size() == 1) return renames;
    std::unordered_set<std::string> taken;
    each_definition(graph, [&](const std::string& name) { taken.insert(name); });
    for (std::size_t at = 1; at < scopes.size(); ++at)
        each_definition(*scopes[at].graph, [&](const std::string& name) {
            if (!scopes[at].defined.insert(name).second || taken.insert(name).second) return;
            taken.insert(scopes[at].renames[name] = fresh(name));
        });
    for (std::size_t at = 1; at < scopes.size(); ++at) {
        const auto rename = [&](std::string& name) { name = std::string(resolved(scopes, at, name)); };
        each_use(*scopes[at].graph, rename);
        each_definition(*scopes[at].graph, rename);
        renames[at] = scopes[at].renames;
    }
    return renames;
}

}  // namespace vernier
