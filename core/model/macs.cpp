// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <optional>
#include <unordered_map>

#include "core/model/detail/steps.h"
#include "core/model/weights.h"

namespace vernier {
namespace {

/// What a formula may ask about a node.
class Shapes {
public:
    Shapes(const Model::Parts& parts, const Node& node) : parts_(parts), node_(node) {}

    [[nodiscard]] const Node& node() const { return node_; }

    [[nodiscard]] std::uint64_t input_count(std::size_t i) const { return count(at(node_.inputs, i)); }
    [[nodiscard]] std::uint64_t output_count(std::size_t i) const { return count(at(node_.outputs, i)); }
    [[nodiscard]] bool has_input(std::size_t i) const { return at(node_.inputs, i) != nullptr; }

    /// Axis of an input, from the end when negative; 1 when its size is not known, 0 when there is no such axis.
    [[nodiscard]] std::uint64_t axis(std::size_t i, int axis) const {
        const Value* value = at(node_.inputs, i);
        const int rank = value == nullptr ? 0 : static_cast<int>(rank_of(*value));
        const int index = axis < 0 ? rank + axis : axis;
        return index < 0 || index >= rank ? 0 : size(*value, static_cast<std::size_t>(index));
    }

private:
    [[nodiscard]] const Value* at(const std::vector<ValueId>& ids, std::size_t i) const {
        return i < ids.size() && ids[i] != kNone ? &parts_.values[static_cast<std::size_t>(ids[i])] : nullptr;
    }
    static bool has_shape(const Value& value) { return value.size || value.type.has_shape; }
    static std::size_t rank_of(const Value& value) { return value.size ? value.size->size() : value.type.dims.size(); }
    static std::uint64_t size(const Value& value, std::size_t i) {
        std::int64_t size = value.size ? (*value.size)[i] : value.type.dims[i].value;
        // What the inference at these sizes does not reach may be declared.
        if (size < 0 && value.type.dims.size() == rank_of(value)) size = value.type.dims[i].value;
        return size < 0 ? 1 : static_cast<std::uint64_t>(size);
    }
    static std::uint64_t count(const Value* value) {
        if (value == nullptr || !has_shape(*value)) return 0;
        std::uint64_t product = 1;
        for (std::size_t i = 0; i < rank_of(*value); ++i) product = multiply(product, size(*value, i));
        return product;
    }

    const Model::Parts& parts_;
    const Node& node_;
};

/// Weights [M, C/group, k...]: each output element sums over one filter.
std::uint64_t convolution(const Shapes& s, std::size_t weight) {
    const std::uint64_t filters = s.axis(weight, 0);
    return filters == 0 ? 0 : multiply(s.output_count(0), s.input_count(weight) / filters);
}

/// Weights [C, M/group, k...]: each input element is spread over one filter.
std::uint64_t transposed_convolution(const Shapes& s) {
    const std::uint64_t channels = s.axis(1, 0);
    return channels == 0 ? 0 : multiply(s.input_count(0), s.input_count(1) / channels);
}

std::uint64_t matmul(const Shapes& s, std::size_t right) {
    const bool transposed = int_attribute(s.node(), "transA").value_or(0) != 0;
    std::uint64_t inner = s.axis(0, transposed ? -2 : -1);
    if (inner <= 1 && s.has_input(right))  // symbolic on the left, perhaps known on the right
        inner = std::max(inner, s.axis(right, int_attribute(s.node(), "transB").value_or(0) != 0 ? -1 : -2));
    return multiply(s.output_count(0), inner);
}

std::uint64_t matmul_nbits(const Shapes& s) {
    const auto inner = static_cast<std::uint64_t>(std::max<std::int64_t>(int_attribute(s.node(), "K").value_or(0), 0));
    const auto columns = static_cast<std::uint64_t>(std::max<std::int64_t>(int_attribute(s.node(), "N").value_or(0), 0));
    return inner == 0 ? 0 : multiply(std::max<std::uint64_t>(s.input_count(0) / inner, s.input_count(0) > 0 ? 1 : 0), multiply(inner, columns));
}

/// X [steps, batch, inputs]; every step multiplies all of W and R once a batch item.
std::uint64_t recurrent(const Shapes& s) {
    const std::uint64_t items = multiply(s.axis(0, 0), s.axis(0, 1));
    return multiply(items, s.input_count(1) + s.input_count(2));
}

/// com.microsoft Attention: X [batch, length, width], W [width, 3 hidden]; projection, scores and weighted sum.
std::uint64_t attention(const Shapes& s) {
    const std::uint64_t length = s.axis(0, 1);
    const std::uint64_t items = multiply(s.axis(0, 0), length);
    return multiply(items, s.input_count(1)) + multiply(multiply(items, length), multiply(2, s.axis(1, 1) / 3));
}

using Formula = std::uint64_t (*)(const Shapes&);

const std::unordered_map<std::string_view, Formula>& formulas() {
    static const std::unordered_map<std::string_view, Formula> table = {
        {"Conv", [](const Shapes& s) { return convolution(s, 1); }},
        {"FusedConv", [](const Shapes& s) { return convolution(s, 1); }},
        {"ConvInteger", [](const Shapes& s) { return convolution(s, 1); }},
        {"QLinearConv", [](const Shapes& s) { return convolution(s, 3); }},
        {"ConvTranspose", transposed_convolution},
        {"MatMul", [](const Shapes& s) { return matmul(s, 1); }},
        {"Gemm", [](const Shapes& s) { return matmul(s, 1); }},
        {"FusedMatMul", [](const Shapes& s) { return matmul(s, 1); }},
        {"FusedGemm", [](const Shapes& s) { return matmul(s, 1); }},
        {"MatMulInteger", [](const Shapes& s) { return matmul(s, 1); }},
        {"MatMulIntegerToFloat", [](const Shapes& s) { return matmul(s, 1); }},
        {"DynamicQuantizeMatMul", [](const Shapes& s) { return matmul(s, 1); }},
        {"QLinearMatMul", [](const Shapes& s) { return matmul(s, 3); }},
        {"QGemm", [](const Shapes& s) { return matmul(s, 3); }},
        {"MatMulNBits", matmul_nbits},
        {"LSTM", recurrent},
        {"GRU", recurrent},
        {"RNN", recurrent},
        {"DynamicQuantizeLSTM", recurrent},
        {"Attention", [](const Shapes& s) { return s.node().domain == "com.microsoft" ? attention(s) : 0; }},
        {"QAttention", attention},
    };
    return table;
}

}  // namespace

void count_macs(Model::Parts& parts) {
    for (Node& node : parts.nodes) {
        const auto formula = formulas().find(node.op_type);
        const bool known = node.domain.empty() || node.domain.starts_with("com.microsoft");
        node.macs = known && formula != formulas().end() ? formula->second(Shapes(parts, node)) : 0;
    }
}

}  // namespace vernier
