// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/base/finding.h"
#include "core/flow/verify.h"

namespace vernier {

/// Of an output that would be faulty, were it not that FP32 differs from itself as much (noise).
[[nodiscard]] Finding unsteady_finding(const OutputCheck& output, const OutputCheck& noise);
/// Outputs of the opened model that hold no numbers.
[[nodiscard]] std::vector<Finding> uncompared_findings(const Model& model, const Verification& seen);
/// Outputs whose shape depends on values, on samples on which it is not FP32's.
[[nodiscard]] std::vector<Finding> shape_findings(const Verification& seen);

}  // namespace vernier
