// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/nothing_changed.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/base/number_text.h"

namespace vernier {
namespace {

constexpr std::size_t kReasons = 3;  ///< said in one sentence

/// Nodes of one operator that stay for one reason.
struct Group {
    std::string op, why;
    std::size_t nodes = 0;
    std::uint64_t weight_bytes = 0;
};

std::vector<Group> groups_of(const Plan& plan, const Model& model) {
    std::map<std::pair<std::string, std::string>, Group> by_reason;
    for (const NodePlan& entry : plan.nodes) {
        if (!entry.counted || entry.chosen.method == Method::fp32) continue;
        const Node& node = model.node(entry.node);
        Group& group = by_reason[{node.op_type, entry.why}];
        group.op = node.op_type;
        group.why = entry.why;
        ++group.nodes;
        group.weight_bytes += node.weight_bytes;
    }
    std::vector<Group> groups;
    for (auto& [key, group] : by_reason) groups.push_back(std::move(group));
    std::stable_sort(groups.begin(), groups.end(),
                     [](const Group& a, const Group& b) { return a.weight_bytes != b.weight_bytes ? a.weight_bytes > b.weight_bytes : a.nodes > b.nodes; });
    return groups;
}

std::string reasons_text(const std::vector<Group>& groups) {
    std::vector<std::string> parts;
    for (const Group& group : groups) {
        if (parts.size() == kReasons) break;
        parts.push_back(fmt::format("{} {} ({})", grouped(group.nodes), group.op, group.why));
    }
    return fmt::format("{}{}", fmt::join(parts, "; "), groups.size() > kReasons ? "; and others" : "");
}

}  // namespace

std::optional<Finding> nothing_changed(const Plan& plan, const Model& model) {
    if (!plan.changes_nothing()) return std::nullopt;
    std::set<std::string> titles;
    std::size_t integer = 0, counted = 0;
    for (const NodePlan& entry : plan.nodes) {
        if (!entry.counted) continue;
        ++counted;
        if (is_integer(entry.already)) ++integer;
        if (entry.chosen.method != Method::fp32) titles.insert(std::string(row(entry.chosen.method).title));
    }
    Finding finding;
    finding.severity = Severity::warning;
    finding.code = "nothing-changed";
    if (titles.empty()) {
        finding.text = fmt::format("Nothing is quantized: all {} nodes are chosen for FP32.", grouped(counted));
        finding.remedy = "Choose a method for the model or for some of its nodes.";
        return finding;
    }
    finding.text = fmt::format("{} changes no node of this model. Not changed: {}.", fmt::join(titles, " and "), reasons_text(groups_of(plan, model)));
    finding.remedy = integer > 0 ? "Start from the float model." : "Choose another method. The advice of \"inspect\" names one that changes this model.";
    return finding;
}

}  // namespace vernier
