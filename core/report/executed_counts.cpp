// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/executed_counts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "core/audit/audit.h"
#include "core/measure/placement.h"

namespace vernier {
namespace {

std::vector<std::string_view> types_of(std::string_view text) {
    std::vector<std::string_view> types;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        types.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return types;
}

bool converts(std::string_view op) {
    static constexpr std::array<std::string_view, 6> kOps = {"QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear",
                                                             "Cast",           "ReorderInput",     "ReorderOutput"};
    return std::find(kOps.begin(), kOps.end(), op) != kOps.end();
}

std::uint64_t ExecutedCounts::*place_of(const ProfileEvent& event) {
    const std::vector<std::string_view> types = types_of(event.input_types);
    const auto has = [&](std::string_view type) { return std::find(types.begin(), types.end(), type) != types.end(); };
    if (converts(event.op_type)) return &ExecutedCounts::conversions;
    // As core/audit judges: data movement and MaxPool keep their names on 8-bit data.
    if (is_integer_operator(event.op_type) || (!types.empty() && (types.front() == "uint8" || types.front() == "int8"))) return &ExecutedCounts::int8;
    if (has("float16")) return &ExecutedCounts::fp16;
    return has("float") || has("double") ? &ExecutedCounts::floating : &ExecutedCounts::other;
}

}  // namespace

ExecutedCounts executed_counts(const Measurement& measurement) {
    ExecutedCounts counts;
    for (const ProfileEvent& event : measurement.profile)
        if (!is_part(event)) ++(counts.*place_of(event));
    return counts;
}

std::string text_of(const ExecutedCounts& counts) {
    std::string text;
    const auto add = [&](std::uint64_t n, std::string_view what) {
        if (n > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", n, what);
    };
    add(counts.int8, "INT8");
    add(counts.fp16, "FP16");
    add(counts.floating, "float");
    add(counts.conversions, counts.conversions == 1 ? "conversion" : "conversions");
    add(counts.other, "other");
    return text;
}

Json to_json(const ExecutedCounts& counts) {
    if (counts.all() == 0) return nullptr;
    return {{"int8", counts.int8}, {"fp16", counts.fp16}, {"float", counts.floating}, {"conversions", counts.conversions}, {"other", counts.other}};
}

}  // namespace vernier
