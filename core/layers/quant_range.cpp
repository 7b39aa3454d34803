// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layers/quant_range.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "core/layers/twin_rules.h"
#include "core/model/weights.h"

namespace vernier {
namespace {

std::size_t at(std::int32_t id) { return static_cast<std::size_t>(id); }

std::pair<double, double> code_limits(ElementType type) {
    switch (type) {
        case ElementType::int8: return {-128, 127};
        case ElementType::uint16: return {0, 65535};
        case ElementType::int16: return {-32768, 32767};
        case ElementType::uint4: return {0, 15};
        case ElementType::int4: return {-8, 7};
        case ElementType::int32: return {-2147483648.0, 2147483647.0};
        default: return {0, 255};
    }
}

const Initializer* constant_at(const Model& model, const Node& node, std::size_t slot) {
    return slot < node.inputs.size() && node.inputs[slot] != kNone ? model.constant(node.inputs[slot]) : nullptr;
}

}  // namespace

std::vector<ValueId> output_scale(const Node& node) {
    std::size_t first = 0;
    if (node.op_type == "QuantizeLinear")
        first = 1;
    else if (node.op_type == "QLinearConv" || node.op_type == "QLinearMatMul" || node.op_type == "QLinearAdd" || node.op_type == "QLinearMul")
        first = 6;
    else if (node.op_type == "QGemm" || node.op_type == "QLinearWhere")
        first = 7;
    else if (node.op_type == "QLinearConcat")
        first = 0;
    else if (node.op_type.starts_with("QLinear"))
        first = 3;
    else
        return {};
    std::vector<ValueId> values;
    for (std::size_t slot = first; slot < std::min(first + 2, node.inputs.size()); ++slot)
        if (node.inputs[slot] != kNone) values.push_back(node.inputs[slot]);
    return values;
}

std::optional<QuantRange> output_range(const Model& model, NodeId id) {
    if (id == kNone) return {};
    const std::vector<ValueId> values = output_scale(model.node(id));
    if (values.empty()) return {};
    const Initializer* scale = model.constant(values[0]);
    const Initializer* zero = values.size() > 1 ? model.constant(values[1]) : nullptr;
    if (scale == nullptr || scale->count() != 1 || (values.size() > 1 && (zero == nullptr || zero->count() != 1))) return {};
    const std::vector<float> steps = to_floats(*scale), zeros = zero == nullptr ? std::vector<float>{0} : to_floats(*zero);
    if (steps.empty() || zeros.empty()) return {};
    const auto [least, most] = code_limits(zero == nullptr ? ElementType::uint8 : zero->type);
    const double step = steps[0], origin = zeros[0];
    return QuantRange{step, (least - origin) * step, (most - origin) * step};
}

StoredCodes stored_codes(const Model& model, const Node& node, int slot) {
    const int there = slot_of(node, slot);
    if (there == kNone || node.inputs[at(there)] == kNone) return {};
    const ValueId value = node.inputs[at(there)];
    if (node.op_type.starts_with("QLinear") || node.op_type == "QGemm") {
        StoredCodes stored{model.constant(value), constant_at(model, node, at(there) + 1), constant_at(model, node, at(there) + 2)};
        if (stored.codes == nullptr || stored.scale == nullptr) return {};
        const auto rank = static_cast<int>(stored.codes->dims.size());
        stored.axis = node.op_type == "QLinearConv" ? 0 : node.op_type == "QGemm" && int_attribute(node, "transB").value_or(0) != 0 ? 0 : rank - 1;
        return stored;
    }
    const NodeId maker = model.value(value).producer;
    if (maker == kNone || model.node(maker).op_type != "DequantizeLinear") return {};
    const Node& dequantize = model.node(maker);
    StoredCodes stored{constant_at(model, dequantize, 0), constant_at(model, dequantize, 1), constant_at(model, dequantize, 2)};
    if (stored.codes == nullptr || stored.scale == nullptr) return {};
    stored.dequantize = maker;
    stored.axis = static_cast<int>(int_attribute(dequantize, "axis").value_or(1));
    if (stored.axis < 0) stored.axis += static_cast<int>(stored.codes->dims.size());
    return stored;
}

std::vector<float> dequantized(const StoredCodes& stored, int axis) {
    std::vector<float> values = to_floats(*stored.codes);
    const std::vector<float> scales = to_floats(*stored.scale);
    const std::vector<float> zeros = stored.zero_point == nullptr ? std::vector<float>(scales.size(), 0) : to_floats(*stored.zero_point);
    if (values.empty() || scales.empty() || (zeros.size() != scales.size() && zeros.size() != 1)) return {};
    std::size_t inner = values.size(), channels = 1;
    if (scales.size() > 1) {
        if (axis < 0 || axis >= static_cast<int>(stored.codes->dims.size())) return {};
        channels = static_cast<std::size_t>(stored.codes->dims[static_cast<std::size_t>(axis)]);
        if (channels != scales.size()) return {};
        inner = 1;
        for (std::size_t i = static_cast<std::size_t>(axis) + 1; i < stored.codes->dims.size(); ++i) inner *= static_cast<std::size_t>(stored.codes->dims[i]);
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::size_t channel = scales.size() > 1 ? i / inner % channels : 0;
        values[i] = (values[i] - zeros[zeros.size() > 1 ? channel : 0]) * scales[channel];
    }
    return values;
}

}  // namespace vernier
