// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/workload.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/model/precision.h"
#include "core/model/weights.h"

namespace vernier {
namespace {

constexpr double kConvShare = 0.25;                 ///< of the work, from which convolution decides
constexpr std::uint64_t kWorthHalving = 1'000'000;  ///< bytes of float weights

bool is_float(ElementType type) {
    return type == ElementType::float32 || type == ElementType::float64 || type == ElementType::float16 || type == ElementType::bfloat16;
}

bool is_recurrent(const Node& node) { return node.op_type == "LSTM" || node.op_type == "GRU" || node.op_type == "RNN"; }

bool is_depthwise(const Model& model, const Node& node) {
    const std::int64_t groups = int_attribute(node, "group").value_or(1);
    if (node.op_type != "Conv" || groups <= 1 || node.inputs.size() < 2 || node.inputs[1] == kNone) return false;
    const Initializer* weight = model.constant(node.inputs[1]);
    return weight != nullptr && weight->dims.size() > 2 && weight->dims[1] == 1;
}

/// A constant of two axes and more, or a sub-graph of constants, which is folded.
bool has_constant_weight(const Model& model, const Node& node) {
    return std::any_of(node.inputs.begin(), node.inputs.end(), [&](ValueId id) {
        const Initializer* tensor = id == kNone ? nullptr : model.constant(id);
        return tensor != nullptr ? tensor->dims.size() >= 2 : is_constant(model, id);
    });
}

void count_weights(const Model& model, Workload& work) {
    std::uint64_t half_bytes = 0;
    for (const Initializer& tensor : model.initializers()) {
        if (!is_float(tensor.type)) continue;
        work.weight_bytes += tensor.size_bytes();
        if (bits(tensor.type) == 16) half_bytes += tensor.size_bytes();
    }
    work.half = half_bytes * 2 > work.weight_bytes;
}

void count_table(const Model& model, const Node& node, Workload& work) {
    if (node.inputs.empty() || node.inputs[0] == kNone) return;
    const Initializer* table = model.constant(node.inputs[0]);
    if (table != nullptr && is_float(table->type)) work.table_bytes += table->size_bytes();
}

}  // namespace

Workload workload_of(const Model& model) {
    Workload work;
    count_weights(model, work);
    for (const Node& node : model.nodes()) {
        work.macs += node.macs;
        if (is_integer(precision_of(model, node.id))) ++work.quantized_nodes;
        if (node.op_type == "Conv" || node.op_type == "ConvTranspose") {
            ++work.convs;
            work.conv_macs += node.macs;
            if (is_depthwise(model, node)) {
                ++work.depthwise;
                work.depthwise_macs += node.macs;
            }
        } else if (node.op_type == "MatMul" || node.op_type == "Gemm") {
            const bool constant = has_constant_weight(model, node);
            if (constant) ++work.matmuls;
            (constant ? work.matmul_macs : work.attention_macs) += node.macs;
        } else if (is_recurrent(node)) {
            ++work.recurrents;
            if (node.op_type == "LSTM") ++work.lstms;
            work.recurrent_macs += node.macs;
            work.recurrent_bytes += node.weight_bytes;
        } else if (node.op_type == "Gather") {
            count_table(model, node, work);
        }
    }
    return work;
}

bool tiny(const Workload& work) {
    constexpr std::uint64_t kTinyMacs = 4'000'000, kTinyWeights = 250'000;
    return work.macs > 0 && work.macs < kTinyMacs && work.weight_bytes < kTinyWeights;
}

bool conv_decides(const Workload& work) {
    return work.convs > 0 && (work.macs == 0 || static_cast<double>(work.conv_macs) >= kConvShare * static_cast<double>(work.macs));
}

bool worth_halving(const Workload& work) { return work.weight_bytes > kWorthHalving && !work.half; }

bool has_products(const Workload& work) { return work.convs + work.matmuls + work.lstms > 0; }

std::string share_text(std::uint64_t part, std::uint64_t whole) {
    const double percent = whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
    return percent > 99.5 && part < whole ? "Over 99 %" : fmt::format("{:.0f} %", percent);
}

std::string nodes_text(std::size_t count, std::string_view op) { return fmt::format("{} {} node{}", count, op, count == 1 ? "" : "s"); }

}  // namespace vernier
