// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "core/base/number_text.h"
#include "core/quant/methods/dynamic.h"
#include "core/quant/methods/dynamic_weights.h"

namespace vernier {
namespace {

constexpr std::string_view kNoForm = "INT8 dynamic does not support ";
/// Share of the model's weights that may stay in float because their products lose time.
constexpr double kFloatShare = 0.02;
/// A symbolic axis other than the batch (first) stands for this many rows: a short text.
constexpr std::int64_t kSymbolicRows = 64;

bool present(const onnx::NodeProto& node, int slot) { return slot < node.input_size() && !node.input(slot).empty(); }

bool is_float(const GraphEdit& edit, const std::string& name) {
    const ElementType element = edit.type(name).element;
    return element == ElementType::float32 || element == ElementType::undefined;
}

/// Why a constant cannot be an S8 weight of this rank (-1 = any above 1); empty when it can.
std::string why_not_weight(const GraphEdit& edit, const std::string& name, int rank) {
    if (!edit.is_constant(name)) return "its weight is computed, not constant";
    if (!edit.is_float_constant(name)) return "its weight is not float32";
    const auto dims = edit.dims(name);
    if (rank >= 0 && static_cast<int>(dims.size()) != rank) return fmt::format("its weight has {} axes instead of {}", dims.size(), rank);
    if (dims.size() < 2) return "its weight is a vector";
    if (std::find(dims.begin(), dims.end(), 0) != dims.end()) return "its weight is empty";
    if (!std::isfinite(edit.largest_magnitude(name))) return fmt::format("its weight '{}' holds NaN or infinity", name);
    return {};
}

/// True when a constant that is added to the product may widen it, which the runtime's fused kernel would undo.
bool may_be_widened(const GraphEdit& edit, const onnx::NodeProto& node) {
    const int rank = edit.rank(node.output(0));
    for (const int reader : edit.readers(node.output(0))) {
        const auto& add = edit.item(static_cast<std::size_t>(reader)).proto;
        if (add.op_type() != "Add") continue;
        for (const auto& input : add.input())
            if (const auto dims = edit.dims(input); dims.size() > 1 && static_cast<int>(dims.size()) > rank) return true;
    }
    return false;
}

std::string why_not_product(const GraphEdit& edit, const onnx::NodeProto& node) {
    if (node.input_size() < 2) return "it has no weight";
    if (edit.is_constant(node.input(0))) return "its first input is the constant one";
    if (!edit.is_constant(node.input(1))) return "both inputs are computed, where INT8 is measured slower";
    if (!is_float(edit, node.input(0))) return "its input is not float32";
    const int rank = edit.rank(node.input(0));
    if (rank >= 0 && rank < 2) return "its input is a vector";
    if (may_be_widened(edit, node)) return "the constant added to it has more axes than it, or may have";
    if (node.op_type() == "Gemm") {
        if (attribute_int(node, "transA", 0) != 0) return "its input is transposed (transA)";
        if (present(node, 2) && !edit.is_constant(node.input(2)) && attribute_float(node, "beta", 1.f) != 1.f) return "its bias is computed and scaled (beta)";
        if (present(node, 2) && edit.is_constant(node.input(2)) && !edit.is_float_constant(node.input(2))) return "its bias is not float32";
    }
    return why_not_weight(edit, node.input(1), 2);
}

std::string why_not_lstm(const GraphEdit& edit, const onnx::NodeProto& node) {
    if (node.input_size() < 3) return "it has no weights";
    if (attribute_int(node, "layout", 0) != 0) return "its layout is batch first, which the integer kernel does not know";
    if (!is_float(edit, node.input(0))) return "its input is not float32";
    for (const int slot : {1, 2}) {
        if (std::string why = why_not_weight(edit, node.input(slot), 3); !why.empty()) return why;
        const auto directions = static_cast<std::size_t>(edit.dims(node.input(slot))[0]);
        if (zeroed_share(edit.floats(node.input(slot)), directions) > kMostZeroed)
            return fmt::format("one scale a direction would make most of its weight '{}' zero", node.input(slot));
    }
    return {};
}

std::size_t rows_of_table(const GraphEdit& edit, const onnx::NodeProto& node) { return static_cast<std::size_t>(edit.dims(node.input(0))[0]); }

std::string why_not_gather(const GraphEdit& edit, const onnx::NodeProto& node) {
    if (node.input_size() < 2) return "it has no table";
    if (!edit.is_constant(node.input(0))) return "its data is computed, not a constant table";
    if (!edit.is_float_constant(node.input(0))) return "its table is not float32";
    if (attribute_int(node, "axis", 0) != 0) return "it does not pick rows (axis is not 0)";
    const std::string why = why_not_weight(edit, node.input(0), -1);
    if (why.empty() && table_scales(edit.floats(node.input(0)), rows_of_table(edit, node)) == TableScales::none)
        return fmt::format("the numbers of its table '{}' differ too much in size for one scale a row", node.input(0));
    return why;
}

std::string why_not_conv(const GraphEdit& edit, const onnx::NodeProto& node) {
    if (node.input_size() < 2) return "it has no weight";
    if (!is_float(edit, node.input(0))) return "its input is not float32";
    if (present(node, 2) && !edit.is_float_constant(node.input(2))) return "its bias is not a float32 constant";
    const std::string why = why_not_weight(edit, node.input(1), -1);
    if (why.empty() && edit.dims(node.input(1)).size() < 3) return "its weight has fewer than 3 axes";
    return why;
}

std::string why_cannot(const GraphEdit& edit, const onnx::NodeProto& node) {
    const std::string& op = node.op_type();
    if (!is_standard(node)) return fmt::format("{}{}.{}", kNoForm, node.domain(), op);
    if (op == "MatMul" || op == "Gemm") return why_not_product(edit, node);
    if (op == "LSTM") return why_not_lstm(edit, node);
    if (op == "Gather") return why_not_gather(edit, node);
    if (op == "Conv") return why_not_conv(edit, node);
    if (op == "GRU" || op == "RNN") return fmt::format("the runtime has no INT8 kernel for {}", op);
    return fmt::format("{}{}", kNoForm, op);
}

/// Rows of the product's first operand with batch 1, as far as shapes are known.
std::int64_t rows_of(const ValueType& type) {
    if (!type.has_shape || type.dims.size() < 2) return 16;
    std::int64_t rows = 1;
    for (std::size_t axis = 0; axis + 1 < type.dims.size(); ++axis) {
        const std::int64_t size = type.dims[axis].value;
        rows *= size >= 0 ? std::max<std::int64_t>(size, 1) : axis == 0 ? 1 : kSymbolicRows;
        rows = std::min<std::int64_t>(rows, 1 << 20);
    }
    return rows;
}

double ratio_of(const GraphEdit& edit, const onnx::NodeProto& node) {
    const auto dims = edit.dims(node.input(1));
    const bool transposed_weight = node.op_type() == "Gemm" && attribute_int(node, "transB", 0) != 0;
    const std::int64_t k = dims[transposed_weight ? 1 : 0], n = dims[transposed_weight ? 0 : 1];
    return dynamic_time_ratio(rows_of(edit.type(node.input(0))), k, n);
}

std::uint64_t float_bytes(const GraphEdit& edit, const std::string& name) { return 4 * element_count(edit.dims(name)); }

/// Bytes of all float constants that the main graph reads.
std::uint64_t weight_bytes(const GraphEdit& edit) {
    std::set<std::string> seen;
    std::uint64_t bytes = 0;
    for (std::size_t i = 0; i < edit.size(); ++i) {
        if (edit.item(i).removed) continue;
        for (const std::string& input : edit.item(i).proto.input())
            if (edit.is_float_constant(input) && seen.insert(input).second) bytes += float_bytes(edit, input);
    }
    return bytes;
}

/// Products that were chosen by default and are measured to lose stay in float, the smallest first, while they are few
/// bytes: speed must not cost the file its size.
void keep_losing_products(const GraphEdit& edit, std::span<const DynamicNode> nodes, std::vector<std::string>& reasons) {
    struct Candidate {
        std::uint64_t bytes;
        std::size_t at;
        double ratio;
    };
    std::vector<Candidate> candidates;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const auto& node = edit.item(static_cast<std::size_t>(nodes[i].index)).proto;
        if (nodes[i].explicit_choice || !reasons[i].empty() || (node.op_type() != "MatMul" && node.op_type() != "Gemm")) continue;
        const double ratio = ratio_of(edit, node);
        if (ratio > 1) candidates.push_back({float_bytes(edit, node.input(1)), i, ratio});
    }
    std::stable_sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) { return a.bytes < b.bytes; });
    const double budget = kFloatShare * static_cast<double>(weight_bytes(edit));
    double spent = 0;
    for (const Candidate& candidate : candidates) {
        spent += static_cast<double>(candidate.bytes);
        if (spent > budget) break;
        reasons[candidate.at] = fmt::format("measured slower at this size (about {:.1f} times float's time)", candidate.ratio);
    }
}

