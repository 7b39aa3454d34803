// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/plan_text.h"

#include <fmt/format.h>

#include <map>
#include <tuple>
#include <vector>

#include "core/base/number_text.h"

namespace vernier::cli {

namespace {

/// What the node is written as; where no method changes it, what it was.
std::string becomes_text(const NodePlan& node) {
    if (node.applied == Method::fp32 && node.already != Precision::fp32) return fmt::format("{} already", title(node.already));
    return std::string(row(node.applied).title);
}

}  // namespace

std::string counts_text(const Plan& plan) {
    std::string text;
    for (const MethodSpec& method : methods()) {
        const std::size_t count = plan.count(method.method);
        if (count > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", grouped(count), method.title);
    }
    for (const Precision precision : kPrecisions) {
        const std::size_t count = precision == Precision::fp32 ? 0 : plan.count(precision);
        if (count > 0) text += fmt::format("{}{} {} already", text.empty() ? "" : ", ", grouped(count), title(precision));
    }
    return text.empty() ? "no nodes" : text;
}

std::string differences_text(const Plan& plan, const Model& model, const Style& style) {
    struct Group {
        std::size_t count = 0;
        std::map<std::string, std::size_t> ops;
    };
    std::map<std::tuple<Method, std::string, std::string>, Group> groups;
    for (const NodePlan& node : plan.nodes) {
        if (!node.counted || node.chosen.method == node.applied || node.absorbed) continue;
        Group& group = groups[{node.chosen.method, becomes_text(node), node.why}];
        ++group.count;
        ++group.ops[model.node(node.node).op_type];
    }
    if (groups.empty()) return {};
    TextTable table({">nodes", "<chosen", "<becomes", "<operators", "<why"});
    for (const auto& [key, group] : groups) {
        std::string ops;
        for (const auto& [op, count] : group.ops) ops += (ops.empty() ? "" : ", ") + (count > 1 ? fmt::format("{} {}", grouped(count), op) : op);
        table.row({grouped(group.count), std::string(row(std::get<0>(key)).title), std::get<1>(key), ops, std::get<2>(key)});
    }
    return table.text(style, 40);
}

std::string nodes_text(const Plan& plan, const Model& model, const Style& style) {
    TextTable table({">#", "<node", "<operator", "<chosen", "<becomes", "<why"});
    for (const NodePlan& node : plan.nodes) {
        if (!node.counted) continue;
        const Node& source = model.node(node.node);
        const std::string becomes = node.absorbed ? "(folded)" : becomes_text(node);
        table.row({std::to_string(node.node), source.label, source.op_type, std::string(row(node.chosen.method).title), becomes, node.why});
    }
    return table.text(style, 36);
}

}  // namespace vernier::cli
