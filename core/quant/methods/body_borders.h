// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/edit.h"

namespace vernier {

/// The runtime makes an integer kernel of DequantizeLinear, node and QuantizeLinear of one graph. Where nodes of several graphs
/// (the main one and bodies) read one DequantizeLinear that we added, each graph gets its own:
///   x -> DQ -> {Conv, body: Conv}      =>      x -> DQ -> Conv,  body: x -> DQ' -> Conv
/// A product in float whose weight is stored in codes (weight-only INT8) also gets codes in its own graph: the runtime fuses the two,
/// and refuses the model where the codes lie in a graph around it. Returns how many nodes it added.
int repeat_dequantize_in_bodies(GraphEdit& edit);

}  // namespace vernier
