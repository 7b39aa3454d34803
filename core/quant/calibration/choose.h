// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <onnx/onnx_pb.h>

#include "core/base/finding.h"
#include "core/base/job.h"
#include "core/data/dataset.h"
#include "core/quant/calibration/output_scores.h"
#include "core/quant/recipe.h"
#include "core/runtime/runtime.h"

namespace vernier {

/// A way to ranges that was tried.
struct RangeTrial {
    std::string title;  ///< "MSE, clipping counted 4 times"
    Calibration calibration;
    OutputScores scores = {};  ///< by output; empty where the model could not be run with it
    std::size_t draws = 1;     ///< scores are the mean of so many trials: those that may win are tried again with ranges a little wider
    double gain = 0;           ///< dB, over the one that stands without a trial: the least of all scores
};

struct RangeChoice {
    Calibration calibration;             ///< the one to quantize with; no longer one that tries others
    std::vector<RangeTrial> trials;      ///< the one that stands without a trial first; empty: nothing could be run
    std::size_t taken = 0, samples = 0;  ///< index of the trial; how many samples each was run on
    std::string why_not = {};            ///< why nothing was run
};

/// Whom to ask.
struct RangeRun {
    RuntimePtr runtime;
    Target target;
    const Dataset& dataset;
    Calibration calibration;  ///< of the recipe: which samples there are
    int at_once = 0;          ///< runs at the same time; 0 = one a processor
    std::shared_ptr<const onnx::ModelProto> fp32;
};
/// Called from several threads at the same time.
using EmitRanges = std::function<std::shared_ptr<const onnx::ModelProto>(const Calibration& calibration)>;

/// One way to ranges for the whole model: each is quantized with and run on up to 32 calibration samples, those that may win twice more with
/// ranges up to 2 % wider (where codes fall by chance moves a score by up to 3 dB), and the one that stands without a trial is left only where another gains
/// half a decibel by every score of every output (measured over 13 networks: errors of all values together, and choices by tensor, are worse than no choice).
/// Under 16 samples nothing is run.
[[nodiscard]] RangeChoice choose_ranges(const RangeRun& run, const EmitRanges& emit, const Job& job);

/// "Ranges by percentile 99.999, ...": what was taken, of what, on how many samples.
[[nodiscard]] Finding finding_of(const RangeChoice& choice);
[[nodiscard]] Json to_json(const RangeChoice& choice);

}  // namespace vernier
