// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/inspect/activation_facts.h"

#include <optional>

#include "core/model/weights.h"

namespace vernier::ui {

namespace {

/// Of a DequantizeLinear with one scale for the whole tensor.
std::optional<ActivationRange> rangeOf(const Model& model, const Node& node) {
    const Initializer* scale = node.inputs.size() > 1 ? model.constant(node.inputs[1]) : nullptr;
    if (scale == nullptr || scale->count() != 1) {
        return std::nullopt;
    }
    ActivationRange range;
    range.scale = to_floats(*scale).front();
    const Initializer* zero = node.inputs.size() > 2 && node.inputs[2] != kNone ? model.constant(node.inputs[2]) : nullptr;
    if (zero != nullptr && zero->count() == 1) {
        if (zero->type != ElementType::uint8 && zero->type != ElementType::int8) {
            return std::nullopt;
        }
        range.zero = static_cast<int>(to_floats(*zero).front());
        range.lowest = zero->type == ElementType::int8 ? -128 : 0;
        range.highest = range.lowest + 255;
    }
    return range;
}

}  // namespace

std::map<std::string, ActivationRange> activationRanges(const Model& quantized, const Model& original) {
    std::map<std::string, ActivationRange> ranges;
    for (const Node& node : quantized.nodes()) {
        if (node.op_type != "DequantizeLinear" || node.inputs.empty() || node.inputs[0] == kNone || node.outputs.empty()) {
            continue;
        }
        const Value& integers = quantized.value(node.inputs[0]);
        const std::optional<ActivationRange> range = integers.is_constant() ? std::nullopt : rangeOf(quantized, node);
        if (!range) {
            continue;
        }
        std::string name = quantized.value(node.outputs[0]).name;
        if (original.find_value(name) == kNone && integers.producer != kNone && quantized.node(integers.producer).op_type == "QuantizeLinear") {
            name = quantized.value(quantized.node(integers.producer).inputs[0]).name;
        }
        if (original.find_value(name) != kNone) {
            ranges.emplace(name, *range);
        }
    }
    return ranges;
}

}  // namespace vernier::ui
