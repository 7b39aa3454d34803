// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/edit.h"

namespace vernier {

/// The runtime makes an integer kernel of DequantizeLinear, node and QuantizeLinear of one graph. Where nodes of several graphs
/// (the main one and bodies) read one DequantizeLinear that we added, each graph gets its own:
///   x -> DQ -> {Conv, body: Conv}      =>      x -> DQ -> Conv,  body: x -> DQ' -> Conv
/// Returns how many it added.
int repeat_dequantize_in_bodies(GraphEdit& edit);

}  // namespace vernier
