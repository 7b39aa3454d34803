// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/edit.h"

namespace vernier {

/// Residual Add in front of a LayerNormalization, or of the ReduceMean and Sub that begin a taken-apart one, as Sum:
///   Add(x, y) -> LayerNormalization      =>      Sum(x, y) -> LayerNormalization
/// The same bits, but the runtime no longer forms SkipLayerNormalization, whose CPU kernel takes five times as long. To
/// be run when products become integer. Returns how many it changed.
int sum_before_layer_norm(GraphEdit& edit);

}  // namespace vernier
