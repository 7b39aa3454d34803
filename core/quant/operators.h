// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/quant/edit.h"

namespace vernier {

/// How an operator runs in INT8 on the pinned runtime (measured fusion table).
enum class Kernel {
    none,          ///< no integer kernel: stays float
    conv,          ///< constant S8 weight [Cout, ...], axis 0; the output must be quantized
    matmul,        ///< constant 2-D S8 weight, axis 1; the output may stay float
    gemm,          ///< the same with transB and a bias; alpha = beta = 1
    binary,        ///< Add, Mul: every operand and the output quantized, constants too
    unary,         ///< table or pool with an output scale of its own
    fixed_unit,    ///< Sigmoid: output scale 1/256, zero point 0
    hard_sigmoid,  ///< written as x + 0 with saturating codes: no kernel of its own, output scale 1/255, zero point 0
    hard_swish,    ///< x * HardSigmoid(x, 1/6, 1/2), the latter as above
    same_scale,    ///< moves data: output scale and zero point bit for bit those of the input
    concat,        ///< every operand quantized, output with a scale of its own
    clamp,         ///< Relu, Clip: vanishes into the quantized output of the node before it
};

/// What the table says of a node: its kernel, or why there is none.
struct KernelChoice {
    Kernel kernel = Kernel::none;
    std::string why;  ///< for none: one sentence for a person
};

/// Looks a node up and checks its conditions (constant weights, alpha and beta, ranks, opset).
[[nodiscard]] KernelChoice int8_kernel(const GraphEdit& edit, const onnx::NodeProto& node);

[[nodiscard]] constexpr bool is_heavy(Kernel kernel) { return kernel == Kernel::conv || kernel == Kernel::matmul || kernel == Kernel::gemm; }

/// How HardSigmoid's straight part maps to codes of [0, 1]: max(0, min(1, alpha x + beta)) = code / 255 with
/// code = clamp(x / scale + zero_point) for scale = 1 / (255 alpha), zero_point = 255 beta.
struct Saturation {
    float scale = 0;  ///< 0: it does not saturate so
    std::uint8_t zero_point = 0;
};
[[nodiscard]] Saturation saturation_of(const onnx::NodeProto& node);

/// Bounds of a Relu or Clip; infinite where open. False when a bound is computed.
[[nodiscard]] bool clamp_bounds(const GraphEdit& edit, const onnx::NodeProto& node, float& lo, float& hi);

/// True for a constant of this shape that adds one number to each of `columns` (or one number to all), whatever the rows: its
/// axes but the last are 1. How many numbers it holds says nothing: [M,1] with M equal to N is one a row.
[[nodiscard]] bool is_row(const std::vector<std::int64_t>& dims, std::int64_t columns);

enum class ConstantUse { multiplies, adds };
/// Why a float constant cannot be had in INT8, whatever its shape ("holds NaN or infinity"); empty when it can.
[[nodiscard]] std::string odd_constant(const GraphEdit& edit, const std::string& name, ConstantUse use);

/// Inputs of a node that carry activations for its kernel (constants left out).
[[nodiscard]] std::vector<std::string> activation_inputs(const GraphEdit& edit, const onnx::NodeProto& node, Kernel kernel);

}  // namespace vernier
