// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layers/trial_outputs.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <set>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include <onnx/onnx_pb.h>

#include "core/base/error.h"
#include "core/quant/attributes.h"

namespace vernier {
namespace {

bool is_float(ElementType type) {
    return type == ElementType::float32 || type == ElementType::float16 || type == ElementType::bfloat16 || type == ElementType::float64;
}

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& ops, const onnx::NodeProto& node) {
    return is_standard(node) && std::find(ops.begin(), ops.end(), node.op_type()) != ops.end();
}

/// The numbers of its first input, in another shape or place.
bool hands_on(const onnx::NodeProto& node) {
    constexpr std::array<std::string_view, 7> kOps = {"Identity", "Dropout", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Cast"};
    return is_one_of(kOps, node);
}

bool squashes(const onnx::NodeProto& node) {
    constexpr std::array<std::string_view, 3> kOps = {"Softmax", "LogSoftmax", "Sigmoid"};
    return is_one_of(kOps, node);
}

/// Over the last axis: opsets before 13 flatten from an axis on, 1 where none is given.
bool over_last_axis(const GraphEdit& edit, const onnx::NodeProto& node) {
    const std::int64_t axis = attribute_int(node, "axis", edit.opset() < 13 ? 1 : -1);
    const int rank = edit.rank(node.input(0));
    return axis == -1 || (rank > 0 && axis == rank - 1);
}

/// The node that squashes an output, with nothing but reshaping behind it; nullptr for none.
const onnx::NodeProto* squashed_by(const GraphEdit& edit, std::string tensor) {
    for (int i = edit.producer(tensor); i >= 0 && edit.graph_of(i) == 0; i = edit.producer(tensor)) {
        const onnx::NodeProto& node = edit.item(static_cast<std::size_t>(i)).proto;
        if (squashes(node)) return edit.is_constant(node.input(0)) ? nullptr : &node;
        if (!hands_on(node) || !is_float(edit.type(node.input(0)).element)) return nullptr;
        tensor = node.input(0);
    }
    return nullptr;
}

TrialOutput trial_output(const GraphEdit& edit, const std::string& name, bool is_scores) {
    TrialOutput output{name, {}, is_scores ? Scores::unknown : Scores::none};
    const onnx::NodeProto* node = squashed_by(edit, name);
    if (node == nullptr) return output;
    output.cut = node->name();
    if (node->op_type() != "Sigmoid")
        output.scores = over_last_axis(edit, *node) ? Scores::logits : Scores::none;
    else
        output.scores = Scores::none;  // each class for itself
    return output;
}

/// All that a node reads, in its bodies too.
void add_reads(const onnx::NodeProto& node, std::vector<std::string>& reads) {
    reads.insert(reads.end(), node.input().begin(), node.input().end());
    const auto add_graph = [&](const onnx::GraphProto& graph) {
        for (const onnx::NodeProto& inner : graph.node()) add_reads(inner, reads);
        for (const onnx::ValueInfoProto& output : graph.output()) reads.push_back(output.name());
    };
    for (const onnx::AttributeProto& attribute : node.attribute()) {
        if (attribute.has_g()) add_graph(attribute.g());
        for (const onnx::GraphProto& graph : attribute.graphs()) add_graph(graph);
    }
}

void drop_unneeded(onnx::GraphProto& graph) { keep_only(graph, needed_from(graph, {})); }

}  // namespace

std::vector<TrialOutput> trial_outputs(const Canonical& canonical, const std::string& scores) {
    std::vector<TrialOutput> outputs;
    std::set<std::string> read;  // tensors that are compared already
    const onnx::GraphProto& graph = canonical.model->proto().graph();
    for (const onnx::ValueInfoProto& output : graph.output())
        if (squashed_by(canonical.edit, output.name()) == nullptr) read.insert(output.name());
    for (const onnx::ValueInfoProto& declared : graph.output()) {
        if (!is_float(canonical.edit.type(declared.name()).element)) continue;
        const TrialOutput output = trial_output(canonical.edit, declared.name(), declared.name() == scores);
        if (!output.cut.empty()) {
            const std::string& tensor = squashed_by(canonical.edit, declared.name())->input(0);
            if (!read.insert(tensor).second) continue;  // logits and probabilities of the same: once
        }
        outputs.push_back(output);
    }
    return outputs;
}

void answer_with(onnx::ModelProto& trial, const std::vector<TrialOutput>& outputs) {
    onnx::GraphProto& graph = *trial.mutable_graph();
    std::unordered_map<std::string, onnx::ValueInfoProto> declared;
    for (const onnx::ValueInfoProto& output : graph.output()) declared.emplace(output.name(), output);
    graph.clear_output();
    for (const TrialOutput& output : outputs) {
        onnx::ValueInfoProto& made = *graph.add_output();
        if (output.cut.empty()) {
            made = declared.at(output.name);
            continue;
        }
        const auto node = std::find_if(graph.node().begin(), graph.node().end(), [&](const onnx::NodeProto& n) { return n.name() == output.cut; });
        if (node == graph.node().end()) throw Error(ErrorKind::internal, "a trial lost the node in front of which it is compared", {.node = output.cut});
        made.set_name(node->input(0));  // its type is inferred: it need not be that of the opened model
    }
    drop_unneeded(graph);
}

void answer_with_tensors(onnx::ModelProto& trial, const std::vector<std::string>& tensors) {
    onnx::GraphProto& graph = *trial.mutable_graph();
    graph.clear_output();
    for (const std::string& tensor : tensors) graph.add_output()->set_name(tensor);
    drop_unneeded(graph);
}

Needed needed_from(const onnx::GraphProto& graph, const std::unordered_set<std::string>& stops) {
    std::unordered_map<std::string, int> makers;
    for (int i = 0; i < graph.node_size(); ++i)
        for (const std::string& output : graph.node(i).output()) makers.emplace(output, i);
    Needed needed;
    std::vector<std::string> open;
    std::set<int> nodes;
    for (const onnx::ValueInfoProto& output : graph.output()) open.push_back(output.name());
    while (!open.empty()) {
        const std::string tensor = std::move(open.back());
        open.pop_back();
        if (tensor.empty() || !needed.tensors.insert(tensor).second) continue;
        if (stops.contains(tensor)) {
            needed.stops.push_back(tensor);
            continue;
        }
        const auto maker = makers.find(tensor);
        if (maker != makers.end() && nodes.insert(maker->second).second) add_reads(graph.node(maker->second), open);
    }
    needed.nodes.assign(nodes.begin(), nodes.end());
    std::sort(needed.stops.begin(), needed.stops.end());
    return needed;
}

void keep_only(onnx::GraphProto& graph, const Needed& needed) {
    for (int i = 0; i < static_cast<int>(needed.nodes.size()); ++i)
        if (const int from = needed.nodes[static_cast<std::size_t>(i)]; from != i) graph.mutable_node()->SwapElements(i, from);
    const auto nodes = static_cast<int>(needed.nodes.size());
    graph.mutable_node()->DeleteSubrange(nodes, graph.node_size() - nodes);
    const auto keep = [&](auto& list) {
        int kept = 0;
        for (int i = 0; i < list.size(); ++i)
            if (needed.tensors.contains(list.Get(i).name())) list.SwapElements(kept++, i);
        list.DeleteSubrange(kept, list.size() - kept);
    };
    keep(*graph.mutable_initializer());
    keep(*graph.mutable_input());
}

}  // namespace vernier
