// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <set>
#include <span>

#include "core/quant/edit.h"

namespace vernier {

/// Models in half, bfloat16 or double: the integer kernels, and FP16's conversion, start from FP32. Nodes that were chosen and
/// compute in another float type are written for FP32, with a Cast where they meet what stays:
///   x (half) -> MatMul(W half) -> y (half)      =>      x -> Cast -> MatMul(Cast(W)) -> Cast -> y
/// Casts of constants are folded afterwards (see folds.h). Inputs and outputs of the model keep their types.
/// Returns the items that compute in FP32 now.
std::set<int> widen(GraphEdit& edit, std::span<const int> items);

/// True when the node reads or makes a tensor of half, bfloat16 or double.
[[nodiscard]] bool computes_in_other_float(const GraphEdit& edit, const onnx::NodeProto& node);

}  // namespace vernier
