// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/operators.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cfloat>
#include <cmath>
#include <limits>

namespace vernier {
namespace {

struct OperatorRow {
    std::string_view op;
    Kernel kernel;
    std::string (*condition)(const GraphEdit&, const onnx::NodeProto&);  ///< empty text = holds
};

/// A product of two such numbers is still far from the ends of float.
constexpr float kLargestConstant = 1e18f;

bool is_activation(const GraphEdit& edit, const std::string& name) {
    return !name.empty() && !edit.is_constant(name) && edit.type(name).element == ElementType::float32;
}

/// A weight or bias that INT8 would ruin.
std::string odd_operand(const GraphEdit& edit, const onnx::NodeProto& node, int slot) {
    if (slot >= node.input_size() || node.input(slot).empty()) return {};
    const std::string odd = odd_constant(edit, node.input(slot), slot == 1 ? ConstantUse::multiplies : ConstantUse::adds);
    return odd.empty() ? odd : fmt::format("its {} '{}' {}", slot == 1 ? "weight" : "bias", node.input(slot), odd);
}

std::string odd_weights(const GraphEdit& edit, const onnx::NodeProto& node) {
    const std::string why = odd_operand(edit, node, 1);
    return why.empty() ? odd_operand(edit, node, 2) : why;
}

std::string conv_condition(const GraphEdit& edit, const onnx::NodeProto& node) {
    if (node.input_size() < 2 || !is_activation(edit, node.input(0))) return "its input is not a float activation";
    if (!edit.is_float_constant(node.input(1))) return "its weight is computed, not a constant";
    if (node.input_size() > 2 && !node.input(2).empty() && !edit.is_float_constant(node.input(2))) return "its bias is computed, not a constant";
    return odd_weights(edit, node);
}

std::string matmul_condition(const GraphEdit& edit, const onnx::NodeProto& node) {
    if (!edit.is_float_constant(node.input(1)))
        return edit.is_float_constant(node.input(0)) ? "its constant is on the left"
                                                     : "both of its inputs are computed (an attention product): float is faster";
    if (edit.dims(node.input(1)).size() != 2) return "its weight is not a matrix";
    if (!is_activation(edit, node.input(0))) return "its input is not a float activation";
    return odd_weights(edit, node);
}

std::string gemm_condition(const GraphEdit& edit, const onnx::NodeProto& node) {
    if (!is_activation(edit, node.input(0))) return "its input is not a float activation";
    if (!edit.is_float_constant(node.input(1))) return "its weight is computed, not a constant";
    if (attribute_float(node, "alpha", 1.f) != 1.f) return "its alpha could not be folded";
    if (node.input_size() > 2 && !node.input(2).empty()) {
        if (!edit.is_float_constant(node.input(2))) return "its bias is computed, not a constant";
        if (attribute_float(node, "beta", 1.f) != 1.f) return "its beta could not be folded";
        const auto dims = edit.dims(node.input(1));
        if (dims.size() == 2 && !is_row(edit.dims(node.input(2)), dims[attribute_int(node, "transB", 0) != 0 ? 0 : 1]))
            return "its bias is not one number a column";
    }
    return odd_weights(edit, node);
}

/// Codes of 8 bits keep a factor only where it is not far below the largest: smaller ones become zero, and their channels die.
std::string wide_factors(const GraphEdit& edit, const std::string& name) {
    constexpr double kMostLost = 0.1;
    const auto values = edit.floats(name);
    const auto [lo, hi] = std::minmax_element(values.begin(), values.end());
    if (values.empty()) return {};
    const double step = (std::max(double(*hi), 0.0) - std::min(double(*lo), 0.0)) / 255.0;
    std::size_t lost = 0, used = 0;
    for (const float value : values) {
        if (value == 0) continue;
        ++used;
        lost += std::fabs(double(value) - std::nearbyint(double(value) / step) * step) > 0.25 * std::fabs(double(value));
    }
    if (double(lost) <= kMostLost * double(used)) return {};
    return fmt::format("{} of the {} factors in '{}' are too small beside the largest for codes of 8 bits", lost, used, name);
}

std::string binary_condition(const GraphEdit& edit, const onnx::NodeProto& node) {
    int computed = 0;
    const bool factor = node.op_type() == "Mul";
    for (const auto& input : node.input()) {
        if (is_activation(edit, input))
            ++computed;
        else if (!edit.is_float_constant(input))
            return "an operand is not float";
        else if (const std::string odd = odd_constant(edit, input, factor ? ConstantUse::multiplies : ConstantUse::adds); !odd.empty())
            return fmt::format("its constant '{}' {}", input, odd);
        else if (std::string wide = factor ? wide_factors(edit, input) : std::string{}; !wide.empty())
            return wide;
    }
    return computed > 0 ? std::string{} : "both of its operands are constants";
}

std::string first_input_condition(const GraphEdit& edit, const onnx::NodeProto& node) {
    return is_activation(edit, node.input(0)) ? std::string{} : "its input is not a float activation";
}

std::string max_pool_condition(const GraphEdit& edit, const onnx::NodeProto& node) {
    if (node.output_size() > 1 && !node.output(1).empty()) return "it also returns indices";
    return first_input_condition(edit, node);
}

std::string resize_condition(const GraphEdit& edit, const onnx::NodeProto& node) {
    if (attribute_string(node, "mode", "nearest") != "nearest") return "only nearest-neighbour Resize has an integer kernel";
    return first_input_condition(edit, node);
}

std::string concat_condition(const GraphEdit& edit, const onnx::NodeProto& node) {
    for (const auto& input : node.input())
        if (!is_activation(edit, input)) return "an operand is a constant or not float";
    return {};
}

std::string saturation_condition(const GraphEdit& edit, const onnx::NodeProto& node) {
    if (saturation_of(node).scale == 0) return "its slope and offset do not fit into codes of [0, 1]";
    return first_input_condition(edit, node);
}

std::string clamp_condition(const GraphEdit& edit, const onnx::NodeProto& node) {
    float lo = 0, hi = 0;
    return clamp_bounds(edit, node, lo, hi) ? std::string{} : "its bounds are computed";
}

constexpr std::array kOperators = {
    OperatorRow{"Conv", Kernel::conv, &conv_condition},
    OperatorRow{"MatMul", Kernel::matmul, &matmul_condition},
    OperatorRow{"Gemm", Kernel::gemm, &gemm_condition},
    OperatorRow{"Add", Kernel::binary, &binary_condition},
    OperatorRow{"Mul", Kernel::binary, &binary_condition},
    OperatorRow{"Sigmoid", Kernel::fixed_unit, &first_input_condition},
    OperatorRow{"HardSigmoid", Kernel::hard_sigmoid, &saturation_condition},
    OperatorRow{"HardSwish", Kernel::hard_swish, &saturation_condition},
    OperatorRow{"LeakyRelu", Kernel::unary, &first_input_condition},
    OperatorRow{"GlobalAveragePool", Kernel::unary, &first_input_condition},
    OperatorRow{"MaxPool", Kernel::same_scale, &max_pool_condition},
    OperatorRow{"Reshape", Kernel::same_scale, &first_input_condition},
    OperatorRow{"Flatten", Kernel::same_scale, &first_input_condition},
    OperatorRow{"Squeeze", Kernel::same_scale, &first_input_condition},
    OperatorRow{"Unsqueeze", Kernel::same_scale, &first_input_condition},
    OperatorRow{"Transpose", Kernel::same_scale, &first_input_condition},
    OperatorRow{"Slice", Kernel::same_scale, &first_input_condition},
    OperatorRow{"Split", Kernel::same_scale, &first_input_condition},
    OperatorRow{"Expand", Kernel::same_scale, &first_input_condition},
    OperatorRow{"Tile", Kernel::same_scale, &first_input_condition},
    OperatorRow{"DepthToSpace", Kernel::same_scale, &first_input_condition},
    OperatorRow{"Resize", Kernel::same_scale, &resize_condition},
    OperatorRow{"Concat", Kernel::concat, &concat_condition},
    OperatorRow{"Relu", Kernel::clamp, &clamp_condition},
    OperatorRow{"Clip", Kernel::clamp, &clamp_condition},
};

}  // namespace

bool is_row(const std::vector<std::int64_t>& dims, std::int64_t columns) {
    if (dims.empty()) return true;
    const bool one_each = std::all_of(dims.begin(), dims.end() - 1, [](std::int64_t dim) { return dim == 1; });
    return one_each && (dims.back() == columns || dims.back() == 1);
}

std::string odd_constant(const GraphEdit& edit, const std::string& name, ConstantUse use) {
    if (!edit.is_float_constant(name)) return {};
    const float largest = edit.largest_magnitude(name);
    if (!std::isfinite(largest)) return "holds NaN or infinity";
    if (largest > kLargestConstant) return fmt::format("reaches {:.3g}, where sums in INT8 leave the range of float", largest);
    const bool adds = use == ConstantUse::adds;  // a bias that vanishes is no loss
    if (!adds && largest > 0 && largest < 1 / kLargestConstant) return fmt::format("does not exceed {:.3g}, where scales in INT8 vanish", largest);
    return {};
}

KernelChoice int8_kernel(const GraphEdit& edit, const onnx::NodeProto& node) {
    if (!is_standard(node)) return {Kernel::none, fmt::format("{} is of the domain {}, which is left as it is", node.op_type(), node.domain())};
    for (const OperatorRow& row : kOperators) {
        if (row.op != node.op_type()) continue;
        std::string why = row.condition(edit, node);
        return why.empty() ? KernelChoice{row.kernel, {}} : KernelChoice{Kernel::none, std::move(why)};
    }
    return {Kernel::none, fmt::format("the runtime has no integer kernel for {}", node.op_type())};
}

Saturation saturation_of(const onnx::NodeProto& node) {
    const bool swish = node.op_type() == "HardSwish";
    const double alpha = swish ? 1.0 / 6.0 : double(attribute_float(node, "alpha", 0.2f));
    const double beta = swish ? 0.5 : double(attribute_float(node, "beta", 0.5f));
    const double scale = 1.0 / (255.0 * alpha);
    if (!(alpha > 0) || !(beta >= 0) || !(beta <= 1) || !(scale >= FLT_MIN) || !(scale <= FLT_MAX)) return {};
    return {static_cast<float>(scale), static_cast<std::uint8_t>(std::nearbyint(255.0 * beta))};
}

bool clamp_bounds(const GraphEdit& edit, const onnx::NodeProto& node, float& lo, float& hi) {
    lo = node.op_type() == "Relu" ? 0.f : -std::numeric_limits<float>::infinity();
    hi = std::numeric_limits<float>::infinity();
    if (node.op_type() == "Relu") return true;
    lo = attribute_float(node, "min", lo);
    hi = attribute_float(node, "max", hi);
    for (int slot = 1; slot < node.input_size(); ++slot) {
        if (node.input(slot).empty()) continue;
        if (!edit.is_float_constant(node.input(slot))) return false;
        const auto values = edit.floats(node.input(slot));
        if (values.size() != 1) return false;
        (slot == 1 ? lo : hi) = values[0];
    }
    return lo <= 0 && hi >= 0;
}

std::vector<std::string> activation_inputs(const GraphEdit& edit, const onnx::NodeProto& node, Kernel kernel) {
    if (kernel == Kernel::none) return {};
    if (kernel != Kernel::binary && kernel != Kernel::concat) return {node.input(0)};
    std::vector<std::string> names;
    for (const auto& input : node.input())
        if (!edit.is_constant(input)) names.push_back(input);
    return names;
}

}  // namespace vernier
