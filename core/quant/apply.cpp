// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/apply.h"

#include <utility>

#include "core/quant/passes/passes.h"

namespace vernier {
namespace {

/// What the rewritings know that run while the methods are written.
PassContext writing_context(const Prepared& prepared) {
    PassContext context;
    context.skip = prepared.skip_passes;
    context.plan = &prepared.static_plan;
    context.wants_integer.assign(prepared.choices.size(), false);
    for (const MethodSpec* method : methods_in_order()) {
        if (method->integer_items == nullptr) continue;
        for (const int item : method->integer_items(prepared)) {
            const NodeId origin = prepared.edit.item(static_cast<std::size_t>(item)).origin;
            if (origin != kNone) context.wants_integer[static_cast<std::size_t>(origin)] = true;
        }
    }
    return context;
}

/// Integers before the rewritings behind them, all else after: half precision puts Casts between nodes that those look for.
void write_methods(GraphEdit& edit, const Writing& writing, bool integers) {
    for (const MethodSpec* method : methods_in_order())
        if (method->write != nullptr && (method->computes == Arithmetic::integer) == integers) method->write(edit, writing);
}

}  // namespace

onnx::ModelProto apply(const Writing& writing) {
    const Prepared& prepared = writing.prepared;
    GraphEdit edit = prepared.edit;
    PassContext passes = writing_context(prepared);
    run_passes(PassPlace::before_int8, edit, passes);
    write_methods(edit, writing, true);
    run_passes(PassPlace::behind_int8, edit, passes);
    write_methods(edit, writing, false);
    unfold(edit, prepared.folds, [&](int item) { return prepared.stays_float(item); });
    run_passes(PassPlace::end, edit, passes);
    return std::move(edit).build();
}

}  // namespace vernier
