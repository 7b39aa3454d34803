// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/methods/float_guard.h"

namespace vernier {
namespace {

bool is_quantize(const GraphEdit& edit, int index) { return index >= 0 && edit.item(static_cast<std::size_t>(index)).proto.op_type() == "QuantizeLinear"; }

/// Nodes without effect, which the runtime removes.
bool passes_on(const onnx::NodeProto& node) { return node.op_type() == "Identity" || node.op_type() == "Dropout"; }

/// True when the tensor goes into a QuantizeLinear, directly or through Relu, Clip or nodes without effect.
bool reaches_quantize(const GraphEdit& edit, const std::string& tensor) {
    for (const int reader : edit.readers(tensor)) {
        const auto& node = edit.item(static_cast<std::size_t>(reader)).proto;
        if (is_quantize(edit, reader)) return true;
        const bool clamps = node.op_type() == "Relu" || node.op_type() == "Clip";
        if ((clamps || passes_on(node)) && reaches_quantize(edit, node.output(0))) return true;
    }
    return false;
}

/// The last of the nodes behind a Conv or Gemm that the runtime folds into it before it looks for QuantizeLinear:
/// BatchNormalization, Mul or Add with a constant, and what passes its input on, as long as nothing else reads the
/// tensor between.
int last_folded(const GraphEdit& edit, int index) {
    for (;;) {
        const auto readers = edit.readers(edit.item(static_cast<std::size_t>(index)).proto.output(0));
        if (readers.size() != 1) return index;
        const auto& next = edit.item(static_cast<std::size_t>(readers[0])).proto;
        const bool scales = (next.op_type() == "Mul" || next.op_type() == "Add") && (edit.is_constant(next.input(0)) || edit.is_constant(next.input(1)));
        if (next.op_type() != "BatchNormalization" && !scales && !passes_on(next)) return index;
        index = readers[0];
    }
}

}  // namespace

int guard_float_nodes(GraphEdit& edit) {
    int guarded = 0;
    const std::size_t count = edit.size();
    for (std::size_t i = 0; i < count; ++i) {
        const auto& node = edit.item(i).proto;
        if (edit.item(i).removed || node.input_size() < 2) continue;
        const std::string& op = node.op_type();
        if (op != "Conv" && op != "ConvTranspose" && op != "Gemm") continue;
        if (!edit.is_float_constant(node.input(1))) continue;
        const int producer = edit.producer(node.input(0));
        if (producer < 0 || edit.item(static_cast<std::size_t>(producer)).proto.op_type() != "DequantizeLinear") continue;
        const int last = last_folded(edit, static_cast<int>(i));
        const std::string output = edit.item(static_cast<std::size_t>(last)).proto.output(0);
        if (!reaches_quantize(edit, output)) continue;
        const std::string unguarded = edit.fresh(output + "_float");
        const std::string name = node.name() + "_keep_float";
        edit.set_output(last, 0, unguarded);
        onnx::NodeProto guard;
        guard.set_op_type("LeakyRelu");
        guard.set_name(edit.fresh(name));
        guard.add_input(unguarded);
        guard.add_output(output);
        set_attribute(guard, "alpha", 1.f);
        edit.add(std::move(guard));
        ++guarded;
    }
    return guarded;
}

}  // namespace vernier
