// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <string_view>

#include "core/model/model.h"

namespace vernier {

/// What a node of an opened model computes in, or holds its weights in, before Vernier touches it.
enum class Precision { fp32, fp16, bf16, fp64, int8_static, int8_dynamic, int8_weights, int4_weights };
inline constexpr std::array kPrecisions = {Precision::fp32,        Precision::fp16,         Precision::bf16,         Precision::fp64,
                                           Precision::int8_static, Precision::int8_dynamic, Precision::int8_weights, Precision::int4_weights};

/// FP32 for everything that is not quantized and works on no other float type.
///   int8-static   between QuantizeLinear and DequantizeLinear (QDQ), QLinear operators, and those nodes themselves
///   int8-dynamic  DynamicQuantizeLinear, MatMulInteger, ConvInteger, DynamicQuantizeMatMul, DynamicQuantizeLSTM
///   int8-weights  integer weights that DequantizeLinear, or Cast and Mul, bring back to float; MatMulNBits with 8 bits
///   int4-weights  the same with 4 bits or fewer
[[nodiscard]] Precision precision_of(const Model& model, NodeId node);

/// What a model is as a whole: the integer form that most of its integer nodes have, where these are more than a few (a tenth of
/// its nodes or of its weights); else the float type of most of its weights.
[[nodiscard]] Precision main_precision(const Model& model);

[[nodiscard]] std::string_view id(Precision precision);     ///< "int8-static"
[[nodiscard]] std::string_view title(Precision precision);  ///< "INT8 static", "INT8 weights"
[[nodiscard]] std::string_view badge(Precision precision);  ///< "S8", "W8": the badge of the method where there is one
/// True for integer forms.
[[nodiscard]] bool is_integer(Precision precision);

/// True for operators whose arithmetic or whose stored weights are integers.
[[nodiscard]] bool is_quantized_op(const Node& node);

/// True for constants and for what sub-graphs of constants compute with operators that evaluate() knows (found once).
[[nodiscard]] bool is_constant(const Model& model, ValueId value);

/// Bits of the integer codes from which a constant sub-graph makes a weight (DequantizeLinear, Cast and Mul); 0 when the value
/// is no such weight.
[[nodiscard]] int code_bits(const Model& model, ValueId value);

}  // namespace vernier
