// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/quant/passes/sequence.h"

namespace vernier {
namespace {

/// The operand of an Add that is a constant of more axes than the other operand; -1 when there is none.
int widening_slot(const GraphEdit& edit, const onnx::NodeProto& add, const std::string& product) {
    const int rank = edit.rank(product);
    if (rank < 1 || add.input_size() != 2) return -1;
    const int slot = add.input(0) == product ? 1 : 0;
    if (add.input(1 - slot) != product || !edit.is_float_constant(add.input(slot))) return -1;
    const auto dims = edit.dims(add.input(slot));
    if (static_cast<int>(dims.size()) <= rank) return -1;
    return std::all_of(dims.begin(), dims.end() - rank, [](std::int64_t dim) { return dim == 1; }) ? slot : -1;
}

void add_unsqueeze(GraphEdit& edit, const std::string& from, const std::string& to, const std::vector<std::int64_t>& axes) {
    constexpr std::int64_t kAxesAreAnInput = 13;
    onnx::NodeProto node;
    node.set_op_type("Unsqueeze");
    node.set_name(edit.fresh(to + "_Unsqueeze"));
    node.add_input(from);
    node.add_output(to);
    if (edit.opset() >= kAxesAreAnInput) {
        node.add_input(edit.add_constant(to + "_axes", ElementType::int64, {static_cast<std::int64_t>(axes.size())}, axes));
    } else {
        set_attribute(node, "axes", axes);
    }
    edit.add(std::move(node));
}

void narrow(GraphEdit& edit, int index, int slot, int rank) {
    const std::string constant = edit.item(static_cast<std::size_t>(index)).proto.input(slot);
    const std::string output = edit.item(static_cast<std::size_t>(index)).proto.output(0);
    auto dims = edit.dims(constant);
    std::vector<std::int64_t> axes;
    while (static_cast<int>(dims.size()) > rank) {
        axes.push_back(static_cast<std::int64_t>(axes.size()));
        dims.erase(dims.begin());
    }
    while (dims.size() > 1 && dims.front() == 1) dims.erase(dims.begin());  // a plain row is what kernels take as a bias
    edit.set_input(index, slot, edit.add_constant(constant + "_row", ElementType::float32, dims, edit.floats(constant)));
    const std::string sum = edit.fresh(output + "_narrow");
    edit.set_output(index, 0, sum);
    add_unsqueeze(edit, sum, output, axes);
}

}  // namespace

int narrow_wide_bias(GraphEdit& edit, PassContext& context) {
    int changed = 0;
    for (std::size_t i = 0, size = edit.size(); i < size; ++i) {
        const auto& item = edit.item(i);
        const std::string& op = item.proto.op_type();
        if (item.removed || (op != "MatMul" && op != "Gemm") || !is_standard(item.proto) || !context.is_integer(item)) continue;
        const std::string product = item.proto.output(0);
        for (const int reader : edit.readers(product)) {
            const auto& add = edit.item(static_cast<std::size_t>(reader)).proto;
            if (add.op_type() != "Add" || !is_standard(add)) continue;
            const int slot = widening_slot(edit, add, product);
            if (slot < 0) continue;
            narrow(edit, reader, slot, edit.rank(product));
            ++changed;
        }
    }
    return changed;
}

}  // namespace vernier
