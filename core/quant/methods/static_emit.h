// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/base/finding.h"
#include "core/quant/calibration/ranges.h"
#include "core/quant/methods/static_plan.h"

namespace vernier {

/// Rewrites the planned nodes as QDQ: U8 asymmetric activations, S8 symmetric weights (per channel where per_channel says
/// so, by item index), int32 bias with scale sx * sw. Each quantized tensor keeps its name behind the DequantizeLinear.
/// ranges holds every tensor of plan.observed().
void emit_static(GraphEdit& edit, const StaticPlan& plan, const Ranges& ranges, const Calibration& calibration,
                 const std::vector<bool>& per_channel, std::vector<Finding>& findings);

/// Keeps float nodes in float: the runtime quantizes the constant weights of a float Conv, ConvTranspose or Gemm that
/// stands between DequantizeLinear and QuantizeLinear by itself, one scale a tensor. A LeakyRelu with slope 1, which is
/// exact and fuses into a float Conv, behind the node stops it. Returns how many nodes it guarded.
int guard_float_nodes(GraphEdit& edit);

}  // namespace vernier