/// A table that float nodes read too would be stored twice.
void keep_shared_tables(const GraphEdit& edit, std::span<const DynamicNode> nodes, std::vector<std::string>& reasons) {
    std::set<int> gathers;
    for (std::size_t i = 0; i < nodes.size(); ++i)
        if (reasons[i].empty() && edit.item(static_cast<std::size_t>(nodes[i].index)).proto.op_type() == "Gather") gathers.insert(nodes[i].index);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        if (!gathers.contains(nodes[i].index) || nodes[i].explicit_choice) continue;
        const std::string& table = edit.item(static_cast<std::size_t>(nodes[i].index)).proto.input(0);
        const auto readers = edit.readers(table);
        const bool only_gathers = std::all_of(readers.begin(), readers.end(), [&](int reader) { return gathers.contains(reader); });
        if (!only_gathers || edit.is_output(table)) reasons[i] = "its table is read in float elsewhere, and would be stored twice";
    }
}

Finding finding(Severity severity, std::string code, std::string text, std::string remedy) {
    Finding result;
    result.severity = severity;
    result.code = std::move(code);
    result.text = std::move(text);
    result.remedy = std::move(remedy);
    return result;
}

}  // namespace

bool has_dynamic_form(std::string_view op_type) {
    static constexpr std::array<std::string_view, 5> kOps = {"MatMul", "Gemm", "LSTM", "Gather", "Conv"};
    return std::find(kOps.begin(), kOps.end(), op_type) != kOps.end();
}

