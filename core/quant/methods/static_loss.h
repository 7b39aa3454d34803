// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/quant/calibration/ranges.h"
#include "core/quant/edit.h"
#include "core/quant/methods/static_plan.h"
#include "core/quant/recipe.h"

namespace vernier {

/// Why small numbers are lost beside large ones.
enum class LossCause { far_apart, cancelling_sums, logarithm };

/// A place at which one scale of INT8 holds numbers of very different size, so that the small ones are lost.
struct StaticLoss {
    std::string tensor;      ///< that gets the scale
    int item = -1;           ///< whose operands share it, or that reads it; -1 = nobody in INT8
    double db = 0;           ///< what is left of the numbers that are lost: their power to that of the rounding
    std::string what;        ///< ranges and figures, for a person
    std::vector<int> items;  ///< all that must run in float for them to be kept: what makes the tensor, moves and reads it
    LossCause cause = LossCause::far_apart;
};

/// Judges a plan by what calibration saw:
///   - Concat: an operand that is lost in the scale of the result; Add with a constant: the other operand, or the constant's codes
///   - Conv, MatMul, Gemm: what their products take from the channels of their input at its scale, by the power of weights and
///     channels; once for all channels, and once for those that are far below the one that sets the range
///   - the same nodes: what is left of the median run, where few samples set the range
///   - the same nodes: sums that are far smaller than their terms, as in a Fourier transform of sound
///   - the same nodes in front of a Log: values that are small beside the step of what they read or make
///   - Conv: channels of its output, where it is not read by a heavy node in INT8
///   - Split, Slice and the like: a part that is lost in the scale of the whole
[[nodiscard]] std::vector<StaticLoss> static_losses(const GraphEdit& edit, const StaticPlan& plan, const Ranges& ranges, const Calibration& calibration);

/// What INT8 adds to the outputs of each item, as a part of their power: rounding of its input and weight (one step an output with
/// per_channel, by item), and of what it writes. An estimate that ranks items; errors that clamps or later nodes undo count too.
[[nodiscard]] std::vector<double> static_noise(const GraphEdit& edit, const StaticPlan& plan, const Ranges& ranges, const Calibration& calibration,
                                               const std::vector<bool>& per_channel);

/// Range of the tensor that decides a scale, within the bounds of a clamp that vanished into it.
[[nodiscard]] Range range_of_key(const StaticPlan& plan, const Ranges& ranges, const Calibration& calibration, const std::string& key);

}  // namespace vernier
