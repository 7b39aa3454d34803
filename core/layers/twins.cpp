// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layers/twins.h"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "core/layers/twin_rules.h"
#include "core/model/precision.h"
#include "core/model/weights.h"

namespace vernier {
namespace {

using Kind = Twin::Kind;
using By = Twin::By;

constexpr std::size_t kLeastTrust = 5;  // names are not gone by where more than one in so many names another operator
constexpr int kFoldDepth = 4;           // nodes in a row that fold into one
constexpr int kPasses = 12;

std::size_t at(std::int32_t id) { return static_cast<std::size_t>(id); }

ValueId first_output(const Node& node) { return node.outputs.empty() ? kNone : node.outputs[0]; }

class Pairer {
public:
    Pairer(const Model& reference, const Model& other, const Job& job) : ref_(reference), other_(other), job_(job) {
        twins_.nodes.resize(ref_.nodes().size());
        twins_.reference_of.assign(other_.nodes().size(), kNone);
        made_.assign(ref_.values().size(), kNone);
        carries_.assign(other_.values().size(), kNone);
    }

    Twins run() {
        pair_ports();
        if (names_can_be_trusted()) {
            pair_names();
            pair_tensor_names();
        }
        for (int pass = 0; pass < kPasses; ++pass) {
            job_.check();
            changed_ = false;
            for (auto node = ref_.nodes().rbegin(); node != ref_.nodes().rend(); ++node) align_inputs(*node);
            for (const Node& node : ref_.nodes()) {
                align_output(node);
                if (is_open(node)) look_forward(node);
                // Not before names and neighbours have told what they can.
                if (pass > 0 && is_open(node)) shift(node);
            }
            if (pass > 0 && !changed_) break;
        }
        settle();
        list_tensors();
        for (const Node& node : ref_.nodes()) {
            if (node.op_type == "Constant") continue;
            ++twins_.counted;
            twins_.found += twin(node).kind == Kind::missing ? 0 : 1;
        }
        return std::move(twins_);
    }

private:
    Twin& twin(const Node& node) { return twins_.nodes[at(node.id)]; }
    [[nodiscard]] bool is_open(const Node& node) const { return twins_.nodes[at(node.id)].kind == Kind::missing && node.op_type != "Constant"; }
    [[nodiscard]] bool is_free(NodeId other) const { return other != kNone && twins_.reference_of[at(other)] == kNone; }
    [[nodiscard]] const Node* maker(ValueId value) const {
        const NodeId id = value == kNone ? kNone : other_.value(value).producer;
        return id == kNone ? nullptr : &other_.node(id);
    }

    /// The value behind Identity, Dropout and Cast: several values of the model may be one in the other file.
    [[nodiscard]] ValueId root(ValueId mine) const {
        for (int hop = 0; hop < 64; ++hop) {
            const NodeId by = ref_.value(mine).producer;
            if (by == kNone || !keeps_numbers(ref_.node(by)) || ref_.node(by).inputs.empty() || ref_.node(by).inputs[0] == kNone) break;
            mine = ref_.node(by).inputs[0];
        }
        return mine;
    }

    void link(ValueId mine, ValueId theirs) {
        if (mine == kNone || theirs == kNone || made_[at(mine)] != kNone) return;
        if (ref_.value(mine).is_constant() || other_.value(theirs).is_constant()) return;
        ValueId& carries = carries_[at(theirs)];
        if (carries != kNone && root(carries) != root(mine)) return;
        made_[at(mine)] = theirs;
        if (carries == kNone) carries = mine;
        changed_ = true;
    }

    void unlink(ValueId mine) {
        if (made_[at(mine)] == kNone) return;
        carries_[at(made_[at(mine)])] = kNone;
        made_[at(mine)] = kNone;
    }

    void pair(const Node& node, NodeId other, By by) {
        twin(node) = {Kind::same, by, {other}};
        twins_.reference_of[at(other)] = node.id;
        changed_ = true;
    }

    /// Inputs and outputs of the models, by name, else by place.
    void pair_ports() {
        const auto pair_lists = [&](const std::vector<ValueId>& mine, const std::vector<ValueId>& theirs) {
            for (std::size_t i = 0; i < mine.size(); ++i) {
                const auto named = std::find_if(theirs.begin(), theirs.end(), [&](ValueId id) { return other_.value(id).name == ref_.value(mine[i]).name; });
                const bool paired = named != theirs.end() || (i < theirs.size() && mine.size() == theirs.size());
                if (paired) link(mine[i], carried(other_, named != theirs.end() ? *named : theirs[i]));
            }
        };
        pair_lists(ref_.inputs(), other_.inputs());
        pair_lists(ref_.outputs(), other_.outputs());
    }

