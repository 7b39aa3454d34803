// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/passes/passes.h"

namespace vernier {
namespace {

/// The constant of an Add that holds one number a channel of a [N,C,...] tensor, or empty.
std::string channel_constant(const GraphEdit& edit, const onnx::NodeProto& add, const std::string& computed, std::int64_t channels, std::size_t rank) {
    for (const auto& input : add.input()) {
        if (input == computed) continue;
        if (!edit.is_float_constant(input)) return {};
        const auto dims = edit.dims(input);
        // Counted from the right: the channel axis is rank - 2 axes from the last one.
        for (std::size_t i = 0; i < dims.size(); ++i) {
            const std::size_t from_right = dims.size() - 1 - i;
            if (dims[i] != (from_right == rank - 2 ? channels : 1)) return {};
        }
        return dims.size() >= rank - 1 && dims.size() <= rank ? input : std::string{};
    }
    return {};
}

}  // namespace

int fold_conv_bias(GraphEdit& edit, PassContext& context) {
    int changed = 0;
    for (std::size_t i = 0; i < edit.size(); ++i) {
        const auto& item = edit.item(i);
        if (item.removed || item.proto.op_type() != "Conv" || !is_standard(item.proto) || !context.is_static(item)) continue;
        if (item.proto.input_size() > 2 && !item.proto.input(2).empty()) continue;
        const auto weight = edit.dims(item.proto.input(1));
        const std::string output = item.proto.output(0);
        const int reader = edit.only_reader(output);
        if (weight.size() < 3 || reader < 0) continue;
        const auto& add = edit.item(static_cast<std::size_t>(reader));
        if (add.proto.op_type() != "Add" || !is_standard(add.proto) || context.must_stay(add)) continue;
        const std::string constant = channel_constant(edit, add.proto, output, weight[0], weight.size());
        if (constant.empty()) continue;
        const std::string bias = edit.add_constant<float>(constant + "_bias", ElementType::float32, {weight[0]}, edit.floats(constant));
        const std::string result = add.proto.output(0);
        context.absorb(add, item.origin);
        edit.remove(reader);
        edit.set_input(static_cast<int>(i), 2, bias);
        edit.set_output(static_cast<int>(i), 0, result);
        ++changed;
    }
    return changed;
}

}  // namespace vernier
