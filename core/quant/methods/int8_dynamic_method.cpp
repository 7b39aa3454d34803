// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "core/quant/methods/dynamic.h"
#include "core/quant/methods/static_tables.h"
#include "core/quant/prepare.h"
#include "core/quant/workload.h"

namespace vernier {
namespace {

/// Items that are written as INT8 dynamic: tables of INT8 static too.
std::vector<DynamicNode> dynamic_nodes(const Prepared& prepared) {
    std::vector<DynamicNode> nodes;
    const auto wanted = prepared.wants(Method::int8_dynamic);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (!wanted[i] && !is_static_table(prepared, i)) continue;
        const int index = static_cast<int>(i);
        nodes.push_back({index, prepared.choice_of(index).per_channel, prepared.choice_of(index).explicit_choice()});
    }
    return nodes;
}

std::vector<int> integer_items(const Prepared& prepared) {
    std::vector<int> items;
    for (const DynamicNode& node : dynamic_nodes(prepared)) items.push_back(node.index);
    return items;
}

bool takes(const onnx::NodeProto& node) { return has_dynamic_form(node.op_type()); }

void plan(Prepared& prepared) {
    const auto nodes = dynamic_nodes(prepared);
    if (nodes.empty()) return;
    const auto reasons = why_not_dynamic(prepared.edit, nodes);
    const auto findings = dynamic_findings(prepared.edit, nodes, reasons);
    prepared.findings.insert(prepared.findings.end(), findings.begin(), findings.end());
    prepared.note_reasons(integer_items(prepared), reasons);
}

void write(GraphEdit& edit, const Writing& writing) { emit_dynamic(edit, dynamic_nodes(writing.prepared)); }

bool first_choice(const Workload& work) { return !tiny(work) && !conv_decides(work) && (work.matmuls > 0 || work.lstms > 0); }

std::string reason(const Workload& work) {
    if (work.recurrent_bytes > 0 && work.recurrent_macs >= work.matmul_macs)
        return fmt::format(
            "The work is in {} with {} of the weights outside tables; the integer form finds its ranges while it "
            "runs, so it needs no samples and no output range.",
            nodes_text(work.recurrents, "recurrent"), share_text(work.recurrent_bytes, work.weight_bytes - std::min(work.weight_bytes, work.table_bytes)));
    return fmt::format(
        "{} of the multiply-accumulates are in {} with constant weights; ranges are found while they run, so no "
        "samples are needed and attention scores stay in float.",
        share_text(work.matmul_macs, work.macs), nodes_text(work.matmuls, "MatMul or Gemm"));
}

MethodFit fit(const Workload& work) {
    if (conv_decides(work)) return {false, "The wrong method here: a Conv with ranges found at run time is several times slower than FP32."};
    if (!has_products(work)) return {false, "No MatMul, Gemm or LSTM with constant weights."};
    return {false, "About a quarter of the weights' size; needs no samples."};
}

constexpr std::array kOpAdvice = {OpAdvice{"Conv", "A Conv in INT8 dynamic runs 4 to 25 times slower than in FP32: it finds its ranges anew on each call.",
                                           "This Conv stays in {}: in INT8 dynamic it would run 4 to 25 times slower than in FP32.", Method::int8_static}};

}  // namespace

extern const MethodSpec kInt8DynamicMethod;
constinit const MethodSpec kInt8DynamicMethod{
    .id = "int8-dynamic",
    .title = "INT8 dynamic",
    .badge = "D8",
    .colour = "#E69F00",
    .key = '3',
    .light_colour = true,
    .weight_bits = 8,
    .scale_percent = 4,
    .computes = Arithmetic::integer,
    .opset = kDynamicOpset,
    .takes = takes,
    .plan = plan,
    .integer_items = integer_items,
    .write = write,
    .first_choice = first_choice,
    .reason = reason,
    .op_advice = kOpAdvice,
    .fit = fit,
};

}  // namespace vernier