    /// The only node of each name, and of each name without what tools add.
    void index_names() {
        for (const Node& node : other_.nodes()) {
            if (node.name.empty()) continue;
            if (!by_name_.emplace(node.name, node.id).second) by_name_[node.name] = kNone;
        }
        for (const Node& node : other_.nodes()) {
            const std::string plain = plain_name(node.name);
            if (plain.empty() || plain == node.name) continue;
            const auto [place, is_new] = by_plain_name_.emplace(plain, node.id);
            // A product comes before the Cast, Mul and Add that tools name after it.
            if (!is_new && node.op_type != "Cast" && node.op_type != "Mul" && node.op_type != "Add" && node.op_type != "Reshape") place->second = node.id;
        }
        for (const Value& value : other_.values()) {
            if (value.name.empty()) continue;
            if (!tensor_by_name_.emplace(value.name, value.id).second) tensor_by_name_[value.name] = kNone;
        }
    }

    [[nodiscard]] NodeId named(const Node& node) const {
        if (node.name.empty()) return kNone;
        if (const auto found = by_name_.find(node.name); found != by_name_.end()) return found->second;
        const auto found = by_plain_name_.find(node.name);
        return found == by_plain_name_.end() ? kNone : found->second;
    }

    /// False for a file whose names were given anew, so that they stand at other nodes.
    bool names_can_be_trusted() {
        index_names();
        std::size_t alike = 0, different = 0;
        for (const Node& node : ref_.nodes()) {
            if (const NodeId found = named(node); found != kNone) ++(same_operator(node, other_.node(found)) ? alike : different);
            const auto tensor = first_output(node) == kNone ? tensor_by_name_.end() : tensor_by_name_.find(ref_.value(first_output(node)).name);
            if (tensor == tensor_by_name_.end() || tensor->second == kNone) continue;
            const Node* by = maker(carried(other_, tensor->second));
            if (by == nullptr) continue;
            ++(same_operator(node, *by) || may_fold(ref_, node) || may_fold(other_, *by) ? alike : different);
        }
        return different * kLeastTrust <= alike;
    }

    void pair_names() {
        for (const Node& node : ref_.nodes()) {
            const NodeId found = named(node);
            if (is_open(node) && is_free(found) && same_operator(node, other_.node(found))) pair(node, found, By::name);
        }
    }

    void pair_tensor_names() {
        for (const Node& node : ref_.nodes())
            for (const ValueId output : node.outputs) {
                if (output == kNone) continue;
                const auto found = tensor_by_name_.find(ref_.value(output).name);
                if (found == tensor_by_name_.end() || found->second == kNone) continue;
                const ValueId theirs = carried(other_, found->second);
                const Node* by = maker(theirs);
                if (by == nullptr) continue;
                if (is_open(node) && is_free(by->id) && same_operator(node, *by)) pair(node, by->id, By::tensor);
                link(output, theirs);
            }
    }

    /// What a paired node makes: its outputs, behind the scaling that dynamic INT8 does with nodes of its own.
    void align_output(const Node& node) {
        Twin& mine = twin(node);
        if (mine.kind != Kind::same || !ended_.insert(node.id).second) return;
        const Node& theirs = other_.node(mine.node());
        const bool bias = node.inputs.size() > 2 && theirs.op_type != node.op_type && (node.op_type == "Conv" || node.op_type == "Gemm");
        const ResultEnd end = result_end(other_, theirs, bias);
        for (const NodeId helper : end.nodes)
            if (is_free(helper)) {
                mine.nodes.push_back(helper);
                twins_.reference_of[at(helper)] = node.id;
            }
        link(first_output(node), end.value);
        for (std::size_t i = 1; i < std::min(node.outputs.size(), theirs.outputs.size()); ++i)
            if (node.op_type == theirs.op_type) link(node.outputs[i], theirs.outputs[i]);
    }

    /// What a paired node reads, and what makes that.
    void align_inputs(const Node& node) {
        if (twin(node).kind == Kind::same) {
            const Node& theirs = other_.node(twin(node).node());
            const bool swapped = is_swapped(node, theirs);
            for (std::size_t slot = 0; slot < node.inputs.size(); ++slot) {
                const int there = slot_of(theirs, static_cast<int>(swapped ? 1 - slot : slot));
                if (node.inputs[slot] == kNone || there == kNone || theirs.inputs[at(there)] == kNone) continue;
                link(node.inputs[slot], carried(other_, theirs.inputs[at(there)]));
            }
        }
        const ValueId output = first_output(node);
        if (!is_open(node) || output == kNone || made_[at(output)] == kNone) return;
        const Node* by = maker(made_[at(output)]);
        if (by != nullptr && is_free(by->id) && same_operator(node, *by)) pair(node, by->id, By::structure);
    }

