// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/time_by_kind.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <utility>

#include "core/base/timed.h"
#include "core/evidence/trial.h"
#include "core/measure/profile_trust.h"

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

void sort_by_change(std::vector<KindTime>& kinds) {
    std::stable_sort(kinds.begin(), kinds.end(), [](const KindTime& a, const KindTime& b) {
        if ((a.kind == "Other") != (b.kind == "Other")) return b.kind == "Other";
        return std::fabs(a.after - a.before) > std::fabs(b.after - b.before);
    });
}

std::string distrust_of(const Measurement& measured, double profiled_ms) {
    if (is_trusted_profile(profiled_ms, measured.latency.p50)) return {};
    return fmt::format(
        "The profile of {} cannot be trusted: a profiled run took {} and a measured one {}. The machine was busy: measure again when it is idle.",
        title_of(measured), time_text(profiled_ms), time_text(measured.latency.p50));
}

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

std::vector<KindTime> time_changes(const Measurement& before, const Measurement& after, std::size_t most) {
    std::vector<KindTime> kinds = time_by_kind(before, after, most);
    sort_by_change(kinds);
    return kinds;
}

ScaledTime scaled_time(const Measurement& before, const Measurement& after, std::size_t most) {
    constexpr double kMuch = 1.25;
    ScaledTime time{time_changes(before, after, most), false, 1, 1, {}};
    double total_before = 0, total_after = 0;
    for (const KindTime& kind : time.kinds) {
        total_before += kind.before;
        total_after += kind.after;
    }
    if (total_before <= 0 || total_after <= 0 || before.latency.p50 <= 0 || after.latency.p50 <= 0) return time;
    time.profiled_before = total_before / before.latency.p50;
    time.profiled_after = total_after / after.latency.p50;
    for (const auto& [measured, total] : {std::pair(&before, total_before), std::pair(&after, total_after)}) {
        time.distrust = distrust_of(*measured, total);
        if (time.distrust.empty()) continue;
        time.kinds.clear();
        return time;
    }
    const auto differs = [](double factor) { return factor > kMuch || factor < 1 / kMuch; };
    time.scaled = differs(time.profiled_before) || differs(time.profiled_after);
    if (!time.scaled) return time;
    for (KindTime& kind : time.kinds) {
        kind.before /= time.profiled_before;
        kind.after /= time.profiled_after;
    }
    sort_by_change(time.kinds);
    return time;
}

}  // namespace vernier
