// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/edit.h"
#include "core/quant/passes/passes.h"

namespace vernier {

/// Residual Add in front of a LayerNormalization, or of the ReduceMean and Sub that begin a taken-apart one, as Sum:
///   Add(x, y) -> LayerNormalization      =>      Sum(x, y) -> LayerNormalization
/// The same bits, but the runtime no longer forms SkipLayerNormalization, whose CPU kernel takes five times as long. To
/// be run when products become integer. Returns how many it changed.
int sum_before_layer_norm(GraphEdit& edit);

/// A constant with more axes than the product that it is added to widens the sum; the runtime's fused kernels take it for a
/// plain bias and lose the axes:
///   Add(product [m,n], c [1,1,n])      =>      Unsqueeze(Add(product, c [n]), axes=[0])
/// For products that become integer, whatever the Add was chosen for: it stays an Add.
int narrow_wide_bias(GraphEdit& edit, PassContext& context);

/// One-hot rows times a constant matrix, and the steps behind that work on each row alone (bias, activation):
///   (Expand ->) Equal(x, 0..n-1) -> Cast -> MatMul(W) -> Add(b) -> Gelu ...      =>      Gather(table, clamped x)
/// The table has a row more than W, for an index outside 0..n-1, whose one-hot row is zero. Equal but for the rounding of
/// the activation. For products that were chosen to become integer; what was
/// chosen to stay in float by a rule or a click is not taken into the table.
int one_hot_to_table(GraphEdit& edit, PassContext& context);

}  // namespace vernier