    /// True where the two operands of an Add or Mul stand the other way round in the other file: by what is known of them, else by what makes them.
    [[nodiscard]] bool is_swapped(const Node& node, const Node& theirs) const {
        if (node.inputs.size() != 2 || (node.op_type != "Add" && node.op_type != "Mul")) return false;
        const int second = slot_of(theirs, 1);
        if (second == kNone || theirs.inputs[0] == kNone || theirs.inputs[at(second)] == kNone) return false;
        const ValueId a = carried(other_, theirs.inputs[0]), b = carried(other_, theirs.inputs[at(second)]);
        const auto is = [&](std::size_t slot, ValueId value) { return node.inputs[slot] != kNone && made_[at(node.inputs[slot])] == value; };
        if (is(0, a) || is(1, b)) return false;
        if (is(0, b) || is(1, a)) return true;
        return makers_alike(node.inputs[0], b) + makers_alike(node.inputs[1], a) > makers_alike(node.inputs[0], a) + makers_alike(node.inputs[1], b);
    }

    [[nodiscard]] double makers_alike(ValueId mine, ValueId theirs) const {
        if (mine == kNone) return 0;
        const NodeId by = ref_.value(mine).producer;
        const Node* other_by = maker(theirs);
        const bool is_weight = ref_.value(mine).is_constant(), is_their_weight = other_.value(theirs).is_constant();
        if (is_weight || is_their_weight) return is_weight == is_their_weight ? 1 : -1;
        if (by == kNone || other_by == nullptr) return by == kNone && other_by == nullptr ? 1 : -1;
        if (twins_.nodes[at(by)].kind == Kind::same) return twins_.nodes[at(by)].node() == other_by->id ? 10 : -10;
        return same_operator(ref_.node(by), *other_by) ? 1 + likeness(ref_, ref_.node(by), other_, *other_by) : -1;
    }

    /// The nodes behind what a node reads that could be its twin.
    [[nodiscard]] std::vector<NodeId> candidates(const Node& node) const {
        std::vector<NodeId> found;
        std::unordered_set<NodeId> seen;
        for (std::size_t slot = 0; slot < node.inputs.size(); ++slot) {
            if (node.inputs[slot] == kNone || made_[at(node.inputs[slot])] == kNone) continue;
            for (const Reader& reader : readers_of(other_, made_[at(node.inputs[slot])])) {
                const Node& theirs = other_.node(reader.node);
                if (!is_free(reader.node) || !same_operator(node, theirs) || !seen.insert(reader.node).second) continue;
                const bool any_slot = node.op_type == "Add" || node.op_type == "Mul";
                if (any_slot || reference_slot_of(theirs, reader.slot) == static_cast<int>(slot)) found.push_back(reader.node);
            }
        }
        return found;
    }

    void look_forward(const Node& node) {
        const std::vector<NodeId> found = candidates(node);
        if (found.empty()) return;
        NodeId best = found.front();
        if (found.size() > 1) {
            double most = -1e9;
            for (const NodeId id : found)
                if (const double alike = likeness(ref_, node, other_, other_.node(id)) + operands_in_common(node, other_.node(id)); alike > most) {
                    most = alike;
                    best = id;
                }
        }
        pair(node, best, By::structure);
        align_output(node);
    }

    [[nodiscard]] double operands_in_common(const Node& node, const Node& theirs) const {
        double common = 0;
        for (const ValueId mine : node.inputs)
            for (const ValueId input : theirs.inputs)
                if (mine != kNone && input != kNone && made_[at(mine)] != kNone && carried(other_, input) == made_[at(mine)]) common += 1;
        return common;
    }

    /// True when what reads a value goes on in the other file behind theirs, perhaps past more nodes that fold.
    [[nodiscard]] bool goes_on(ValueId mine, ValueId theirs, int depth) const {
        const Value& value = ref_.value(mine);
        if (value.graph_output && ends_in_output(theirs)) return true;
        const std::vector<Reader> readers = readers_of(other_, theirs);
        for (const NodeId id : value.consumers) {
            const Node& node = ref_.node(id);
            for (const Reader& reader : readers)
                if (same_operator(node, other_.node(reader.node)) && (is_free(reader.node) || twins_.reference_of[at(reader.node)] == id)) return true;
            if (depth > 0 && is_open(node) && may_fold(ref_, node) && first_output(node) != kNone && goes_on(first_output(node), theirs, depth - 1))
                return true;
        }
        return false;
    }

    [[nodiscard]] bool ends_in_output(ValueId theirs) const {
        return std::any_of(other_.outputs().begin(), other_.outputs().end(), [&](ValueId output) { return carried(other_, output) == theirs; });
    }

