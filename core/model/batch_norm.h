// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

#include "core/model/model.h"
#include "core/model/weights.h"

namespace vernier {

/// The BatchNormalization that alone reads a node's first output; nullptr when there is none.
[[nodiscard]] const Node* batch_norm_after(const Model& model, const Node& node);

/// Factor of each channel when a BatchNormalization is folded into what stands before it: scale / sqrt(variance + epsilon).
/// Empty when its parameters are no constants, or the division cannot be done.
[[nodiscard]] std::vector<float> fold_factors(const Model& model, const Node& norm);

/// The main weight of a Conv or ConvTranspose with the BatchNormalization behind it folded in, as INT8 static and FP16 write
/// it. Empty when nothing is folded.
[[nodiscard]] std::vector<float> folded_weight(const Model& model, const Node& node, const Weight& weight);

}  // namespace vernier
