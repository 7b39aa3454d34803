// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/time_by_kind.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace vernier {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 20> kKinds = {{
    {"FusedConv", "Conv"},
    {"ConvInteger", "Conv"},
    {"Gemm", "MatMul"},
    {"QGemm", "MatMul"},
    {"FusedGemm", "MatMul"},
    {"FusedMatMul", "MatMul"},
    {"MatMulInteger", "MatMul"},
    {"MatMulIntegerToFloat", "MatMul"},
    {"DynamicQuantizeMatMul", "MatMul"},
    {"MatMulNBits", "MatMul"},
    {"DynamicQuantizeLSTM", "LSTM"},
    {"QuantizeLinear", "Quantize, dequantize"},
    {"DequantizeLinear", "Quantize, dequantize"},
    {"DynamicQuantizeLinear", "Quantize, dequantize"},
    {"Transpose", "Layout changes"},
    {"ReorderInput", "Layout changes"},
    {"ReorderOutput", "Layout changes"},
    {"Reshape", "Layout changes"},
    {"QuickGelu", "SiLU"},
    {"SkipLayerNormalization", "LayerNormalization"},
}};

}  // namespace

std::string kind_of(std::string_view op_type) {
    if (op_type.rfind("QLinear", 0) == 0) op_type.remove_prefix(7);
    for (const auto& [op, kind] : kKinds)
        if (op == op_type) return std::string(kind);
    return std::string(op_type);
}

std::vector<KindTime> time_by_kind(const Measurement& before, const Measurement& after, std::size_t most) {
    if (before.profile.empty() || after.profile.empty()) return {};
    std::map<std::string, KindTime> kinds;
    for (const ProfileEvent& event : before.profile) kinds[kind_of(event.op_type)].before += event.microseconds / 1000;
    for (const ProfileEvent& event : after.profile) kinds[kind_of(event.op_type)].after += event.microseconds / 1000;
    std::vector<KindTime> rows;
    for (auto& [kind, time] : kinds) rows.push_back({kind, time.before, time.after});
    std::stable_sort(rows.begin(), rows.end(), [](const KindTime& a, const KindTime& b) { return std::max(a.before, a.after) > std::max(b.before, b.after); });
    if (rows.size() <= most) return rows;
    KindTime other{"Other", 0, 0};
    for (std::size_t i = most - 1; i < rows.size(); ++i) {
        other.before += rows[i].before;
        other.after += rows[i].after;
    }
    rows.resize(most - 1);
    rows.push_back(other);
    return rows;
}

}  // namespace vernier
