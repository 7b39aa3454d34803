// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/base/finding.h"
#include "core/quant/edit.h"

namespace vernier {

/// FP16: weights and activations in half precision, inputs and outputs of the model as they were. One Cast a tensor and
/// direction where a half region meets a float one, none inside a region; each weight is converted once.

/// For each item index: empty when the node can become FP16, else why it stays in FP32: its op does not allow half
/// precision at this opset or must not have it, whole numbers or angles flow through it (fp16_exact.h), a constant lies outside FP16's range (|x| of 65520 and
/// more would become infinity) or vanishes in it, or it works on what such a node makes. Nothing is ever clamped.
[[nodiscard]] std::vector<std::string> why_not_fp16(const GraphEdit& edit, std::span<const int> nodes);

/// Turns nodes for which why_not_fp16 said nothing into FP16.
void emit_fp16(GraphEdit& edit, std::span<const int> nodes);

/// What a user should know: "fp16-overflow" and "fp16-vanishes" for each constant that keeps nodes in FP32, "fp16-range"
/// with the number of weights that become zero or lose bits. reasons are those of why_not_fp16; call before emit_fp16.
[[nodiscard]] std::vector<Finding> fp16_findings(const GraphEdit& edit, std::span<const int> nodes, std::span<const std::string> reasons);

}  // namespace vernier
