// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/model/model.h"

namespace vernier {

/// Elements of a constant as float32 (float16, bfloat16, double, integers are converted; float32 is copied).
/// Empty for types that are not numbers.
[[nodiscard]] std::vector<float> to_floats(const Initializer& tensor);
/// The same of a tensor that a run took or gave.
[[nodiscard]] std::vector<float> to_floats(const Tensor& tensor);

/// Views float32 data without a copy when it is aligned; otherwise fills storage and views that.
[[nodiscard]] std::span<const float> view_floats(const Initializer& tensor, std::vector<float>& storage);

/// A weight that a node reads: which input, which constant, and its output-channel axis.
/// Stored codes (behind DequantizeLinear, Cast and Mul, or read by an integer operator) are the weight, with their scale.
/// A weight that a sub-graph of constants computes is its result.
struct Weight {
    int input = 0;  ///< position in Node::inputs
    ValueId value = kNone;
    const Initializer* tensor = nullptr;
    int channel_axis = 0;  ///< Conv 0, ConvTranspose 1, MatMul last, Gemm by transB, LSTM 1, others 0
    bool is_bias = false;
    const Initializer* scale = nullptr;  ///< of codes, where it is a constant
    const Initializer* zero_point = nullptr;
};

/// Float constants and codes with at least 2 elements that the node reads, the main weight first. The tensors live as long as the model.
enum class ComputedWeights { left_out, included };  ///< to include them takes time when they are asked for first
[[nodiscard]] std::vector<Weight> weights_of(const Model& model, NodeId node, ComputedWeights computed = ComputedWeights::left_out);

/// What a sub-graph of constants computes (nullptr where it is none, is too large, or holds what is not known). Made when first
/// asked, kept with the model up to a bound.
[[nodiscard]] const Initializer* computed_constant(const Model& model, ValueId value);

/// Attributes for people and for code.
[[nodiscard]] std::optional<std::int64_t> int_attribute(const Node& node, std::string_view name);
[[nodiscard]] std::optional<float> float_attribute(const Node& node, std::string_view name);
[[nodiscard]] std::optional<std::string> string_attribute(const Node& node, std::string_view name);
[[nodiscard]] std::optional<std::vector<std::int64_t>> ints_attribute(const Node& node, std::string_view name);

/// All attributes as short texts ("kernel_shape", "[3, 3]"); long lists and tensors are abbreviated.
struct AttributeText {
    std::string name;
    std::string value;
};
[[nodiscard]] std::vector<AttributeText> attribute_texts(const Node& node);

/// What a card shows: "Conv 3×3 /2", "DwConv 3×3", "Gemm 256→10", else the op type.
[[nodiscard]] std::string title_of(const Model& model, NodeId node);

}  // namespace vernier
