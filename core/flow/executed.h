// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/audit/audit.h"
#include "core/base/finding.h"
#include "core/quant/plan.h"

namespace vernier {

/// Findings where what the runtime executes is not what the plan says: "float-node-quantized" (serious) for a node that the
/// plan leaves in FP32 and the runtime quantizes by itself, "int8-runs-in-float" (warning) for nodes that were quantized
/// and that the runtime takes back to float. Pure.
[[nodiscard]] std::vector<Finding> differences(const Audit& audit, const Model& source, const Plan& plan);

/// Nodes that the plan makes INT8 static and that the runtime runs in float.
[[nodiscard]] std::vector<NodeId> unexecuted(const Audit& audit, const Model& source, const Plan& plan);

}  // namespace vernier
