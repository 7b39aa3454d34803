// SPDX-License-Identifier: GPL-3.0-or-later
#include <vector>

#include "core/quant/methods/dynamic.h"
#include "core/quant/methods/static_tables.h"
#include "core/quant/prepare.h"

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
};

}  // namespace vernier
