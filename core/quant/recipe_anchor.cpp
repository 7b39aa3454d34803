// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/quant/recipe.h"
#include "core/quant/selector.h"

namespace vernier {
namespace {

std::string op_of(const Model& model, NodeId id) {
    if (id == kNone) return "-";
    const Node& node = model.node(id);
    return node.domain.empty() ? node.op_type : node.domain + "." + node.op_type;
}

/// Hash of what stands around a node and survives a new export: its op, per input the op that makes it or the shape of
/// the constant, and the ops that read its outputs. Names, values and positions do not enter.
std::string neighbourhood_hash(const Model& model, NodeId id) {
    const Node& node = model.node(id);
    std::string text = op_of(model, id);
    for (ValueId input : node.inputs) {
        text += "|";
        if (input == kNone) continue;
        if (const Initializer* tensor = model.constant(input))
            text += fmt::format("{}[{}]", name(tensor->type), fmt::join(tensor->dims, ","));
        else
            text += op_of(model, model.value(input).producer);
    }
    for (ValueId output : node.outputs) {
        text += ">";
        if (output == kNone) continue;
        const Value& value = model.value(output);
        std::vector<std::string> readers;
        for (NodeId consumer : value.consumers) readers.push_back(op_of(model, consumer));
        std::sort(readers.begin(), readers.end());
        text += fmt::format("{}{}", fmt::join(readers, ","), value.graph_output ? "!" : "");
    }
    return sha256(std::string_view(text)).substr(0, 16);
}

std::vector<std::string> neighbourhood_hashes(const Model& model) {
    std::vector<std::string> hashes;
    for (const Node& node : model.nodes()) hashes.push_back(neighbourhood_hash(model, node.id));
    return hashes;
}

NodeId single_id(const Rule& rule) { return Selector::parse(rule.select).single_id(); }

std::string described(const Rule& rule) { return rule.node_name.empty() ? rule.node_op : fmt::format("{} \"{}\"", rule.node_op, rule.node_name); }

/// Finds a rule's node: at its old id, by its name when one node of the op bears it, by its neighbourhood when only
/// one node has it, or by its place among those that have it when these are as many as before (another prefix before all names).
NodeId find_again(const Model& model, const Rule& rule, NodeId old_id, const std::vector<std::string>& hashes) {
    std::vector<NodeId> by_name, by_hash;
    for (const Node& node : model.nodes()) {
        if (op_of(model, node.id) != rule.node_op) continue;
        const bool same_name = node.name == rule.node_name;
        const bool same_hash = hashes[static_cast<std::size_t>(node.id)] == rule.node_hash;
        if (node.id == old_id && same_name && same_hash) return old_id;
        if (same_name && !rule.node_name.empty()) by_name.push_back(node.id);
        if (same_hash) by_hash.push_back(node.id);
    }
    if (by_name.size() == 1) return by_name.front();
    if (by_hash.size() == 1) return by_hash.front();
    if (by_hash.size() == rule.node_like && rule.node_place < rule.node_like) return by_hash[static_cast<std::size_t>(rule.node_place)];
    const std::size_t like = std::max(by_name.size(), by_hash.size());
    throw Error(ErrorKind::bad_data,
                fmt::format("recipe: the node of rule '{}' ({}) is not found again in this model: {}", rule.select, described(rule),
                            like == 0 ? "no node is like it" : fmt::format("{} nodes are like it", like)),
                {}, "Choose the node anew, or write the rule with name: or op: instead of its number.");
}

}  // namespace

Recipe anchored(Recipe recipe, const Model& model) {
    std::vector<std::string> hashes;
    for (Rule& rule : recipe.rules) {
        const NodeId id = single_id(rule);
        if (id == kNone || static_cast<std::size_t>(id) >= model.nodes().size()) continue;
        if (hashes.empty()) hashes = neighbourhood_hashes(model);
        const auto own = hashes.begin() + id;
        rule.node_name = model.node(id).name;
        rule.node_op = op_of(model, id);
        rule.node_hash = *own;
        rule.node_place = static_cast<std::uint64_t>(std::count(hashes.begin(), own, *own));
        rule.node_like = static_cast<std::uint64_t>(std::count(hashes.begin(), hashes.end(), *own));
    }
    return recipe;
}

Recipe reanchored(Recipe recipe, const Model& model) {
    std::vector<std::string> hashes;
    for (Rule& rule : recipe.rules) {
        if (rule.node_op.empty() || rule.node_hash.empty()) continue;
        const NodeId old_id = single_id(rule);
        if (old_id == kNone) continue;
        if (hashes.empty()) hashes = neighbourhood_hashes(model);
        rule.select = fmt::format("#{}", find_again(model, rule, old_id, hashes));
    }
    return recipe;
}

}  // namespace vernier
