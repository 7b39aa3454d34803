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
/// The same of each Add that was chosen for a new form, where nothing becomes integer.
int residual_sum(GraphEdit& edit, PassContext& context);

/// A constant with more axes than the product that it is added to widens the sum; the runtime's fused kernels take it for a
/// plain bias and lose the axes:
///   Add(product [m,n], c [1,1,n])      =>      Unsqueeze(Add(product, c [n]), axes=[0])
/// For products that become integer, whatever the Add was chosen for: it stays an Add.
int narrow_wide_bias(GraphEdit& edit, PassContext& context);

/// One-hot rows times a constant matrix, and the steps behind that work on each row alone (bias, activation):
///   (Expand ->) Equal(x, 0..n-1) -> Cast -> MatMul(W) -> Add(b) -> Gelu ...      =>      Gather(table, clamped x)
/// The table has a row more than W, for an index outside 0..n-1, whose one-hot row is zero. Equal but for the rounding of
/// the activation. For products that were chosen to become integer or for a new form; what was
/// chosen to stay in float by a rule or a click is not taken into the table.
int one_hot_to_table(GraphEdit& edit, PassContext& context);

/// Activations that exporters take apart, in whatever way, as the operators that the runtime has kernels for:
///   x * 0.5 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3)))      =>      Gelu(x, approximate=tanh)
/// and Gelu by Erf, HardSwish, SiLU, Sigmoid and Relu. Found by what the nodes compute at many points, not by how they are written.
int name_activations(GraphEdit& edit, PassContext& context);

/// LayerNormalization over the last axis as exporters take it apart, in forms that the runtime does not know (squares by Mul, the mean of squares less
/// the square of the mean, Reciprocal, the affine form of batch normalization); found by what its nodes compute. From opset 17 on.
int use_layer_normalization(GraphEdit& edit, PassContext& context);
/// True where that would change something once the opset is raised.
[[nodiscard]] bool has_open_layer_norm(const GraphEdit& edit, const PassContext& context);

/// An activation in front of a maximum over positions, behind it, where it works on far fewer numbers:
///   max f(x)      =>      f(max x), or max(f(max x), f(min x)) of one that falls and then rises (Gelu, SiLU, HardSwish)
int activation_behind_max(GraphEdit& edit, PassContext& context);

}  // namespace vernier
