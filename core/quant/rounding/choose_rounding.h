// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>

#include <onnx/onnx_pb.h>

#include "core/quant/observe.h"
#include "core/quant/prepare.h"

namespace vernier {

/// Who writes a prepared model, and what it is held against.
struct RoundingRun {
    const Samples& samples;
    std::shared_ptr<const onnx::ModelProto> fp32;
    std::function<onnx::ModelProto(const Prepared& prepared)> emit;
    bool by_samples = true;  ///< codes too; else only whether biases give back what rounding takes
};

/// Chooses how weights are rounded by samples (Prepared::rounding): codes that make up for each other's errors, also with biases that give back the
/// means measured in the quantized model. Each is held against nearest codes on the samples that were held out,
/// and the one that keeps most is taken; nearest codes stay where none gains by every score of every output. The finding "weights-rounded"
/// says what was taken, or why nothing was tried: under 16 samples, or no samples at all.
/// Biases of weight-only methods stay as they are where giving back what nearest codes take on average lowers any score ("biases-kept").
void choose_rounding(Prepared& prepared, const RoundingRun& run, const Job& job);

}  // namespace vernier
