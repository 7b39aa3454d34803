// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/job.h"
#include "core/flow/check_file.h"
#include "core/layers/saturated_products.h"

namespace vernier {

/// A kind of CPU, by what its integer products do.
enum class CpuKind : std::uint8_t {
    avx2,  ///< x86 without VNNI: pairs of products are summed in 16 bits (AVX-512 without VNNI too)
    vnni,  ///< sums in 32 bits
    arm    ///< likewise
};
/// Nothing for a name that is none.
[[nodiscard]] std::optional<CpuKind> cpu_kind_named(std::string_view name);
[[nodiscard]] std::string_view name(CpuKind kind);

/// Answers of a file held against those of FP32.
struct PredictedAnswers {
    double sqnr_db = 0;                    ///< of the output with the scores
    std::optional<double> agreement = {};  ///< percent of samples with FP32's answer, where the output is [N, classes]
    std::optional<double> top1 = {};       ///< percent, where there are labels
};

/// What a file answers on a kind of CPU.
struct Prediction {
    CpuKind cpu = CpuKind::avx2;
    std::uint64_t samples = 0;
    std::string output = {};
    std::optional<double> fp32_top1 = {};
    PredictedAnswers exact = {};  ///< with sums that clip nothing
    PredictedAnswers there = {};
    std::vector<SaturatedNode> nodes = {};  ///< of those that can clip, the largest share first; empty where nothing clips
    std::vector<NodeId> unknown = {};       ///< products of a form that is not emulated
};

/// Runs FP32 and the file, emulated, on samples of the validation split. The integer graph runs in float arithmetic of its codes, which gives
/// the integer kernels' results but for rounding in the last place of a sum. Throws Error{bad_model, bad_data, cancelled}.
[[nodiscard]] Prediction predict(const RuntimePtr& runtime, const CheckedModels& models, CpuKind cpu, std::uint64_t samples, const Job& job);

/// {"cpu", "samples", "output", "fp32_top1", "exact", "there", "nodes": [{"node", "id", "share", "touched"}], "unknown"}.
[[nodiscard]] Json to_json(const Prediction& prediction, const Model& file);

}  // namespace vernier
