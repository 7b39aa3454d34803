// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>

#include "core/model/detail/steps.h"
#include "core/model/weights.h"

namespace vernier {
namespace {

std::string by(const std::vector<std::int64_t>& sizes) { return fmt::format("{}", fmt::join(sizes, "×")); }

const ValueType* input_type(const Model& model, const Node& node, std::size_t i) {
    return i < node.inputs.size() && node.inputs[i] != kNone ? &model.value(node.inputs[i]).type : nullptr;
}

std::vector<std::int64_t> sizes(const ValueType* type) {
    std::vector<std::int64_t> list;
    if (type == nullptr || !type->has_shape) return list;
    for (const Dim& dim : type->dims) list.push_back(dim.value);
    return list;
}

/// " 3×3 /2": the window and, when it moves by more than one, its stride.
std::string window(const Node& node, const std::vector<std::int64_t>& kernel) {
    std::string text;
    if (!kernel.empty()) text = fmt::format(" {}", by(kernel));
    const auto strides = ints_attribute(node, "strides").value_or(std::vector<std::int64_t>{});
    if (std::all_of(strides.begin(), strides.end(), [](std::int64_t s) { return s == 1; })) return text;
    const bool same = std::all_of(strides.begin(), strides.end(), [&](std::int64_t s) { return s == strides[0]; });
    return fmt::format("{} /{}", text, same ? std::to_string(strides[0]) : by(strides));
}

std::string convolution(const Model& model, const Node& node) {
    const auto weight = sizes(input_type(model, node, node.op_type == "QLinearConv" ? 3 : 1));
    const std::int64_t groups = int_attribute(node, "group").value_or(1);
    auto kernel = ints_attribute(node, "kernel_shape").value_or(std::vector<std::int64_t>{});
    if (kernel.empty() && weight.size() > 2) kernel.assign(weight.begin() + 2, weight.end());
    std::string kind = printable(node.op_type, 60);
    if (node.op_type == "Conv" && groups > 1) kind = weight.size() > 1 && weight[1] == 1 ? "DwConv" : "GroupConv";
    return kind + window(node, kernel);
}

/// "Gemm 256→10" for a product with a constant matrix.
std::string product(const Model& model, const Node& node) {
    const bool constant = node.inputs.size() > 1 && node.inputs[1] != kNone && model.constant(node.inputs[1]) != nullptr;
    auto weight = sizes(input_type(model, node, 1));
    if (!constant || weight.size() < 2) return node.op_type;
    if (int_attribute(node, "transB").value_or(0) != 0) std::swap(weight[weight.size() - 1], weight[weight.size() - 2]);
    return fmt::format("{} {}→{}", node.op_type, weight[weight.size() - 2], weight.back());
}

std::string recurrent(const Model& model, const Node& node) {
    const auto weight = sizes(input_type(model, node, 1));
    const auto hidden = int_attribute(node, "hidden_size");
    const bool both = string_attribute(node, "direction").value_or("") == "bidirectional";
    const std::string kind = fmt::format("{}{}", both ? "Bi" : "", node.op_type);
    if (weight.size() != 3 || !hidden) return kind;
    return fmt::format("{} {}→{}", kind, weight[2], *hidden);
}

}  // namespace

std::string title_of(const Model& model, NodeId id) {
    const Node& node = model.node(id);
    const std::string& op = node.op_type;
    if (op == "Conv" || op == "ConvTranspose" || op == "QLinearConv" || op == "ConvInteger") return convolution(model, node);
    if (op == "MaxPool" || op == "AveragePool" || op == "LpPool")
        return op + window(node, ints_attribute(node, "kernel_shape").value_or(std::vector<std::int64_t>{}));
    if (op == "Gemm" || op == "MatMul" || op == "FusedMatMul" || op == "MatMulInteger") return product(model, node);
    if (op == "LSTM" || op == "GRU" || op == "RNN") return recurrent(model, node);
    return printable(op, 60);
}

}  // namespace vernier
