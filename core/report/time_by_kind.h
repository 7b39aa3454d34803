// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/measure/measure.h"

namespace vernier {

/// Time of one kind of operator before and after, in ms a run.
struct KindTime {
    std::string kind;
    double before = 0, after = 0;
};

/// Name under which float and integer forms of an operator are counted together: Conv for FusedConv and QLinearConv, MatMul
/// for Gemm, QGemm and MatMulIntegerToFloat, "Quantize, dequantize", "Layout changes" for Transpose and reorders.
[[nodiscard]] std::string kind_of(std::string_view op_type);

/// The most expensive kinds first; what is left beyond most rows is "Other". Empty when nothing was profiled.
[[nodiscard]] std::vector<KindTime> time_by_kind(const Measurement& before, const Measurement& after, std::size_t most = 7);

}  // namespace vernier
