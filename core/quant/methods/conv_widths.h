// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/quant/edit.h"
#include "core/quant/methods/static_plan.h"

namespace vernier {

/// Widths that the CPU's integer convolution kernels (U8S8) run fast, reached with zeros: the results are the same, bit for bit.
/// Both change constants and attributes only; no node is added. Each returns how many places it changed.

/// Depthwise convolutions take 16 channels at a time and finish the rest one by one: 24 channels need 1.4 to 1.8 times the time
/// of 32, 72 that of 80 up to 2.1 times. Where all that shares the channels can be widened (the convolutions before and
/// behind, element-wise nodes, pools, squeeze-and-excitation), the channels grow to the next multiple of 16.
int pad_depthwise_channels(GraphEdit& edit, const StaticPlan& plan);

/// Grouped convolutions with few channels a group are slower in INT8 than in float: groups are merged with blocks of zeros
/// to 32 channels each (128 channels in 32 groups: about a third of the time). Left where the zeros would be more than a
/// tenth of the model's integer weights, 2.5 % of its size in FP32.
int merge_conv_groups(GraphEdit& edit, const StaticPlan& plan);

/// A copy of values, of shape dims, with one axis grown to `wider`: zeros behind what was there.
[[nodiscard]] std::vector<float> grown(const std::vector<float>& values, const std::vector<std::int64_t>& dims, std::size_t axis, std::int64_t wider);

}  // namespace vernier
