// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layout/grouping.h"

#include <algorithm>
#include <string_view>

#include "core/layout/detail/fuse.h"
#include "core/model/weights.h"

namespace vernier {

namespace {

std::size_t at(std::int32_t index) { return static_cast<std::size_t>(index); }

using Ops = std::vector<std::string_view>;

/// Activations that exporters write as several nodes.
struct Pattern {
    const char* name;
    Ops ops;
};
const std::vector<Pattern>& patterns() {
    static const std::vector<Pattern> list = {
        {"SiLU", {"Sigmoid", "Mul"}},
        {"HardSwish", {"HardSigmoid", "Mul"}},
        {"HardSwish", {"Add", "Clip", "Mul", "Div"}},
        {"HardSwish", {"Add", "Clip", "Div", "Mul"}},
        {"HardSwish", {"Add", "Clip", "Mul", "Mul"}},
        {"Mish", {"Softplus", "Tanh", "Mul"}},
        {"GELU", {"Div", "Erf", "Add", "Mul", "Mul"}},
        {"GELU", {"Mul", "Erf", "Add", "Mul", "Mul"}},
    };
    return list;
}

/// The one constant operand as a number; nothing when it is no scalar.
std::optional<float> scalar(const Model& model, const Node& node, std::size_t input) {
    if (input >= node.inputs.size() || node.inputs[input] == kNone) {
        return std::nullopt;
    }
    const Initializer* tensor = model.constant(node.inputs[input]);
    const std::vector<float> values = tensor != nullptr && tensor->count() == 1 ? to_floats(*tensor) : std::vector<float>();
    return values.size() == 1 ? std::optional(values.front()) : std::nullopt;
}

std::string name_of(const Model& model, const Node& node) {
    const std::string& op = node.op_type;
    if (op == "BatchNormalization") {
        return "BatchNorm";
    }
    if (op == "Clip") {
        const auto low = node.inputs.size() > 1 ? scalar(model, node, 1) : float_attribute(node, "min");
        const auto high = node.inputs.size() > 2 ? scalar(model, node, 2) : float_attribute(node, "max");
        return low == 0.0F && high == 6.0F ? "ReLU6" : op;
    }
    if (op == "Add" || op == "Sub") {
        return "bias";
    }
    return op == "Mul" || op == "Div" ? "scale" : op;
}

}  // namespace

Grouping group_nodes(const Model& model, const GroupOptions& options) {
    Grouping result;
    result.head_of_node.assign(model.nodes().size(), kNone);
    result.run_of_node.assign(model.nodes().size(), kNone);
    const std::vector<grouping::Unit> units = grouping::fuse(model, options.graph);
    result.runs = grouping::find_runs(model, units);
    for (std::size_t i = 0; i < result.runs.size(); ++i) {
        BlockRun& run = result.runs[i];
        run.folded = run.repeats() && options.fold != (options.turned.count(run.key()) != 0);
        CardGroup card{CardGroup::Kind::block, {}, static_cast<std::int32_t>(i)};
        for (const auto& block : run.blocks) {
            for (const NodeId node : block) {
                result.run_of_node[at(node)] = static_cast<std::int32_t>(i);
                card.nodes.push_back(node);
            }
        }
        if (run.folded) {
            result.groups.push_back(std::move(card));
        }
    }
    for (const grouping::Unit& unit : units) {
        if (unit.nodes.size() < 2) {
            continue;
        }
        for (const NodeId node : unit.nodes) {
            result.head_of_node[at(node)] = unit.head();
        }
        const std::int32_t run = result.run_of_node[at(unit.head())];
        const bool hidden = run != kNone && result.runs[at(run)].folded;
        if (!options.fuse || hidden) {
            continue;
        }
        if (options.unfused.count(unit.head()) != 0) {
            result.apart.insert(unit.head());
        } else {
            result.groups.push_back({CardGroup::Kind::fused, unit.nodes});
        }
    }
    return result;
}

std::vector<std::string> follower_names(const Model& model, const std::vector<NodeId>& fused) {
    std::vector<std::string> names;
    for (std::size_t i = 1; i < fused.size();) {
        const auto matches = [&](const Pattern& pattern) {
            return i + pattern.ops.size() <= fused.size() && std::equal(pattern.ops.begin(), pattern.ops.end(), fused.begin() + static_cast<std::ptrdiff_t>(i),
                                                                        [&](std::string_view op, NodeId node) { return model.node(node).op_type == op; });
        };
        const auto known = std::find_if(patterns().begin(), patterns().end(), matches);
        if (known != patterns().end()) {
            names.emplace_back(known->name);
            i += known->ops.size();
        } else {
            names.push_back(name_of(model, model.node(fused[i])));
            ++i;
        }
    }
    return names;
}

}  // namespace vernier