double dynamic_time_ratio(std::int64_t m, std::int64_t k, std::int64_t n) {
    static constexpr std::array<double, 5> kSizes = {32, 64, 128, 256, 384}, kRows = {1, 4, 16, 64, 256};
    static constexpr double kRatio[5][5] = {
        {2.9, 2.6, 2.2, 1.6, 1.3}, {2.5, 2.3, 1.6, 1.1, 0.93}, {1.5, 1.4, 0.89, 0.67, 0.60}, {0.84, 0.81, 0.56, 0.47, 0.44}, {0.65, 0.62, 0.46, 0.39, 0.39}};
    // Position of a value between the measured points, on a logarithmic scale, clamped to the table.
    const auto position = [](const std::array<double, 5>& points, double value) {
        value = std::clamp(value, points.front(), points.back());
        std::size_t at = 0;
        while (at + 2 < points.size() && value > points[at + 1]) ++at;
        return std::pair{at, std::log(value / points[at]) / std::log(points[at + 1] / points[at])};
    };
    const auto [row, across] = position(kRows, static_cast<double>(m));
    const auto [size, along] = position(kSizes, std::sqrt(static_cast<double>(k) * static_cast<double>(n)));
    // Named again: clang 14 lets no lambda hold a structured binding.
    const auto at = [&, row = row, across = across](std::size_t s) { return std::lerp(std::log(kRatio[s][row]), std::log(kRatio[s][row + 1]), across); };
    return std::exp(std::lerp(at(size), at(size + 1), along));
}

std::vector<std::string> why_not_dynamic(const GraphEdit& edit, std::span<const DynamicNode> nodes) {
    std::vector<std::string> reasons;
    for (const DynamicNode& chosen : nodes) {
        const auto& node = edit.item(static_cast<std::size_t>(chosen.index)).proto;
        std::string why = why_cannot(edit, node);
        if (why.empty() && node.op_type() == "Conv" && !chosen.explicit_choice) why = "a dynamic Conv is 4 to 25 times slower than float";
        reasons.push_back(std::move(why));
    }
    keep_shared_tables(edit, nodes, reasons);
    keep_losing_products(edit, nodes, reasons);
    return reasons;
}

std::vector<Finding> dynamic_findings(const GraphEdit& edit, std::span<const DynamicNode> nodes, std::span<const std::string> reasons) {
    std::size_t float_convs = 0, dynamic_convs = 0, recurrent = 0, small = 0;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const auto& node = edit.item(static_cast<std::size_t>(nodes[i].index)).proto;
        const std::string& op = node.op_type();
        if (op == "Conv") ++(reasons[i].empty() ? dynamic_convs : float_convs);
        if (op == "GRU" || op == "RNN") ++recurrent;
        if ((op == "MatMul" || op == "Gemm") && reasons[i].empty() && !nodes[i].explicit_choice && ratio_of(edit, node) > 1) ++small;
    }
    std::vector<Finding> findings;
    if (dynamic_convs > 0)
        findings.push_back(
            finding(Severity::serious, "dynamic-conv",
                    fmt::format("INT8 dynamic is the wrong method for Conv: {} became ConvInteger as chosen, which runs 4 to 25 times slower than float",
                                dynamic_convs),
                    "Choose int8-static for op:Conv"));
    if (float_convs > 0)
        findings.push_back(finding(
            Severity::warning, "dynamic-conv",
            fmt::format("INT8 dynamic is the wrong method for a model with Conv: {} stay in FP32, because ConvInteger runs 4 to 25 times slower than float",
                        grouped(float_convs)),
            "Choose int8-static, which needs calibration samples"));
    if (recurrent > 0)
        findings.push_back(
            finding(Severity::info, "dynamic-gru", fmt::format("{} GRU or RNN stay in FP32: the runtime has no INT8 kernel for them", grouped(recurrent)), ""));
    if (small > 0)
        findings.push_back(finding(Severity::info, "dynamic-small",
                                   fmt::format("{} so small that INT8 takes longer than float: the file gets smaller, not faster",
                                               small == 1 ? std::string("1 product is") : fmt::format("{} products are", grouped(small))),
                                   "Leave the model in FP32 if speed is what counts"));
    return findings;
}

}  // namespace vernier
