// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/precision.h"

#include <algorithm>
#include <array>

#include "core/model/detail/parts.h"
#include "core/model/evaluate.h"
#include "core/model/weights.h"

namespace vernier {
namespace {

struct PrecisionRow {
    std::string_view id, title, badge;
};
constexpr std::array kRows = {
    PrecisionRow{"fp32", "FP32", "F32"},
    PrecisionRow{"fp16", "FP16", "F16"},
    PrecisionRow{"bf16", "BF16", "B16"},
    PrecisionRow{"fp64", "FP64", "F64"},
    PrecisionRow{"int8-static", "INT8 static", "S8"},
    PrecisionRow{"int8-dynamic", "INT8 dynamic", "D8"},
    PrecisionRow{"int8-weights", "INT8 weights", "W8"},
    PrecisionRow{"int4-weights", "INT4 weights", "W4"},
};
const PrecisionRow& row(Precision precision) { return kRows[static_cast<std::size_t>(precision)]; }

template <std::size_t N>
bool is_one_of(const Node& node, const std::array<std::string_view, N>& ops) {
    return std::find(ops.begin(), ops.end(), node.op_type) != ops.end();
}

bool is_dynamic_op(const Node& node) {
    static constexpr std::array<std::string_view, 6> kOps = {"DynamicQuantizeLinear", "MatMulInteger",       "ConvInteger",
                                                             "DynamicQuantizeMatMul", "DynamicQuantizeLSTM", "MatMulIntegerToFloat"};
    return is_one_of(node, kOps);
}

bool is_static_op(const Node& node) {
    return node.op_type.starts_with("QLinear") || node.op_type == "QGemm" || node.op_type == "QAttention" || node.op_type == "QMoE" ||
           node.op_type.starts_with("QEmbed");
}

bool holds_blocks(const Node& node) {
    static constexpr std::array<std::string_view, 4> kOps = {"MatMulNBits", "GatherBlockQuantized", "MatMulBnb4", "MatMulFpQ4"};
    return is_one_of(node, kOps);
}

bool is_op(const Model& model, NodeId id, std::string_view op) { return id != kNone && model.node(id).op_type == op; }

NodeId producer(const Model& model, ValueId value) { return value == kNone ? kNone : model.value(value).producer; }

Precision weights_in(int bits) { return bits <= 4 ? Precision::int4_weights : Precision::int8_weights; }

bool is_code(ElementType type) {
    const int width = bits(type);
    return width > 0 && width <= 8 && type != ElementType::boolean;
}

/// Constants and codes by value, in one pass: a node stands behind what it reads (in files where it does not, its result
/// counts as computed).
void find_constants(const Model& model, Makeup& makeup) {
    makeup.constant.assign(model.values().size(), false);
    makeup.code_bits.assign(model.values().size(), 0);
    for (const Value& value : model.values()) {
        if (!value.is_constant()) continue;
        const Initializer* tensor = model.constant(value.id);
        makeup.constant[static_cast<std::size_t>(value.id)] = true;
        if (is_code(tensor->type) && tensor->count() > 1) makeup.code_bits[static_cast<std::size_t>(value.id)] = static_cast<std::uint8_t>(bits(tensor->type));
    }
    for (const Node& node : model.nodes()) {
        if (node.inputs.empty() || !can_evaluate(*node.proto)) continue;
        bool constant = true;
        std::uint8_t codes = 0;  // they come first; zero points behind them
        for (const ValueId input : node.inputs) {
            if (input == kNone) continue;
            constant = constant && makeup.constant[static_cast<std::size_t>(input)];
            if (codes == 0) codes = makeup.code_bits[static_cast<std::size_t>(input)];
        }
        for (const ValueId output : node.outputs) {
            if (output == kNone || !constant) continue;
            makeup.constant[static_cast<std::size_t>(output)] = true;
            makeup.code_bits[static_cast<std::size_t>(output)] = codes;
        }
    }
}

bool constant_in(const Makeup& makeup, ValueId value) { return value != kNone && makeup.constant[static_cast<std::size_t>(value)]; }
int codes_in(const Makeup& makeup, ValueId value) { return value == kNone ? 0 : makeup.code_bits[static_cast<std::size_t>(value)]; }

ElementType float_type(const Model& model, const Node& node) {
    const auto of = [&](const std::vector<ValueId>& values) {
        for (const ValueId value : values) {
            const ElementType type = value == kNone ? ElementType::undefined : model.value(value).type.element;
            if (type == ElementType::float32 || type == ElementType::float16 || type == ElementType::bfloat16 || type == ElementType::float64) return type;
        }
        return ElementType::undefined;
    };
    const ElementType made = of(node.outputs);
    return made != ElementType::undefined ? made : of(node.inputs);
}

/// A DequantizeLinear behind codes that are computed, not stored.
bool is_dequantized_activation(const Model& model, const Makeup& makeup, ValueId value) {
    const NodeId maker = producer(model, value);
    if (!is_op(model, maker, "DequantizeLinear") || model.node(maker).inputs.empty()) return false;
    const ValueId codes = model.node(maker).inputs[0];
    return codes != kNone && !constant_in(makeup, codes);
}

/// QuantizeLinear behind the node, or behind a Relu or Clip that fuses into it.
bool is_quantized_behind(const Model& model, const Node& node) {
    for (const ValueId output : node.outputs) {
        if (output == kNone) continue;
        for (const NodeId reader : model.value(output).consumers) {
            if (is_op(model, reader, "QuantizeLinear")) return true;
            if (!is_op(model, reader, "Relu") && !is_op(model, reader, "Clip")) continue;
            for (const ValueId behind : model.node(reader).outputs)
                if (behind != kNone)
                    for (const NodeId next : model.value(behind).consumers)
                        if (is_op(model, next, "QuantizeLinear")) return true;
        }
    }
    return false;
}

Precision of_dequantize(const Model& model, const Makeup& makeup, const Node& node) {
    const ValueId codes = node.inputs.empty() ? kNone : node.inputs[0];
    if (const int width = codes_in(makeup, codes); width > 0) {
        // Weights of a QDQ node belong to it.
        for (const ValueId output : node.outputs)
            for (const NodeId reader : output == kNone ? std::vector<NodeId>() : model.value(output).consumers)
                for (const ValueId input : model.node(reader).inputs)
                    if (is_dequantized_activation(model, makeup, input)) return Precision::int8_static;
        return weights_in(width);
    }
    if (const NodeId maker = producer(model, codes); is_op(model, maker, "Gather"))  // rows of a table of codes
        if (const int width = codes_in(makeup, model.node(maker).inputs.empty() ? kNone : model.node(maker).inputs[0]); width > 0) return weights_in(width);
    return Precision::int8_static;
}

Precision of_float_node(const Model& model, const Makeup& makeup, const Node& node) {
    bool activation = false;
    int weight_bits = 0;
    for (const ValueId input : node.inputs) {
        if (input == kNone) continue;
        activation = activation || is_dequantized_activation(model, makeup, input);
        if (model.constant(input) == nullptr && weight_bits == 0) weight_bits = codes_in(makeup, input);
    }
    if (activation && (weight_bits > 0 || is_quantized_behind(model, node))) return Precision::int8_static;
    if (weight_bits > 0) return weights_in(weight_bits);
    if (const int width = node.outputs.empty() ? 0 : codes_in(makeup, node.outputs[0]); width > 0) return weights_in(width);
    if (node.op_type == "Gather" && !node.inputs.empty() && node.inputs[0] != kNone)
        if (const Initializer* table = model.constant(node.inputs[0]); table != nullptr && is_code(table->type) && table->dims.size() > 1)
            return weights_in(bits(table->type));
    switch (float_type(model, node)) {
        case ElementType::float16: return Precision::fp16;
        case ElementType::bfloat16: return Precision::bf16;
        case ElementType::float64: return Precision::fp64;
        default: return Precision::fp32;
    }
}

Precision found_of(const Model& model, const Makeup& makeup, const Node& node) {
    if (is_dynamic_op(node)) return Precision::int8_dynamic;
    if (is_static_op(node) || node.op_type == "QuantizeLinear") return Precision::int8_static;
    if (holds_blocks(node)) return weights_in(static_cast<int>(int_attribute(node, "bits").value_or(4)));
    if (node.op_type == "DequantizeLinear") return of_dequantize(model, makeup, node);
    return of_float_node(model, makeup, node);
}

const Makeup& makeup_of(const Model& model) {
    Makeup& makeup = *model.parts().makeup;
    std::call_once(makeup.made, [&] {
        find_constants(model, makeup);
        for (const Node& node : model.nodes()) makeup.precision.push_back(static_cast<std::uint8_t>(found_of(model, makeup, node)));
    });
    return makeup;
}

}  // namespace

std::string_view id(Precision precision) { return row(precision).id; }
std::string_view title(Precision precision) { return row(precision).title; }
std::string_view badge(Precision precision) { return row(precision).badge; }
bool is_integer(Precision precision) { return precision >= Precision::int8_static; }

bool is_quantized_op(const Node& node) {
    return is_dynamic_op(node) || is_static_op(node) || holds_blocks(node) || node.op_type == "QuantizeLinear" || node.op_type == "DequantizeLinear";
}

bool is_constant(const Model& model, ValueId value) { return constant_in(makeup_of(model), value); }
int code_bits(const Model& model, ValueId value) { return codes_in(makeup_of(model), value); }
Precision precision_of(const Model& model, NodeId node) { return static_cast<Precision>(makeup_of(model).precision[static_cast<std::size_t>(node)]); }

Precision main_precision(const Model& model) {
    constexpr std::uint64_t kFew = 10;  // one part in so many
    struct Share {
        std::uint64_t nodes = 0, bytes = 0;
    };
    std::array<Share, kPrecisions.size()> shares;
    Share all, integers;
    for (const Node& node : model.nodes()) {
        if (node.op_type == "Constant") continue;
        const Precision precision = precision_of(model, node.id);
        for (Share* share : {&shares[static_cast<std::size_t>(precision)], &all, is_integer(precision) ? &integers : nullptr}) {
            if (share == nullptr) continue;
            ++share->nodes;
            share->bytes += node.weight_bytes;
        }
    }
    const bool quantized = integers.nodes > 0 && (integers.nodes * kFew >= all.nodes || integers.bytes * kFew >= all.bytes);
    const auto weight = [&](Precision precision) {
        const Share& share = shares[static_cast<std::size_t>(precision)];
        if (is_integer(precision) != quantized) return std::uint64_t{0};
        return quantized || all.bytes == 0 ? share.nodes : share.bytes;
    };
    return *std::max_element(kPrecisions.begin(), kPrecisions.end(), [&](Precision a, Precision b) { return weight(a) < weight(b); });
}

}  // namespace vernier
