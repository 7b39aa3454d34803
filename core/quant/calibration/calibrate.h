// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "core/base/job.h"
#include "core/data/dataset.h"
#include "core/quant/calibration/ranges.h"
#include "core/runtime/runtime.h"

namespace vernier {

/// What to keep of a tensor besides its range: the mean of each channel along an axis, or nothing more.
using Watched = std::map<std::string, std::optional<int>>;

/// A float model, what it runs on, and the samples that it sees.
struct CalibrationRun {
    RuntimePtr runtime;
    Target target;
    std::shared_ptr<const onnx::ModelProto> model;
    const Dataset& dataset;
    std::uint64_t samples = 0;  ///< of the calibration split; 0 = all of it
    int at_once = 0;            ///< samples that run at the same time; 0 = one a processor
};

/// Runs the samples once through the model and keeps statistics of the named tensors. Memory does not grow with the number of
/// samples. A tensor that shows NaN or infinity only has a count of 0. Throws Error{bad_data} when the split is empty.
[[nodiscard]] Ranges calibrate(const CalibrationRun& run, const Watched& tensors, const Job& job);

}  // namespace vernier
