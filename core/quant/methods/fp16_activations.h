// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/base/finding.h"
#include "core/quant/calibration/ranges.h"
#include "core/quant/edit.h"

namespace vernier {

/// A node that shall become FP16.
struct HalfNode {
    int index = -1;            ///< of its item
    bool is_explicit = false;  ///< chosen by a rule or a click: it is converted even where its values do not fit
};

/// The computed tensors that these nodes would read or write in half precision, each once: calibration watches them.
[[nodiscard]] std::vector<std::string> half_tensors(const GraphEdit& edit, std::span<const HalfNode> nodes);

/// What the activations of the calibration samples say about FP16.
struct HalfActivations {
    std::vector<std::string> reasons;  ///< by node: why it stays in FP32; empty = it becomes FP16
    std::vector<Finding> findings;     ///< one a tensor: the largest first
};

/// A node that would read or write a tensor beyond 65504, or one of which nothing but zeros would be left, stays in FP32.
/// An explicit choice is carried out even so. Findings: "fp16-overflow", "fp16-vanishes", and "fp16-underflow" for tensors
/// whose largest value is below FP16's smallest normal number (2^-14): they are converted and lose bits.
/// Infinities that the float model makes itself (masks) are no overflow: FP16 keeps them.
[[nodiscard]] HalfActivations judge_half_activations(const GraphEdit& edit, std::span<const HalfNode> nodes, const Ranges& ranges);

}  // namespace vernier
