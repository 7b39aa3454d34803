// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/methods/body_borders.h"

#include <map>

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
    return added;
}

}  // namespace vernier
