// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layers/detail/cover.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>

namespace vernier::detail {
namespace {

/// How many nodes one executed node may take: far more than the largest fusion (attention).
constexpr std::size_t kMostNodes = 256;

bool quantizes(std::string_view op) { return op == "QuantizeLinear" || op == "DequantizeLinear"; }

class Meeting {
public:
    Meeting(const RunGraph& run, const Model& file) : run_(run), file_(file), values_(run.tensors().size()), once_(computed_once(file)) {
        cover_.nodes.resize(run.nodes().size());
        cover_.owner.assign(file.nodes().size(), -1);
    }

    Cover found() {
        const auto count = static_cast<int>(run_.nodes().size());
        for (int k = 0; k < count; ++k) claim(k, node(k).named);
        for (int k = 0; k < count; ++k) claim_makers(k);
        for (std::size_t t = 0; t < values_.size(); ++t)
            if (run_.tensors()[t].value != kNone) values_[t].insert(run_.tensors()[t].value);
        for (int k = 0; k < count; ++k) meet(k);
        return std::move(cover_);
    }

private:
    [[nodiscard]] const RunNode& node(int k) const { return run_.nodes()[static_cast<std::size_t>(k)]; }
    [[nodiscard]] std::vector<NodeId>& mine(int k) { return cover_.nodes[static_cast<std::size_t>(k)]; }
    [[nodiscard]] int& owner(NodeId id) { return cover_.owner[static_cast<std::size_t>(id)]; }

    bool claim(int k, NodeId id) {
        if (id == kNone || owner(id) >= 0 || mine(k).size() >= kMostNodes) return false;
        owner(id) = k;
        mine(k).push_back(id);
        return true;
    }

    /// What makes the tensors of the file that an executed node makes.
    void claim_makers(int k) {
        if (node(k).named_value != kNone) claim(k, file_.value(node(k).named_value).producer);
        for (const int output : node(k).outputs)
            if (const ValueId value = run_.tensors()[static_cast<std::size_t>(output)].value; value != kNone) claim(k, file_.value(value).producer);
    }

    void meet(int k) {
        std::unordered_set<ValueId> known;  // what it reads
        for (const int input : node(k).inputs) {
            const auto& values = values_[static_cast<std::size_t>(input)];
            known.insert(values.begin(), values.end());
        }
        take_upwards(k, known);
        for (const NodeId id : mine(k))
            for (const ValueId output : file_.node(id).outputs) known.insert(output);
        const std::set<ValueId> made = take_downwards(k, known);
        name_outputs(k, made);
    }

    /// From its nodes up to what it reads or what other executed nodes make.
    void take_upwards(int k, const std::unordered_set<ValueId>& known) {
        for (std::size_t i = 0; i < mine(k).size(); ++i) {
            const std::vector<ValueId> inputs = file_.node(mine(k)[i]).inputs;
            for (const ValueId input : inputs)
                if (input != kNone && !known.contains(input) && !is_once(file_.value(input).producer)) claim(k, file_.value(input).producer);
        }
    }

    [[nodiscard]] bool is_once(NodeId id) const { return id != kNone && once_[static_cast<std::size_t>(id)]; }

    /// Nodes behind that read nothing else and that nothing else does; what comes out at the end. A tensor with several consumers goes
    /// on only through QuantizeLinear and DequantizeLinear, which each consumer may have for itself.
    std::set<ValueId> take_downwards(int k, std::unordered_set<ValueId>& known) {
        std::vector<ValueId> front;
        for (const NodeId id : mine(k))
            for (const ValueId output : file_.node(id).outputs)
                if (output != kNone) front.push_back(output);
        std::set<ValueId> made(front.begin(), front.end());
        while (!front.empty()) {
            const Value& value = file_.value(front.back());
            front.pop_back();
            for (const NodeId reader : value.consumers) {
                const Node& next = file_.node(reader);
                if ((value.consumers.size() > 1 || value.graph_output) && !quantizes(next.op_type)) continue;
                if (next.op_type == "Constant" || has_work(next) || !reads_only(next, known) || !claim(k, reader)) continue;
                for (const ValueId output : next.outputs) {
                    if (output == kNone) continue;
                    known.insert(output);
                    made.insert(output);
                    front.push_back(output);
                }
            }
        }
        return made;
    }

    /// Nothing takes a node with a weight to multiply into what stands before it: it has an operator of its own, which may be named
    /// after what ends it.
    [[nodiscard]] static bool has_work(const Node& node) {
        static const std::unordered_set<std::string_view> kOps{"Conv", "ConvTranspose", "MatMul", "Gemm", "LSTM", "GRU", "RNN"};
        return node.macs > 0 || kOps.contains(node.op_type);
    }

    [[nodiscard]] bool reads_only(const Node& next, const std::unordered_set<ValueId>& known) const {
        return std::all_of(next.inputs.begin(), next.inputs.end(),
                           [&](ValueId input) { return input == kNone || known.contains(input) || file_.constant(input) != nullptr || is_weight(input); });
    }

    /// A constant behind DequantizeLinear.
    [[nodiscard]] bool is_weight(ValueId input) const {
        const NodeId producer = file_.value(input).producer;
        if (producer == kNone || !quantizes(file_.node(producer).op_type) || file_.node(producer).inputs.empty()) return false;
        const ValueId codes = file_.node(producer).inputs.front();
        return codes != kNone && file_.constant(codes) != nullptr;
    }

    /// What its tensors stand for in the file, where they have names of their own.
    void name_outputs(int k, const std::set<ValueId>& made) {
        const RunNode& run = node(k);
        for (std::size_t i = 0; i < run.outputs.size(); ++i) {
            auto& values = values_[static_cast<std::size_t>(run.outputs[i])];
            if (mine(k).empty()) {  // a change of form: what it reads
                if (changes_form(run) && !run.inputs.empty()) {
                    const auto& read = values_[static_cast<std::size_t>(run.inputs.front())];
                    values.insert(read.begin(), read.end());
                }
            } else if (run.outputs.size() == 1) {
                values.insert(made.begin(), made.end());
            } else if (const Node& first = file_.node(mine(k).front()); i < first.outputs.size() && first.outputs[i] != kNone) {
                values.insert(first.outputs[i]);
            }
        }
    }

    const RunGraph& run_;
    const Model& file_;
    std::vector<std::set<ValueId>> values_;  ///< by RunTensor: what it stands for in the file
    std::vector<bool> once_;
    Cover cover_;
};

}  // namespace

std::vector<bool> computed_once(const Model& model) {
    std::vector<bool> once(model.nodes().size());
    for (const Node& node : model.nodes())
        once[static_cast<std::size_t>(node.id)] =
            !node.inputs.empty() && node.op_type.find("Random") == std::string::npos && std::all_of(node.inputs.begin(), node.inputs.end(), [&](ValueId input) {
                if (input == kNone || model.value(input).is_constant()) return true;
                const NodeId producer = model.value(input).producer;
                return producer != kNone && once[static_cast<std::size_t>(producer)];
            });
    return once;
}

bool changes_form(const RunNode& node) {
    const std::string& op = node.proto->op_type();
    return quantizes(op) || op == "DynamicQuantizeLinear" || op == "Cast" || op == "Transpose" || op.starts_with("Reorder");
}

Cover cover_of(const RunGraph& run, const Model& file) { return Meeting(run, file).found(); }

}  // namespace vernier::detail
