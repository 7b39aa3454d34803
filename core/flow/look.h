// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/base/finding.h"
#include "core/base/job.h"
#include "core/model/model.h"

namespace vernier {

/// What an engineer should know before choosing methods, from the model alone: BatchNormalization that can be folded,
/// depthwise weights whose channels differ much, FP16 overflow, old opset, masked scores in front of a Softmax, taken-apart
/// LayerNormalization, a model too small to gain, one that is quantized already. One finding a subject, with counts.
/// Throws Error{cancelled}.
[[nodiscard]] std::vector<Finding> look(const Model& model, const Job& job);

/// Nodes that add (or select by) a constant of -1000 or less right in front of a Softmax: the mask of attention. In static
/// INT8 their range leaves no steps for the real scores.
[[nodiscard]] std::vector<NodeId> masked_scores(const Model& model);

/// The mean (or sum) of squares of each normalisation that is written as single operators.
[[nodiscard]] std::vector<NodeId> open_layer_norms(const Model& model);

}  // namespace vernier
