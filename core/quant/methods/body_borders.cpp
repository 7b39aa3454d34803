// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/methods/body_borders.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace vernier {
namespace {

/// Gives these readers of a node their own copy of it.
void repeat(GraphEdit& edit, const onnx::NodeProto& node, const std::vector<int>& readers) {
    const std::string output = node.output(0);
    onnx::NodeProto copy = node;
    copy.set_name(edit.fresh(node.name()));
    copy.set_output(0, edit.fresh(output));
    for (const int reader : readers)
        for (int slot = 0; slot < edit.item(static_cast<std::size_t>(reader)).proto.input_size(); ++slot)
            if (edit.item(static_cast<std::size_t>(reader)).proto.input(slot) == output) edit.set_input(reader, slot, copy.output(0));
    edit.add(std::move(copy));
}

bool is_dequantize(const GraphEdit& edit, int item) { return item >= 0 && edit.item(static_cast<std::size_t>(item)).proto.op_type() == "DequantizeLinear"; }

/// The node that brings a weight of a product back to float, where the product itself computes in float; else -1.
int float_weight_of(const GraphEdit& edit, std::size_t product) {
    const auto& item = edit.item(product);
    if (item.removed || item.proto.op_type() != "MatMul" || item.proto.input_size() != 2) return -1;
    const int maker = edit.producer(item.proto.input(1));
    if (!is_dequantize(edit, maker) || is_dequantize(edit, edit.producer(item.proto.input(0)))) return -1;
    const auto& weight = edit.item(static_cast<std::size_t>(maker));
    return weight.origin == kNone && edit.is_constant(weight.proto.input(0)) ? maker : -1;
}

bool is_read_in_other_graphs(const GraphEdit& edit, const std::string& constant, GraphId graph) {
    const auto readers = edit.readers(constant);
    return std::any_of(readers.begin(), readers.end(), [&](int reader) { return edit.graph_of(reader) != graph; });
}

/// Makes a node read its constants from copies that nothing else reads.
void copy_constants(GraphEdit& edit, int index) {
    for (int slot = 0; slot < edit.item(static_cast<std::size_t>(index)).proto.input_size(); ++slot) {
        const std::string name = edit.item(static_cast<std::size_t>(index)).proto.input(slot);
        if (name.empty() || !edit.is_constant(name)) continue;
        const onnx::TensorProto tensor = *edit.initializer(name);
        const std::string& raw = tensor.raw_data();
        edit.set_input(
            index, slot,
            edit.add_initializer(name, static_cast<ElementType>(tensor.data_type()), edit.dims(name), std::as_bytes(std::span(raw.data(), raw.size()))));
    }
}

/// The runtime fuses a product in float with the codes of its weight, and refuses the model where those lie outside of its graph.
void give_products_own_codes(GraphEdit& edit) {
    for (std::size_t i = 0; i < edit.size(); ++i) {
        const int weight = float_weight_of(edit, i);
        if (weight < 0) continue;
        const std::string codes = edit.item(static_cast<std::size_t>(weight)).proto.input(0);
        if (is_read_in_other_graphs(edit, codes, edit.graph_of(static_cast<int>(i)))) copy_constants(edit, weight);
    }
}

}  // namespace

int repeat_dequantize_in_bodies(GraphEdit& edit) {
    if (!edit.has_bodies()) return 0;
    int added = 0;
    const std::size_t count = edit.size();
    for (std::size_t i = 0; i < count; ++i) {
        const auto& item = edit.item(i);
        if (item.removed || item.origin != kNone || item.proto.op_type() != "DequantizeLinear") continue;
        const onnx::NodeProto node = item.proto;
        const GraphId own = edit.graph_of(static_cast<int>(i));
        std::map<GraphId, std::vector<int>> readers;
        for (const int reader : edit.readers(node.output(0))) readers[edit.graph_of(reader)].push_back(reader);
        for (const auto& [graph, list] : readers) {
            if (graph == own) continue;
            repeat(edit, node, list);
            ++added;
        }
        if (!readers.empty() && !readers.contains(own) && !edit.is_output(node.output(0))) edit.remove(static_cast<int>(i));
    }
    give_products_own_codes(edit);
    return added;
}

}  // namespace vernier
