// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layers/assemble.h"

#include <cstddef>
#include <string_view>

#include "core/layers/range_facts.h"

namespace vernier {
namespace {

std::string_view word(Arithmetic computes) {
    switch (computes) {
        case Arithmetic::integer: return "int8";
        case Arithmetic::half: return "fp16";
        case Arithmetic::floating: break;
    }
    return "float";
}

void take_executed(const FileTimes& times, LayerNode& node) {
    const auto at = static_cast<std::size_t>(node.id);
    const int kernel = times.kernel_of[at];
    if (times.folded[at]) {
        node.executed = "folded";
    } else if (kernel < 0) {
        // Nothing of it is in the executed graph, and nothing stands around it: a node of which nothing is needed.
        node.executed = "fused";
    } else {
        const TimedKernel& runs = times.kernels[static_cast<std::size_t>(kernel)];
        node.runs_as = runs.op;
        if (runs.nodes.front() == node.id) {
            node.executed = word(runs.computes);
        } else {
            node.executed = "fused";
            node.fused_into = runs.nodes.front();
        }
    }
}

/// What runs in another precision than its method's, where the audit has not said why.
std::string generic_reason(const LayerNode& node) {
    const auto applied = method_from_id(node.applied);
    if (!applied || node.executed != "float" || row(*applied).computes != Arithmetic::integer) return {};
    if (!row(*applied).fuses) return {};
    return "the runtime has no INT8 kernel for it here and runs it in float";
}

LayerNode row_of(const Node& source, const LayersParts& parts) {
    const auto at = static_cast<std::size_t>(source.id);
    LayerNode node;
    node.id = source.id;
    node.name = source.label;
    node.op = source.op_type;
    node.region = parts.regions.of_node.empty() ? -1 : parts.regions.of_node.at(at);
    node.chosen = parts.states.at(at).chosen;
    node.applied = parts.states.at(at).applied;
    node.fp32_ms = parts.fp32.ms.at(at);
    node.ms = parts.quantized.ms.at(at);
    node.fp32_conversions_ms = parts.fp32.conversions_ms.at(at);
    node.conversions_ms = parts.quantized.conversions_ms.at(at);
    take_executed(parts.quantized, node);
    node.reason = parts.states.at(at).reason;
    if (node.reason.empty()) node.reason = generic_reason(node);
    if (const auto facts = range_facts(parts.opened, source.id)) {
        node.channel_ratio = facts->channel_ratio;
        node.dead_channels = static_cast<double>(facts->dead_channels);
        node.outlier = facts->outlier;
    }
    return node;
}

LayerRegion row_of(const Region& source, const LayersParts& parts) {
    LayerRegion region;
    region.id = source.id;
    region.core = source.core;
    if (source.core != kNone) region.name = parts.opened.node(source.core).label;
    region.nodes = source.nodes;
    region.fp32_ms = region.int8_ms = 0;
    for (const NodeId node : source.nodes) {
        *region.fp32_ms += parts.fp32.ms.at(static_cast<std::size_t>(node));
        *region.int8_ms += parts.quantized.ms.at(static_cast<std::size_t>(node));
    }
    return region;
}

}  // namespace

Layers assembled(const LayersParts& parts) {
    Layers layers;
    for (const Node& node : parts.opened.nodes())
        if (node.op_type != "Constant") layers.nodes.push_back(row_of(node, parts));
    for (const Region& region : parts.regions.list) layers.regions.push_back(row_of(region, parts));
    return layers;
}

}  // namespace vernier
