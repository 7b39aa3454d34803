// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/base/finding.h"
#include "core/quant/calibration/ranges.h"
#include "core/quant/methods/static_plan.h"
#include "core/quant/recipe.h"

namespace vernier {

/// Rewrites the planned nodes as QDQ: U8 asymmetric activations, S8 symmetric weights (per channel where per_channel says
/// so, by item index), int32 bias with scale sx * sw. Each quantized tensor keeps its name behind the DequantizeLinear.
/// ranges holds every tensor of plan.observed().
void emit_static(GraphEdit& edit, const StaticPlan& plan, const Ranges& ranges, const Calibration& calibration, const std::vector<bool>& per_channel,
                 std::vector<Finding>& findings);

}  // namespace vernier
