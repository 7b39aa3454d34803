// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/passes/passes.h"

namespace vernier {
namespace {

void scale_input(GraphEdit& edit, int index, int slot, float factor) {
    const std::string name = edit.item(static_cast<std::size_t>(index)).proto.input(slot);
    auto values = edit.floats(name);
    for (float& value : values) value *= factor;
    edit.set_input(index, slot, edit.add_constant(name + "_scaled", ElementType::float32, edit.dims(name), values));
}

}  // namespace

int fold_gemm_scales(GraphEdit& edit, PassContext& context) {
    int changed = 0;
    for (std::size_t i = 0; i < edit.size(); ++i) {
        auto& item = edit.item(i);
        if (item.removed || item.proto.op_type() != "Gemm" || !is_standard(item.proto) || !context.is_static(item)) continue;
        const float alpha = attribute_float(item.proto, "alpha", 1.f), beta = attribute_float(item.proto, "beta", 1.f);
        const bool has_bias = item.proto.input_size() > 2 && !item.proto.input(2).empty();
        if (alpha == 1.f && (beta == 1.f || !has_bias)) continue;
        if (!edit.is_float_constant(item.proto.input(1)) || (has_bias && !edit.is_float_constant(item.proto.input(2)))) continue;
        if (alpha != 1.f) scale_input(edit, static_cast<int>(i), 1, alpha);
        if (has_bias && beta != 1.f) scale_input(edit, static_cast<int>(i), 2, beta);
        remove_attribute(edit.item(i).proto, "alpha");
        remove_attribute(edit.item(i).proto, "beta");
        ++changed;
    }
    return changed;
}

}  // namespace vernier
