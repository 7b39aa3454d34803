// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/finding.h"
#include "core/quant/edit.h"

namespace vernier {

/// INT8 dynamic: the weights are stored as S8 (symmetric), the activations are quantized to U8 while the model runs, by
/// their range of that very run. No calibration.

/// The standard domain's opset that the emitted nodes need (DynamicQuantizeLinear); from here on they fuse.
inline constexpr std::int64_t kDynamicOpset = 11;

/// A node of the edited graph that was chosen to become INT8 dynamic.
struct DynamicNode {
    int index = -1;                ///< item of the GraphEdit
    bool per_channel = true;       ///< one weight scale a column (MatMul, Gemm), output channel (Conv)
    bool explicit_choice = false;  ///< by a rule or a click, not by the default method
};

/// True for ops that have a dynamic form at all, so that "why not" is worth saying.
[[nodiscard]] bool has_dynamic_form(std::string_view op_type);

/// For each node: empty when it can become INT8 dynamic and should, else why it stays in float. A node chosen explicitly
/// stays only when it cannot be done; by default also stay: every Conv (known to lose), tables shared with float readers,
/// and products measured to lose at their size, as long as they hold no more than 2 % of the model's weights.
[[nodiscard]] std::vector<std::string> why_not_dynamic(const GraphEdit& edit, std::span<const DynamicNode> nodes);

/// Rewrites nodes for which why_not_dynamic said nothing. The node itself is changed in place (keeps index, name, origin).
///   MatMul, Gemm   => DynamicQuantizeLinear (one for all that read the tensor), MatMulInteger, Cast, Mul (, Add)
///   LSTM           => com.microsoft DynamicQuantizeLSTM, one scale a direction
///   Gather(table)  => Gather(S8 table), DequantizeLinear
///   Conv           => DynamicQuantizeLinear, ConvInteger, Cast, Mul (, Add)
void emit_dynamic(GraphEdit& edit, std::span<const DynamicNode> nodes);

/// What a user should know about a whole model whose nodes were chosen so: "dynamic-conv", "dynamic-gru",
/// "dynamic-small". reasons are those of why_not_dynamic.
[[nodiscard]] std::vector<Finding> dynamic_findings(const GraphEdit& edit, std::span<const DynamicNode> nodes, std::span<const std::string> reasons);

/// Time of an INT8 dynamic product (quantize, multiply, bias) against float for A [m,k] times B [k,n], from measurements
/// on one thread of a CPU with VNNI; below 1 is faster.
[[nodiscard]] double dynamic_time_ratio(std::int64_t m, std::int64_t k, std::int64_t n);

}  // namespace vernier
