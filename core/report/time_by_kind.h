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

/// The same, the biggest change first; what is counted as "Other" stands last.
[[nodiscard]] std::vector<KindTime> time_changes(const Measurement& before, const Measurement& after, std::size_t most = 7);

/// Profiled time as shares of the measured latency, where the two differ by more than a quarter: profiling slows small operators, and
/// other work may have run meanwhile. profiled is how many times as long the profiled runs took. Where that is so many times that the
/// profile cannot be trusted (core/measure/profile_trust.h), distrust says so, and there are no kinds.
struct ScaledTime {
    std::vector<KindTime> kinds;
    bool scaled = false;
    double profiled_before = 1, profiled_after = 1;
    std::string distrust;
};
[[nodiscard]] ScaledTime scaled_time(const Measurement& before, const Measurement& after, std::size_t most = 7);

}  // namespace vernier
