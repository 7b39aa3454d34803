// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/passes/sequence.h"

namespace vernier {
namespace {

const onnx::NodeProto& proto(const GraphEdit& edit, int index) { return edit.item(static_cast<std::size_t>(index)).proto; }

/// ReduceMean(t) and Sub(t, that mean), and nobody else.
bool begins_taken_apart_norm(const GraphEdit& edit, const std::string& tensor, const std::vector<int>& readers) {
    if (readers.size() != 2) return false;
    for (const int which : {0, 1}) {
        const auto& mean = proto(edit, readers[static_cast<std::size_t>(which)]);
        const auto& sub = proto(edit, readers[static_cast<std::size_t>(1 - which)]);
        if (mean.op_type() == "ReduceMean" && sub.op_type() == "Sub" && mean.input(0) == tensor && sub.input_size() == 2 && sub.input(0) == tensor &&
            sub.input(1) == mean.output(0))
            return true;
    }
    return false;
}

bool feeds_norm_only(const GraphEdit& edit, const std::string& tensor) {
    if (edit.is_output(tensor) || edit.has_outer_reads(tensor)) return false;
    const auto readers = edit.readers(tensor);
    if (readers.size() == 1) {
        const auto& norm = proto(edit, readers[0]);
        return norm.op_type() == "LayerNormalization" && norm.input(0) == tensor;
    }
    return begins_taken_apart_norm(edit, tensor, readers);
}

bool is_float(const GraphEdit& edit, const std::string& tensor) {
    const ElementType element = edit.type(tensor).element;
    return element == ElementType::float32 || element == ElementType::float16;
}

bool is_residual(const GraphEdit& edit, const onnx::NodeProto& node) {
    if (node.op_type() != "Add" || !node.domain().empty() || node.input_size() != 2) return false;
    if (edit.is_constant(node.input(0)) || edit.is_constant(node.input(1))) return false;
    return is_float(edit, node.output(0)) && feeds_norm_only(edit, node.output(0));
}

/// wanted: which items may change; changed_one: is told each that did.
template <class Wanted, class Changed>
int write_sums(GraphEdit& edit, const Wanted& wanted, const Changed& changed_one) {
    constexpr std::int64_t kBroadcastingSum = 8;  // before this opset, Sum takes equal shapes only
    if (edit.opset() < kBroadcastingSum) return 0;
    int changed = 0;
    for (std::size_t i = 0; i < edit.size(); ++i) {
        auto& item = edit.item(i);
        if (item.removed || !wanted(item) || !is_residual(edit, item.proto)) continue;
        item.proto.set_op_type("Sum");
        changed_one(item);
        ++changed;
    }
    return changed;
}

}  // namespace

int sum_before_layer_norm(GraphEdit& edit) {
    return write_sums(
        edit, [](const GraphEdit::Item&) { return true; }, [](const GraphEdit::Item&) {});
}

int residual_sum(GraphEdit& edit, PassContext& context) {
    return write_sums(
        edit, [&](const GraphEdit::Item& item) { return context.rewrites(item); }, [&](const GraphEdit::Item& item) { context.note_rewritten(item); });
}

}  // namespace vernier
