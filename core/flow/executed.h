// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/audit/audit.h"
#include "core/base/finding.h"
#include "core/base/json.h"
#include "core/quant/plan.h"

namespace vernier {

/// What the runtime executes for one node of the opened model, in the file that was written of it.
struct Executed {
    enum class As : std::uint8_t {
        unknown,  ///< not looked at, or not to be told (Constant, QuantizeLinear, DequantizeLinear)
        int8,
        fp16,
        floating,  ///< FP32; integers of shapes too
        fused      ///< no operator of its own: merged into that of another node, computed before the first run, or not needed
    };
    As as = As::unknown;
    std::string op;   ///< operator that runs: "QLinearConv"; of a fused node the one that it is merged into, where that is known
    std::string why;  ///< why it runs in another precision than the one that was applied; empty where it does not
    bool operator==(const Executed&) const = default;
};
/// "int8", "fp16", "float", "fused"; "" of unknown.
[[nodiscard]] std::string_view name(Executed::As as);

/// By NodeId of the source; empty when the audit is.
[[nodiscard]] std::vector<Executed> executed_nodes(const Audit& audit, const Model& source, const Plan& plan);

/// {"as", "op", "why"} without what is empty.
[[nodiscard]] Json to_json(const Executed& executed);
[[nodiscard]] Executed executed_from_json(const Json& json);

/// Findings where what the runtime executes is not what the plan says: "float-node-quantized" (serious) for a node that the
/// plan leaves in FP32 and the runtime quantizes by itself, "int8-runs-in-float" (warning) for nodes that were quantized
/// and that the runtime takes back to float. Pure.
[[nodiscard]] std::vector<Finding> differences(const Audit& audit, const Model& source, const Plan& plan);

/// Nodes of a method that only computes so where the runtime fuses it (INT8 static), and that the runtime runs in float.
[[nodiscard]] std::vector<NodeId> unexecuted(const Audit& audit, const Model& source, const Plan& plan);

}  // namespace vernier
