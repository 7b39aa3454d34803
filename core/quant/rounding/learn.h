// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "core/quant/observe.h"
#include "core/quant/prepare.h"
#include "core/quant/rounding/sample_rounding.h"

namespace vernier {

/// Runs of calibration samples: most are learned from, every fourth is held out.
struct LearningRuns {
    std::vector<std::vector<std::uint64_t>> learned, held_out;  ///< indices of samples, a batch each
};
/// Of the samples that calibration uses, at most 128, spread evenly.
[[nodiscard]] LearningRuns learning_runs(const Samples& samples);

/// Runs the float model as it is prepared, and keeps the second moments of what each Conv, Gemm and MatMul reads whose weight (a constant
/// that nothing else reads) is rounded by some method. Left out are matrices of more than 4,096 columns, whose moments would take more than 256 MB.
[[nodiscard]] std::shared_ptr<SampleRounding> learn_inputs(const Prepared& prepared, const Samples& samples, const LearningRuns& runs, const Job& job);

/// Items of weight-only methods whose biases can give back what rounding takes on average.
[[nodiscard]] std::vector<int> items_with_biases(const Prepared& prepared);

/// Runs the model as it is written and keeps the means of what products with biases read there (those of static INT8, and items_with_biases),
/// from the first to the last: what those before them lose on average is given back too. Each step writes the model with all means so far.
/// Where weights are only stored in codes, in eight steps at most; else nothing where there are more than 64.
void learn_means(const std::shared_ptr<SampleRounding>& rounding, const Prepared& prepared, const Samples& samples,
                 const std::function<onnx::ModelProto()>& emit, const Job& job);

}  // namespace vernier