    /// A node without a twin, whose work is done in front of it: what its input was paired with is its output.
    void shift(const Node& node) {
        const ValueId output = first_output(node);
        if (output == kNone || made_[at(output)] != kNone || !may_fold(ref_, node)) return;
        ValueId input = kNone;
        for (const ValueId each : node.inputs)
            if (each != kNone && made_[at(each)] != kNone) input = each;
        if (input == kNone || !goes_on(output, made_[at(input)], kFoldDepth)) return;
        const ValueId theirs = made_[at(input)];
        const Node* by = maker(theirs);
        twin(node) = by == nullptr || keeps_numbers(node) ? Twin{Kind::removed, By::structure} : Twin{Kind::folded, By::structure, {by->id}};
        if (!keeps_numbers(node)) unlink(input);
        link(output, theirs);
    }

    /// What is left: nodes whose result is there, or that only serve one that is.
    void settle() {
        for (const Node& node : ref_.nodes()) {
            const ValueId output = first_output(node);
            if (!is_open(node) || output == kNone) continue;
            const Node* by = maker(made_[at(output)]);
            const bool is_removed = made_[at(output)] != kNone && (by == nullptr || keeps_numbers(node));
            if (!is_removed && by == nullptr && !is_constant(ref_, output)) continue;
            twin(node) = is_removed      ? Twin{Kind::removed, By::tensor}
                         : by != nullptr ? Twin{Kind::folded, By::tensor, {by->id}}
                                         : Twin{Kind::constant, By::structure};
        }
        for (auto node = ref_.nodes().rbegin(); node != ref_.nodes().rend(); ++node)
            if (is_open(*node)) settle_by_readers(*node);
    }

    void settle_by_readers(const Node& node) {
        NodeId host = kNone;
        bool constant = true, served = true, read = false;
        for (const ValueId output : node.outputs) {
            if (output == kNone) continue;
            if (ref_.value(output).graph_output) return;
            for (const NodeId id : ref_.value(output).consumers) {
                read = true;
                const Twin& reader = twins_.nodes[at(id)];
                if (reader.kind == Kind::missing) return;
                constant = constant && (reader.kind == Kind::constant || reads_constant(ref_.node(id), reader, output));
                served = served && reader.kind != Kind::constant && (host == kNone || reader.node() == kNone || host == reader.node());
                if (reader.node() != kNone) host = reader.node();
            }
        }
        if (read && constant)
            twin(node) = {Kind::constant, By::structure};
        else if (read && served && host != kNone)
            twin(node) = {Kind::folded, By::structure, {host}};
        else if (!read || keeps_numbers(node))
            twin(node) = {Kind::removed, By::structure};
    }

    [[nodiscard]] bool reads_constant(const Node& reader, const Twin& twin, ValueId value) const {
        if (twin.kind != Kind::same) return false;
        const Node& theirs = other_.node(twin.node());
        for (std::size_t slot = 0; slot < reader.inputs.size(); ++slot) {
            if (reader.inputs[slot] != value) continue;
            const int there = slot_of(theirs, static_cast<int>(slot));
            if (there == kNone || theirs.inputs[at(there)] == kNone) return there == kNone;
            if (!is_constant(other_, theirs.inputs[at(there)])) return false;
        }
        return true;
    }

    void list_tensors() {
        twins_.tensor_of.assign(ref_.values().size(), kNone);
        for (const Value& value : ref_.values()) {
            if (made_[at(value.id)] == kNone) continue;
            TensorPair pair{value.id, made_[at(value.id)], made_[at(value.id)]};
            if (const Node* by = maker(pair.made)) pair.twin = by->id;
            find_seen(other_, pair);
            twins_.tensor_of[at(value.id)] = static_cast<std::int32_t>(twins_.tensors.size());
            twins_.tensors.push_back(pair);
        }
    }

    const Model& ref_;
    const Model& other_;
    const Job& job_;
    Twins twins_;
    std::vector<ValueId> made_, carries_;  ///< by values of each file: the other one's
    std::unordered_map<std::string, NodeId> by_name_, by_plain_name_;
    std::unordered_map<std::string, ValueId> tensor_by_name_;
    std::unordered_set<NodeId> ended_;
    bool changed_ = false;
};

}  // namespace

std::string_view name(Twin::Kind kind) {
    switch (kind) {
        case Kind::same: return "same";
        case Kind::folded: return "folded";
        case Kind::removed: return "removed";
        case Kind::constant: return "constant";
        case Kind::missing: return "missing";
    }
    return "missing";
}

Twins pair_nodes(const Model& reference, const Model& other, const Job& job) { return Pairer(reference, other, job).run(); }

}  // namespace vernier
