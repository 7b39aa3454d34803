// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <string>

#include "core/base/job.h"
#include "core/data/dataset.h"
#include "core/quant/calibration/ranges.h"
#include "core/quant/recipe.h"
#include "core/runtime/runtime.h"

namespace vernier {

/// What to keep of a tensor besides its range: the mean of each channel along an axis, or nothing more.
using Watched = std::map<std::string, std::optional<int>>;

/// Runs the calibration split once through the float model and keeps statistics of the named tensors. Memory does not grow
/// with the number of samples. threads samples run at once, each on one thread of the runtime (0 = all processors).
/// A tensor that shows NaN or infinity only has a count of 0. Throws Error{bad_data} when the split is empty.
[[nodiscard]] Ranges calibrate(const RuntimePtr& runtime, std::shared_ptr<const onnx::ModelProto> model, const Watched& tensors,
                               const Dataset& dataset, const Calibration& calibration, int threads, const Job& job);

}  // namespace vernier
