// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/widen.h"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <vector>

#include "core/quant/attributes.h"
#include "core/quant/schema.h"

namespace vernier {
namespace {

bool is_other_float(ElementType type) { return type == ElementType::float16 || type == ElementType::bfloat16 || type == ElementType::float64; }

/// Ops whose result's type is an attribute, not that of an input.
bool has_typed_result(std::string_view op) {
    static constexpr std::array<std::string_view, 11> kOps = {"Cast",         "CastLike",         "ConstantOfShape", "EyeLike",
                                                              "RandomNormal", "RandomNormalLike", "RandomUniform",   "RandomUniformLike",
                                                              "Bernoulli",    "Multinomial",      "QuantizeLinear"};
    return std::find(kOps.begin(), kOps.end(), op) != kOps.end() || op == "DequantizeLinear";
}

bool allows_float(const onnx::OpSchema::FormalParameter& parameter) {
    const auto& types = parameter.GetTypes();
    return std::any_of(types.begin(), types.end(), [](const std::string* type) { return *type == "tensor(float)"; });
}

/// Which inputs and outputs of a node share a type parameter that is another float type now, and may be FP32.
struct Slots {
    std::vector<int> inputs, outputs;
};

Slots slots_of(const GraphEdit& edit, const onnx::NodeProto& node) {
    Slots slots;
    if (!is_standard(node) || has_typed_result(node.op_type())) return slots;
    const auto* schema = onnx::OpSchemaRegistry::Schema(node.op_type(), static_cast<int>(edit.opset()), "");
    if (schema == nullptr) return slots;
    std::set<std::string> parameters;
    for (int i = 0; i < node.input_size(); ++i) {
        const auto* parameter = formal_parameter(schema->inputs(), i);
        if (node.input(i).empty() || parameter == nullptr || !is_other_float(edit.type(node.input(i)).element)) continue;
        if (!allows_float(*parameter)) return slots;
        parameters.insert(parameter->GetTypeStr());
    }
    for (int i = 0; i < node.input_size(); ++i)
        if (const auto* parameter = formal_parameter(schema->inputs(), i);
            !node.input(i).empty() && parameter != nullptr && parameters.contains(parameter->GetTypeStr()))
            slots.inputs.push_back(i);
    for (int i = 0; i < node.output_size(); ++i)
        if (const auto* parameter = formal_parameter(schema->outputs(), i);
            !node.output(i).empty() && parameter != nullptr && parameters.contains(parameter->GetTypeStr()))
            slots.outputs.push_back(i);
    return slots;
}

class Widener {
public:
    explicit Widener(GraphEdit& edit) : edit_(edit) {}

    std::set<int> run(std::span<const int> items) {
        std::set<int> widened;
        std::map<int, Slots> all;
        for (const int index : items) {
            Slots slots = slots_of(edit_, node(index));
            if (!slots.inputs.empty()) all.emplace(index, std::move(slots));
        }
        for (const auto& [index, slots] : all)
            for (const int slot : slots.outputs) make_output(index, slot);
        for (const auto& [index, slots] : all) {
            for (const int slot : slots.inputs) {
                const std::string name = node(index).input(slot);  // a Cast that is added moves the nodes
                const std::string by = wide(name);
                edit_.set_input(index, slot, by);
            }
            widened.insert(index);
        }
        for (const auto& [name, source] : made_)
            if (edit_.is_output(name) || edit_.has_outer_reads(name) || !edit_.readers(name).empty()) cast(source.wide, name, source.type);
        return widened;
    }

private:
    struct Made {
        std::string wide;
        ElementType type = ElementType::undefined;  ///< of the tensor as it was
    };

    const onnx::NodeProto& node(int index) const { return edit_.item(static_cast<std::size_t>(index)).proto; }

    std::string wide_name(const std::string& name) {
        ValueType type = edit_.type(name);
        type.element = ElementType::float32;
        const std::string wide = edit_.fresh(name + "_fp32");
        edit_.set_type(wide, std::move(type));
        return wide_[name] = wide;
    }

    void make_output(int index, int slot) {
        const std::string name = node(index).output(slot);
        ElementType type = edit_.type(name).element;
        if (type == ElementType::undefined)  // inference gave up: the type of an input that shares its parameter
            for (const auto& input : node(index).input())
                if (is_other_float(edit_.type(input).element)) type = edit_.type(input).element;
        const std::string wide = wide_name(name);
        edit_.set_output(index, slot, wide);
        made_[name] = {wide, type};
    }

    std::string wide(const std::string& name) {
        if (const auto found = wide_.find(name); found != wide_.end()) return found->second;
        const std::string made = wide_name(name);
        cast(name, made, ElementType::float32);
        return made;
    }

    void cast(const std::string& from, const std::string& to, ElementType type) {
        onnx::NodeProto node;
        node.set_op_type("Cast");
        node.set_name(edit_.fresh(to + "_Cast"));
        node.add_input(from);
        node.add_output(to);
        set_attribute(node, "to", static_cast<std::int64_t>(type));
        edit_.add(std::move(node));
    }

    GraphEdit& edit_;
    std::map<std::string, std::string> wide_;  ///< tensor to its FP32 form
    std::map<std::string, Made> made_;         ///< by tensor that a widened node made
};

}  // namespace

std::set<int> widen(GraphEdit& edit, std::span<const int> items) { return Widener(edit).run(items); }

bool computes_in_other_float(const GraphEdit& edit, const onnx::NodeProto& node) {
    const auto other = [&](const std::string& name) { return !name.empty() && is_other_float(edit.type(name).element); };
    return std::any_of(node.input().begin(), node.input().end(), other) || std::any_of(node.output().begin(), node.output().end(), other);
}

}  // namespace vernier
