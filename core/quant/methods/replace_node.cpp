// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/methods/replace_node.h"

#include <string>
#include <utility>
#include <vector>

namespace vernier {

void replace_node(GraphEdit& edit, int index, onnx::NodeProto node) {
    onnx::NodeProto& old = edit.item(static_cast<std::size_t>(index)).proto;
    for (int slot = 0; slot < old.input_size(); ++slot) edit.set_input(index, slot, "");
    for (int slot = 0; slot < old.output_size(); ++slot) edit.set_output(index, slot, "");
    const std::vector<std::string> inputs(node.input().begin(), node.input().end());
    const std::vector<std::string> outputs(node.output().begin(), node.output().end());
    node.clear_input();
    node.clear_output();
    for (std::size_t i = 0; i < outputs.size(); ++i) node.add_output();
    old = std::move(node);
    for (std::size_t i = 0; i < inputs.size(); ++i) edit.set_input(index, static_cast<int>(i), inputs[i]);
    for (std::size_t i = 0; i < outputs.size(); ++i) edit.set_output(index, static_cast<int>(i), outputs[i]);
}

}  // namespace vernier
