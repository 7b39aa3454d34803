// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/edit.h"

namespace vernier {

/// Keeps float nodes in float: the runtime quantizes the constant weights of a float Conv, ConvTranspose or Gemm that
/// stands between DequantizeLinear and QuantizeLinear by itself, one scale a tensor. A LeakyRelu with slope 1, which is
/// exact and fuses into a float Conv, behind the node stops it. Returns how many nodes it guarded.
int guard_float_nodes(GraphEdit& edit);

}  // namespace vernier
