// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/weights.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

#include "core/base/half.h"
#include "core/base/narrow_types.h"
#include "core/model/detail/steps.h"

namespace vernier {
namespace {

template <class Stored, class Convert>
std::vector<float> convert(const Initializer& tensor, const Convert& to_float) {
    const std::size_t count = tensor.data.size() / sizeof(Stored);
    std::vector<float> floats(count);
    for (std::size_t i = 0; i < count; ++i) {
        Stored value;
        std::memcpy(&value, tensor.data.data() + i * sizeof(Stored), sizeof(Stored));
        floats[i] = to_float(value);
    }
    return floats;
}

template <class Stored>
std::vector<float> cast(const Initializer& tensor) {
    return convert<Stored>(tensor, [](Stored value) { return static_cast<float>(value); });
}

/// Codes of a type that is narrower than a byte: the first lies in the lowest bits.
template <class Convert>
std::vector<float> unpack(const Initializer& tensor, const Convert& to_float) {
    const auto width = static_cast<unsigned>(bits(tensor.type));
    const unsigned a_byte = 8 / width;
    std::vector<float> floats(tensor.count());
    for (std::size_t i = 0; i < floats.size(); ++i) {
        const auto byte = static_cast<unsigned>(tensor.data[i / a_byte]);
        floats[i] = to_float(byte >> (i % a_byte * width) & ((1U << width) - 1));
    }
    return floats;
}

std::vector<float> unpack_integers(const Initializer& tensor, bool with_sign) {
    const int half = 1 << (bits(tensor.type) - 1);
    return unpack(tensor, [=](unsigned code) {
        const int value = static_cast<int>(code);
        return static_cast<float>(with_sign && value >= half ? value - 2 * half : value);
    });
}

/// A narrow float: one sign bit, then the exponent, then the fraction.
struct NarrowFloat {
    int exponent_bits, fraction_bits, bias;

