// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/weights.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "core/base/half.h"

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

/// Two values a byte, the first in the low half.
std::vector<float> unpack_nibbles(const Initializer& tensor, bool with_sign) {
    std::vector<float> floats(tensor.count());
    for (std::size_t i = 0; i < floats.size(); ++i) {
        const auto byte = static_cast<unsigned>(tensor.data[i / 2]);
        const int nibble = static_cast<int>(i % 2 == 0 ? byte & 0xFU : byte >> 4);
        floats[i] = static_cast<float>(with_sign && nibble > 7 ? nibble - 16 : nibble);
    }
    return floats;
}

bool is_float(ElementType type) {
    return type == ElementType::float32 || type == ElementType::float16 || type == ElementType::bfloat16 ||
           type == ElementType::float64;
}

bool is_bias(const Node& node, int input) {
    const std::string& op = node.op_type;
    if (op == "LSTM" || op == "GRU" || op == "RNN") return input == 3;
    return (op == "Conv" || op == "ConvTranspose" || op == "Gemm" || op == "FusedConv" || op == "Attention" ||
            op == "BatchNormalization" || op == "LayerNormalization" || op == "InstanceNormalization" ||
            op == "GroupNormalization") &&
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
    switch (tensor.type) {
        case ElementType::float32: return cast<float>(tensor);
        case ElementType::float64: return cast<double>(tensor);
        case ElementType::float16: return convert<std::uint16_t>(tensor, half_to_float);
        case ElementType::bfloat16:
            return convert<std::uint16_t>(
                tensor, [](std::uint16_t v) { return std::bit_cast<float>(static_cast<std::uint32_t>(v) << 16); });
        case ElementType::int8: return cast<std::int8_t>(tensor);
        case ElementType::uint8:
        case ElementType::boolean: return cast<std::uint8_t>(tensor);
        case ElementType::int16: return cast<std::int16_t>(tensor);
        case ElementType::uint16: return cast<std::uint16_t>(tensor);
        case ElementType::int32: return cast<std::int32_t>(tensor);
        case ElementType::uint32: return cast<std::uint32_t>(tensor);
        case ElementType::int64: return cast<std::int64_t>(tensor);
        case ElementType::uint64: return cast<std::uint64_t>(tensor);
        case ElementType::int4: return unpack_nibbles(tensor, true);
        case ElementType::uint4: return unpack_nibbles(tensor, false);
        default: return {};
    }
}

std::span<const float> view_floats(const Initializer& tensor, std::vector<float>& storage) {
    const bool aligned = reinterpret_cast<std::uintptr_t>(tensor.data.data()) % alignof(float) == 0;
    if (tensor.type == ElementType::float32 && aligned && tensor.data.size() == tensor.size_bytes())
        return {reinterpret_cast<const float*>(tensor.data.data()), tensor.data.size() / sizeof(float)};
    storage = to_floats(tensor);
    return storage;
}

std::vector<Weight> weights_of(const Model& model, NodeId id) {
    const Node& node = model.node(id);
    std::vector<Weight> weights;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
        if (node.inputs[i] == kNone) continue;
        const Initializer* tensor = model.constant(node.inputs[i]);
        if (tensor == nullptr || !is_float(tensor->type) || tensor->count() < 2) continue;
        const int input = static_cast<int>(i);
        weights.push_back({input, node.inputs[i], tensor, channel_axis(node, input, *tensor), is_bias(node, input)});
    }
    std::stable_partition(weights.begin(), weights.end(), [](const Weight& weight) { return !weight.is_bias; });
    return weights;
}

}  // namespace vernier
