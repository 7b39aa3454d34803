// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/job.h"
#include "core/data/dataset.h"
#include "core/model/model.h"
#include "core/quant/calibration/ranges.h"
#include "core/quant/plan.h"
#include "core/quant/recipe.h"
#include "core/runtime/runtime.h"

namespace vernier {

struct QuantizeOptions {
    int threads = 0;             ///< for calibration; 0 = all processors
    bool time_prefix = true;     ///< time float prefixes and keep what is fastest (rule R21); false = decide by the prior only
};

struct Quantized {
    std::shared_ptr<onnx::ModelProto> proto;
    Plan plan;                   ///< as carried out: applied and why are final
    std::vector<Finding> findings;
    Ranges ranges;
    double calibrate_seconds = 0;
    double quantize_seconds = 0;
};

/// The whole way: prepare, plan, calibrate (only when a node needs it), apply, verify that the runtime loads it and that
/// FP32 nodes run in float. dataset may be null when nothing needs calibration.
/// Throws Error{usage} when calibration data are needed and there are none.
[[nodiscard]] Quantized quantize(const RuntimePtr& runtime, const ModelPtr& model, const Recipe& recipe,
                                 const DatasetPtr& dataset, const QuantizeOptions& options, const Job& job);

}  // namespace vernier
