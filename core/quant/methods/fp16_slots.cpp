// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/methods/fp16_slots.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include <fmt/format.h>

#include "core/quant/methods/half.h"
#include "core/quant/schema.h"

namespace vernier::detail {
namespace {

/// Ops that stay in float though some opset allows half: random numbers and windows whose type is an attribute, sums and
/// counts that half precision cannot hold, picks whose order changes when values become equal, resampling whose
/// coordinates are float, and the borders of integer islands.
constexpr std::array<std::string_view, 20> kFloatOps = {"RandomNormal",
                                                        "RandomNormalLike",
                                                        "RandomUniform",
                                                        "RandomUniformLike",
                                                        "Multinomial",
                                                        "Bernoulli",
                                                        "EyeLike",
                                                        "Range",
                                                        "CumSum",
                                                        "TopK",
                                                        "NonMaxSuppression",
                                                        "RoiAlign",
                                                        "Resize",
                                                        "Upsample",
                                                        "GridSample",
                                                        "QuantizeLinear",
                                                        "DequantizeLinear",
                                                        "DynamicQuantizeLinear",
                                                        "Constant",
                                                        "Optional"};

/// Opset from which BatchNormalization's parameters have types of their own.
constexpr std::int64_t kSeparateNormTypes = 15;

bool allows_half(const onnx::OpSchema::FormalParameter* parameter) {
    if (parameter == nullptr) return false;
    const auto& types = parameter->GetTypes();
    return std::any_of(types.begin(), types.end(), [](const std::string* type) { return *type == "tensor(float16)"; });
}

/// Scale, bias, mean and variance of BatchNormalization stay in float where they may (opset 15): they are few, and a
/// variance below FP16's normal range would distort its whole channel.
bool better_float(const onnx::NodeProto& node, int input) { return node.op_type() == "BatchNormalization" && input > 0; }

bool allows_tensor(const onnx::OpSchema::FormalParameter* parameter) {
    if (parameter == nullptr) return true;
    const auto& types = parameter->GetTypes();
    return types.empty() || std::any_of(types.begin(), types.end(), [](const std::string* type) { return type->starts_with("tensor("); });
}

bool has_subgraph(const onnx::NodeProto& node) {
    return std::any_of(node.attribute().begin(), node.attribute().end(),
                       [](const auto& attribute) { return attribute.has_g() || attribute.graphs_size() > 0; });
}

/// True for a Transpose that moves the first axis to the last or the last but one and leaves the others in order. In half
/// precision and in front of a MatMul, the runtime's MatMul-Transpose fusion exchanges it with the Cast behind it, then finds
/// no form for it, and leaves tensors without a type on which a later optimization ends the process.
bool moves_first_axis_back(const onnx::NodeProto& node) {
    if (node.op_type() != "Transpose" || !is_standard(node)) return false;
    const auto perm = attribute_ints(node, "perm");
    const auto rank = static_cast<std::int64_t>(perm.size());
    if (rank < 3) return false;
    const std::int64_t to = perm[static_cast<std::size_t>(rank - 1)] == 0 ? rank - 1 : rank - 2;
    for (std::int64_t i = 0; i < rank; ++i)
        if (perm[static_cast<std::size_t>(i)] != (i < to ? i + 1 : i == to ? 0 : i)) return false;
    return true;
}

/// What the runtime removes or exchanges with a Transpose before it looks for products.
bool is_looked_through(const onnx::NodeProto& node) {
    static constexpr std::array<std::string_view, 7> kOps = {"Identity", "Dropout", "Cast", "Squeeze", "Unsqueeze", "Reshape", "Flatten"};
    return is_standard(node) && std::find(kOps.begin(), kOps.end(), node.op_type()) != kOps.end();
}

bool moves_batch_into_product(const GraphEdit& edit, const onnx::NodeProto& transpose) {
    if (!moves_first_axis_back(transpose)) return false;
    std::vector<std::string> todo = {transpose.output(0)};
    while (!todo.empty()) {
        const std::string tensor = todo.back();
        todo.pop_back();
        for (const int reader : edit.readers(tensor)) {
            const auto& node = edit.item(static_cast<std::size_t>(reader)).proto;
            if (node.op_type() == "MatMul" || node.op_type() == "FusedMatMul") return true;
            if (is_looked_through(node) && node.input(0) == tensor) todo.push_back(node.output(0));
        }
    }
    return false;
}

const onnx::OpSchema* schema_of(const GraphEdit& edit, const onnx::NodeProto& node) {
    if (!is_standard(node)) return nullptr;
    return onnx::OpSchemaRegistry::Schema(node.op_type(), static_cast<int>(edit.opset()), "");
}

}  // namespace

HalfRules::HalfRules(const GraphEdit& edit) : edit_(edit) { infer_unknown_types(); }

/// Where shape inference gave up: an output has the type of an input that shares its type parameter.
void HalfRules::infer_unknown_types() {
    for (std::size_t i = 0; i < edit_.size(); ++i) {
        const auto& item = edit_.item(i);
        if (item.removed) continue;
        const onnx::OpSchema* schema = nullptr;
        for (int output = 0; output < item.proto.output_size(); ++output) {
            const std::string& name = item.proto.output(output);
            if (name.empty() || element(name) != ElementType::undefined || !edit_.type(name).other.empty()) continue;
            if (schema == nullptr) schema = schema_of(edit_, item.proto);
            const auto* formal = schema == nullptr ? nullptr : formal_parameter(schema->outputs(), output);
            if (formal == nullptr) continue;
            for (int input = 0; input < item.proto.input_size(); ++input) {
                const auto* source = formal_parameter(schema->inputs(), input);
                if (source == nullptr || source->GetTypeStr() != formal->GetTypeStr() || item.proto.input(input).empty()) continue;
                inferred_[name] = element(item.proto.input(input));
                break;
            }
        }
    }
}

ElementType HalfRules::element(const std::string& tensor) const {
    const ElementType known = edit_.type(tensor).element;
    if (known != ElementType::undefined) return known;
    const auto found = inferred_.find(tensor);
    return found == inferred_.end() ? ElementType::undefined : found->second;
}

bool HalfRules::is_float(const std::string& tensor) const { return element(tensor) == ElementType::float32; }

HalfSlots HalfRules::slots(int index) const {
    const auto& node = edit_.item(static_cast<std::size_t>(index)).proto;
    HalfSlots slots;
    slots.inputs.resize(static_cast<std::size_t>(node.input_size()));
    slots.outputs.resize(static_cast<std::size_t>(node.output_size()));
    const auto refuse = [&](std::string why) {
        slots.why = std::move(why);
        return slots;
    };
    if (has_subgraph(node)) return refuse("nodes with subgraphs stay as they are");
    const onnx::OpSchema* schema = schema_of(edit_, node);
    if (schema == nullptr) return refuse("whether its op knows half precision is not known");
    if (moves_batch_into_product(edit_, node))
        return refuse("in front of a MatMul, ONNX Runtime 1.31.1 ends without a message while it optimizes such a Transpose in half precision");
    if (std::find(kFloatOps.begin(), kFloatOps.end(), node.op_type()) != kFloatOps.end()) return refuse(fmt::format("{} stays in float", node.op_type()));
    bool any = false, any_float = false;
    for (int i = 0; i < node.input_size(); ++i) {
        const std::string& name = node.input(i);
        if (name.empty()) continue;
        if (!edit_.type(name).other.empty()) return refuse("it works on sequences or optional values");
        if (element(name) == ElementType::undefined) return refuse(fmt::format("the type of its input {} is not known", name));
        any_float |= is_float(name);
        any |= slots.inputs[static_cast<std::size_t>(i)] =
            is_float(name) && allows_half(formal_parameter(schema->inputs(), i)) && !(better_float(node, i) && edit_.opset() >= kSeparateNormTypes);
    }
    for (int i = 0; i < node.output_size(); ++i) {
        const std::string& name = node.output(i);
        if (name.empty()) continue;
        const auto* formal = formal_parameter(schema->outputs(), i);
        if (!edit_.type(name).other.empty() || !allows_tensor(formal)) return refuse("it works on sequences or optional values");
        any_float |= is_float(name);
        if (!is_float(name) || !allows_half(formal)) continue;
        bool becomes_half = node.op_type() == "Cast" || node.op_type() == "ConstantOfShape";
        for (int input = 0; input < node.input_size() && !becomes_half; ++input)
            becomes_half = slots.inputs[static_cast<std::size_t>(input)] && formal_parameter(schema->inputs(), input)->GetTypeStr() == formal->GetTypeStr();
        any |= slots.outputs[static_cast<std::size_t>(i)] = becomes_half;
    }
    if (!any) return refuse(any_float ? fmt::format("{} does not allow half precision at opset {}", node.op_type(), edit_.opset()) : "it has no float tensors");
    return slots;
}

HalfFate half_fate(const std::vector<float>& values) {
    HalfFate fate;
    for (float value : values) {
        const float magnitude = std::fabs(value);
        if (value == 0.f || !std::isfinite(value)) continue;
        ++fate.count;
        if (magnitude >= kHalfOverflow) ++fate.overflow;
        if (magnitude <= kHalfToZero)
            ++fate.to_zero;
        else if (magnitude < kHalfNormalMin)
            ++fate.subnormal;
    }
    return fate;
}

}  // namespace vernier::detail
