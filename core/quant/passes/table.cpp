// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>

#include "core/quant/methods/body_borders.h"
#include "core/quant/methods/conv_widths.h"
#include "core/quant/methods/float_guard.h"
#include "core/quant/methods/share_constants.h"
#include "core/quant/passes/passes.h"
#include "core/quant/passes/sequence.h"

namespace vernier {
namespace {

bool any(const std::vector<bool>& flags) { return std::find(flags.begin(), flags.end(), true) != flags.end(); }

bool for_static(const PassContext& context) { return any(context.wants_static); }
bool for_batch_norm(const PassContext& context) { return any(context.wants_static) || any(context.folds_batch_norm) || any(context.wants_fp16); }
bool for_integer(const PassContext& context) { return any(context.wants_integer); }
bool for_form(const PassContext& context) { return any(context.new_form); }
bool for_integer_or_form(const PassContext& context) { return for_integer(context) || for_form(context); }
bool always(const PassContext&) { return true; }

constexpr auto kBeforePlan = PassPlace::before_plan, kBeforeInt8 = PassPlace::before_int8, kBehindInt8 = PassPlace::behind_int8, kEnd = PassPlace::end;

/// All rewritings, in the order in which they run. Constant sub-graphs are folded before all of them (folds.h): the rows read constants.
constexpr std::array kPasses = {
    // The bias first: BatchNormalization scales it. Both before all that looks at weights.
    PassRow{"fold-conv-bias", kBeforePlan, for_static, fold_conv_bias},
    PassRow{"fold-batch-norm", kBeforePlan, for_batch_norm, fold_batch_norm},
    PassRow{"fold-gemm-scales", kBeforePlan, for_static, fold_gemm_scales},
    // Names for what exporters take apart: the plan of static INT8 knows kernels by operator.
    PassRow{"use-global-average-pool", kBeforePlan, for_static, use_global_average_pool},
    PassRow{"use-hard-sigmoid", kBeforePlan, for_static, use_hard_sigmoid},
    // A table takes the bias and the activation behind its product, so before a bias is made narrower for products that stay.
    PassRow{"one-hot-to-table", kBeforePlan, for_integer_or_form, one_hot_to_table},
    // Behind a maximum while an activation is taken apart still: Gelu of the runtime's own is not evaluated.
    PassRow{"activation-behind-max", kBeforePlan, for_form, activation_behind_max},
    PassRow{"name-activations", kBeforePlan, for_form, name_activations},
    PassRow{"use-layer-normalization", kBeforePlan, for_form, use_layer_normalization},
    PassRow{"residual-sum", kBeforePlan, for_form, residual_sum},
    PassRow{"narrow-wide-bias", kBeforePlan, for_integer, narrow_wide_bias},
    // Widths while weights are float still. Merged groups are no longer depthwise, which padding would look at.
    PassRow{"merge-conv-groups", kBeforeInt8, always, [](GraphEdit& edit, PassContext& context) { return merge_conv_groups(edit, *context.plan); }},
    PassRow{"pad-depthwise-channels", kBeforeInt8, always, [](GraphEdit& edit, PassContext& context) { return pad_depthwise_channels(edit, *context.plan); }},
    // Behind the integer nodes, which read an Add as such; before FP16, which puts Casts between Add and LayerNormalization.
    PassRow{"sum-before-layer-norm", kBehindInt8, for_integer, [](GraphEdit& edit, PassContext&) { return sum_before_layer_norm(edit); }},
    // When all methods have written: equal constants are those of both, and the guards look at the pairs that are there at last.
    PassRow{"share-equal-constants", kEnd, always, [](GraphEdit& edit, PassContext&) { return share_equal_constants(edit); }},
    PassRow{"repeat-dequantize-in-bodies", kEnd, always, [](GraphEdit& edit, PassContext&) { return repeat_dequantize_in_bodies(edit); }},
    PassRow{"guard-float-nodes", kEnd, always, [](GraphEdit& edit, PassContext&) { return guard_float_nodes(edit); }},
};

}  // namespace

std::span<const PassRow> passes() { return kPasses; }

std::vector<std::string> pass_names() {
    std::vector<std::string> names;
    for (const PassRow& pass : kPasses) names.emplace_back(pass.name);
    return names;
}

void run_passes(PassPlace place, GraphEdit& edit, PassContext& context) {
    for (const PassRow& pass : kPasses) {
        const bool skipped = std::find(context.skip.begin(), context.skip.end(), pass.name) != context.skip.end();
        if (pass.place == place && !skipped && pass.needed(context)) pass.run(edit, context);
    }
}

}  // namespace vernier