    [[nodiscard]] float value(unsigned code) const {
        const auto fraction = static_cast<int>(code & ((1U << fraction_bits) - 1));
        const auto exponent = static_cast<int>(code >> fraction_bits & ((1U << exponent_bits) - 1));
        const bool negative = (code >> (exponent_bits + fraction_bits) & 1U) != 0;
        const int whole = exponent == 0 ? fraction : fraction + (1 << fraction_bits);
        const float magnitude = std::ldexp(static_cast<float>(whole), std::max(exponent, 1) - bias - fraction_bits);
        return negative ? -magnitude : magnitude;
    }
};

float float8e4m3fn(std::uint8_t code) { return (code & 0x7FU) == 0x7FU ? std::nanf("") : NarrowFloat{4, 3, 7}.value(code); }
float float8e4m3fnuz(std::uint8_t code) { return code == 0x80U ? std::nanf("") : NarrowFloat{4, 3, 8}.value(code); }
float float8e5m2fnuz(std::uint8_t code) { return code == 0x80U ? std::nanf("") : NarrowFloat{5, 2, 16}.value(code); }
float float8e8m0(std::uint8_t code) { return code == 0xFFU ? std::nanf("") : std::ldexp(1.F, code - 127); }
/// The upper half of a float16.
float float8e5m2(std::uint8_t code) { return half_to_float(static_cast<std::uint16_t>(code << 8)); }

bool is_float(ElementType type) {
    return type == ElementType::float32 || type == ElementType::float16 || type == ElementType::bfloat16 || type == ElementType::float64;
}

bool is_bias(const Node& node, int input) {
    const std::string& op = node.op_type;
    if (op == "LSTM" || op == "GRU" || op == "RNN") return input == 3;
    return (op == "Conv" || op == "ConvTranspose" || op == "Gemm" || op == "FusedConv" || op == "Attention" || op == "BatchNormalization" ||
            op == "LayerNormalization" || op == "InstanceNormalization" || op == "GroupNormalization") &&
           input == 2;
}

int channel_axis(const Node& node, int input, const Initializer& tensor) {
    const int rank = static_cast<int>(tensor.dims.size());
    if (rank < 2) return 0;
    const std::string& op = node.op_type;
    if (op == "ConvTranspose") return 1;
    if (op == "MatMul" || op == "FusedMatMul" || op == "Attention") return rank - 1;
    if (op == "Gemm") {
        const bool transposed = int_attribute(node, input == 0 ? "transA" : "transB").value_or(0) != 0;
        return (input == 0) == transposed ? 1 : 0;
    }
    if (op == "LSTM" || op == "GRU" || op == "RNN") return 1;
    return 0;
}

}  // namespace

std::vector<float> to_floats(const Initializer& tensor) {
    if (bits(tensor.type) == 0 || tensor.data.size() != tensor.size_bytes()) return {};
    // These are no enumerators, and no cases.
    if (tensor.type == kInt2 || tensor.type == kUint2) return unpack_integers(tensor, tensor.type == kInt2);
    if (tensor.type == kFloat8e8m0) return convert<std::uint8_t>(tensor, float8e8m0);
    switch (tensor.type) {
        case ElementType::float32: return cast<float>(tensor);
        case ElementType::float64: return cast<double>(tensor);
        case ElementType::float16: return convert<std::uint16_t>(tensor, half_to_float);
        case ElementType::bfloat16:
            return convert<std::uint16_t>(tensor, [](std::uint16_t v) { return std::bit_cast<float>(static_cast<std::uint32_t>(v) << 16); });
        case ElementType::int8: return cast<std::int8_t>(tensor);
        case ElementType::uint8:
        case ElementType::boolean: return cast<std::uint8_t>(tensor);
        case ElementType::int16: return cast<std::int16_t>(tensor);
        case ElementType::uint16: return cast<std::uint16_t>(tensor);
        case ElementType::int32: return cast<std::int32_t>(tensor);
        case ElementType::uint32: return cast<std::uint32_t>(tensor);
        case ElementType::int64: return cast<std::int64_t>(tensor);
        case ElementType::uint64: return cast<std::uint64_t>(tensor);
        case ElementType::int4: return unpack_integers(tensor, true);
        case ElementType::uint4: return unpack_integers(tensor, false);
        case ElementType::float4e2m1: return unpack(tensor, [](unsigned code) { return NarrowFloat{2, 1, 1}.value(code); });
        case ElementType::float8e4m3fn: return convert<std::uint8_t>(tensor, float8e4m3fn);
        case ElementType::float8e4m3fnuz: return convert<std::uint8_t>(tensor, float8e4m3fnuz);
        case ElementType::float8e5m2: return convert<std::uint8_t>(tensor, float8e5m2);
        case ElementType::float8e5m2fnuz: return convert<std::uint8_t>(tensor, float8e5m2fnuz);
        default: return {};
    }
}

std::vector<float> to_floats(const Tensor& tensor) {
    Initializer view;
    view.type = tensor.type;
    view.dims = tensor.dims;
    view.data = tensor.bytes;
    return to_floats(view);
}

std::span<const float> view_floats(const Initializer& tensor, std::vector<float>& storage) {
    const bool aligned = reinterpret_cast<std::uintptr_t>(tensor.data.data()) % alignof(float) == 0;
    if (tensor.type == ElementType::float32 && aligned && tensor.data.size() == tensor.size_bytes())
        return {reinterpret_cast<const float*>(tensor.data.data()), tensor.data.size() / sizeof(float)};
    storage = to_floats(tensor);
    return storage;
}

namespace {

bool is_code(const Initializer* tensor) {
    return tensor != nullptr && bits(tensor->type) > 0 && bits(tensor->type) <= 8 && tensor->type != ElementType::boolean;
}

const Initializer* constant_at(const Model& model, const Node& node, int slot) {
    const auto at = static_cast<std::size_t>(slot);
    return slot < 0 || at >= node.inputs.size() || node.inputs[at] == kNone ? nullptr : model.constant(node.inputs[at]);
}

/// Where an integer operator reads its codes, their scale and zero point; -1 where it has none.
struct CodeSlots {
    std::string_view op;
    int codes, scale, zero_point;
};
constexpr std::array kCodeSlots = {
    CodeSlots{"DequantizeLinear", 0, 1, 2},      CodeSlots{"QLinearConv", 3, 4, 5},
    CodeSlots{"QLinearMatMul", 3, 4, 5},         CodeSlots{"QGemm", 3, 4, 5},
    CodeSlots{"ConvInteger", 1, -1, 3},          CodeSlots{"MatMulInteger", 1, -1, 3},
    CodeSlots{"MatMulIntegerToFloat", 1, 3, 5},  CodeSlots{"DynamicQuantizeMatMul", 1, 2, 3},
    CodeSlots{"MatMulNBits", 1, 2, 3},           CodeSlots{"DynamicQuantizeLSTM", 1, 8, 9},
    CodeSlots{"DynamicQuantizeLSTM", 2, 10, 11}, CodeSlots{"Gather", 0, -1, -1},
    CodeSlots{"GatherBlockQuantized", 0, 2, 3},
};

/// Axis along which codes have scales of their own; otherwise that of the operator.
int code_axis(const Node& owner, const Weight& weight, int otherwise) {
    if (weight.scale == nullptr || weight.scale->count() < 2 || owner.op_type != "DequantizeLinear") return otherwise;
    const std::int64_t axis = int_attribute(owner, "axis").value_or(1), rank = static_cast<std::int64_t>(weight.tensor->dims.size());
    return static_cast<int>(std::clamp<std::int64_t>(axis < 0 ? axis + rank : axis, 0, std::max<std::int64_t>(rank - 1, 0)));
}

void add_codes(const Model& model, const Node& node, std::vector<Weight>& weights) {
    for (const CodeSlots& slots : kCodeSlots) {
        const Initializer* codes = slots.op == node.op_type ? constant_at(model, node, slots.codes) : nullptr;
        if (!is_code(codes) || codes->count() < 2) continue;
        if (node.domain == "com.microsoft" && int_attribute(node, "bits").value_or(8) == 4 && codes->type == ElementType::uint8)
            codes = packed_codes(model, node.inputs[static_cast<std::size_t>(slots.codes)]);
        Weight weight{slots.codes,
                      node.inputs[static_cast<std::size_t>(slots.codes)],
                      codes,
                      channel_axis(node, slots.codes, *codes),
                      false,
                      constant_at(model, node, slots.scale),
                      constant_at(model, node, slots.zero_point)};
        if (node.op_type == "QLinearMatMul" || node.op_type == "MatMulInteger") weight.channel_axis = std::max(0, static_cast<int>(codes->dims.size()) - 1);
        weight.channel_axis = code_axis(node, weight, weight.channel_axis);
        weights.push_back(weight);
    }
}

/// Codes behind the DequantizeLinear, or the Cast and Mul, that make a node's input.
std::optional<Weight> codes_behind(const Model& model, const Node& node, int input) {
    constexpr int kSteps = 8;
    ValueId value = node.inputs[static_cast<std::size_t>(input)];
    const Initializer* scale = nullptr;
    for (int step = 0; step < kSteps && value != kNone && model.value(value).producer != kNone; ++step) {
        const Node& maker = model.node(model.value(value).producer);
        if (maker.inputs.empty()) return {};
        if (maker.op_type == "DequantizeLinear" || maker.op_type == "Cast") {
            const Initializer* codes = constant_at(model, maker, 0);
            if (is_code(codes) && codes->count() > 1) {
                Weight weight{input, maker.inputs[0], codes, channel_axis(node, input, *codes), is_bias(node, input), scale, nullptr};
                if (maker.op_type == "DequantizeLinear") {
                    weight.scale = constant_at(model, maker, 1);
                    weight.zero_point = constant_at(model, maker, 2);
                }
                weight.channel_axis = code_axis(maker, weight, weight.channel_axis);
                return weight;
            }
        }
        if (maker.op_type == "Mul" && maker.inputs.size() == 2) {
            const int other = constant_at(model, maker, 0) != nullptr ? 0 : 1;
            if (scale == nullptr) scale = constant_at(model, maker, other);
            value = maker.inputs[static_cast<std::size_t>(1 - other)];
        } else {
            value = maker.inputs[0];
        }
    }
    return {};
}

bool is_int8_operator(const Node& node) {
    return node.op_type != "Gather" && std::any_of(kCodeSlots.begin(), kCodeSlots.end(), [&](const CodeSlots& slots) { return slots.op == node.op_type; });
}

}  // namespace

std::vector<Weight> weights_of(const Model& model, NodeId id, ComputedWeights computed) {
    const Node& node = model.node(id);
    std::vector<Weight> weights;
    add_codes(model, node, weights);
    const bool parameters = is_int8_operator(node) || node.op_type == "QuantizeLinear";  // scales are no weights
    for (std::size_t i = 0; i < node.inputs.size() && !parameters; ++i) {
        if (node.inputs[i] == kNone) continue;
        const int input = static_cast<int>(i);
        const Initializer* tensor = model.constant(node.inputs[i]);
        if (tensor == nullptr) {
            if (auto codes = codes_behind(model, node, input)) {
                weights.push_back(*codes);
                continue;
            }
            if (computed == ComputedWeights::included) tensor = computed_constant(model, node.inputs[i]);
        }
        if (tensor == nullptr || !is_float(tensor->type) || tensor->count() < 2) continue;
        weights.push_back({input, node.inputs[i], tensor, channel_axis(node, input, *tensor), is_bias(node, input), nullptr, nullptr});
    }
    std::stable_partition(weights.begin(), weights.end(), [](const Weight& weight) { return !weight.is_bias; });
    return weights;
}

}  // namespace vernier
