// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>

#include "core/quant/passes/passes.h"

namespace vernier {
namespace {

// The order matters: the bias before BatchNormalization, which scales it. Constant sub-graphs are folded before (folds.h).
constexpr std::array kStaticPasses = {
    PassRow{"fold-conv-bias", &fold_conv_bias},
    PassRow{"fold-batch-norm", &fold_batch_norm},
    PassRow{"fold-gemm-scales", &fold_gemm_scales},
    PassRow{"use-global-average-pool", &use_global_average_pool},
    PassRow{"use-hard-sigmoid", &use_hard_sigmoid},
};

}  // namespace

void run_static_passes(GraphEdit& edit, PassContext& context) {
    for (const PassRow& pass : kStaticPasses) pass.run(edit, context);
}

}  // namespace vernier
