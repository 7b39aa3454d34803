// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/base/finding.h"
#include "core/quant/calibration/ranges.h"
#include "core/quant/methods/static_plan.h"
#include "core/quant/recipe.h"

namespace vernier {

class SampleRounding;

/// What is written, by what was observed.
struct StaticWriting {
    const StaticPlan& plan;
    const Ranges& ranges;  ///< of every tensor of plan.observed()
    const Calibration& calibration;
    const std::vector<bool>& per_channel;  ///< weights that get a scale a channel, by item index
    const SampleRounding* rounding = nullptr;
};

/// Rewrites the planned nodes as QDQ: activations U8 asymmetric or S8 symmetric (the plan's dialect), S8 symmetric weights, int32 bias with
/// scale sx * sw. With U8, clamps vanish into the codes' ends, and HardSigmoid and HardSwish become saturating codes. Each quantized tensor keeps its name
/// behind the DequantizeLinear.
void emit_static(GraphEdit& edit, const StaticWriting& writing, std::vector<Finding>& findings);

}  // namespace vernier
