// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>

#include "core/quant/passes/element_functions.h"
#include "core/quant/passes/sequence.h"

namespace vernier {
namespace {

const onnx::NodeProto& proto(const GraphEdit& edit, int index) { return edit.item(static_cast<std::size_t>(index)).proto; }

enum class Shape { rises, falls_then_rises, other };

/// Of steps smaller than FP32 holds nothing is known; they count as level.
Shape shape_of(const std::vector<double>& values) {
    bool rose = false, fell = false;
    for (std::size_t i = 1; i < values.size(); ++i) {
        const double step = values[i] - values[i - 1], least = 1e-7 * (1 + std::fabs(values[i]));
        if (!std::isfinite(step)) return Shape::other;
        if (step < -least && rose) return Shape::other;
        rose = rose || step > least;
        fell = fell || step < -least;
    }
    if (!rose) return Shape::other;
    return fell ? Shape::falls_then_rises : Shape::rises;
}

/// A maximum over positions, and the axes that it is taken over.
struct Maximum {
    std::vector<std::int64_t> axes;
    bool keeps = true;
};

std::optional<Maximum> maximum_of(const GraphEdit& edit, const onnx::NodeProto& node) {
    if (!is_standard(node) || node.input_size() == 0 || node.output_size() != 1) return {};
    Maximum maximum;
    if (node.op_type() == "GlobalMaxPool") {
        const int rank = edit.rank(node.input(0));
        if (rank < 3) return {};
        maximum.axes.resize(static_cast<std::size_t>(rank) - 2);
        std::iota(maximum.axes.begin(), maximum.axes.end(), 2);
        return maximum;
    }
    if (node.op_type() != "ReduceMax") return {};
    maximum.keeps = attribute_int(node, "keepdims", 1) != 0;
    if (node.input_size() > 1 && !edit.is_constant(node.input(1))) return {};
    maximum.axes = node.input_size() > 1 ? edit.ints(node.input(1)) : attribute_ints(node, "axes");
    return maximum.axes.empty() ? std::nullopt : std::optional(maximum);
}

/// Of at least four times as many numbers as it leaves: what is saved must be more than the second reduction takes.
bool shrinks(const GraphEdit& edit, const std::string& tensor, const Maximum& maximum) {
    const ValueType type = edit.type(tensor);
    if (!type.has_shape) return false;
    std::int64_t positions = 1;
    for (const std::int64_t axis : maximum.axes) {
        const auto at = static_cast<std::size_t>(axis < 0 ? axis + static_cast<std::int64_t>(type.dims.size()) : axis);
        if (at >= type.dims.size() || type.dims[at].value < 1) return false;
        positions *= type.dims[at].value;
    }
    return positions >= 4;
}

struct Writer {
    GraphEdit& edit;
    const ElementFunction& function;
    const Maximum& maximum;
    std::string name;
    NodeId origin;
    ValueType type;  ///< of the maximum

    [[nodiscard]] std::string reduced(std::string_view op) const {
        constexpr std::int64_t kAxesAsInput = 18;
        std::vector<std::string> inputs = {function.from};
        const bool as_input = edit.opset() >= kAxesAsInput;
        if (as_input)
            inputs.push_back(
                edit.add_constant<std::int64_t>(name + "_axes", ElementType::int64, {static_cast<std::int64_t>(maximum.axes.size())}, maximum.axes));
        std::string output = edit.fresh(name + "_" + std::string(op));
        auto& node = edit.item(static_cast<std::size_t>(edit.add(op, inputs, {output}, name, "", origin))).proto;
        if (!as_input) set_attribute(node, "axes", maximum.axes);
        set_attribute(node, "keepdims", maximum.keeps ? 1 : 0);
        edit.set_type(output, type);
        return output;
    }

    /// The function's nodes once more, from another tensor.
    void repeated(const std::string& from, const std::string& to) const {
        std::map<std::string, std::string> renamed = {{function.from, from}};
        for (const int index : function.nodes) {
            onnx::NodeProto node = proto(edit, index);
            for (auto& input : *node.mutable_input())
                if (const auto found = renamed.find(input); found != renamed.end()) input = found->second;
            std::string& output = renamed[node.output(0)];
            output = index == function.nodes.back() ? to : edit.fresh(node.output(0));
            node.set_output(0, output);
            edit.set_type(output, type);
            node.set_name(edit.fresh(node.name()));
            edit.add(std::move(node), edit.item(static_cast<std::size_t>(index)).origin);
        }
    }
};

void rewrite(GraphEdit& edit, PassContext& context, int pool, const ElementFunction& function, const Maximum& maximum) {
    const auto& item = edit.item(static_cast<std::size_t>(pool));
    const std::string result = item.proto.output(0), name = item.proto.name();
    const NodeId origin = item.origin;
    context.note_rewritten(item);
    edit.remove(pool);
    const Writer writer{edit, function, maximum, name, origin, edit.type(result)};
    const std::string largest = writer.reduced("ReduceMax");
    if (shape_of(function.values) == Shape::rises) {
        writer.repeated(largest, result);
    } else {
        const std::string of_largest = edit.fresh(result), of_least = edit.fresh(result);
        writer.repeated(largest, of_largest);
        writer.repeated(writer.reduced("ReduceMin"), of_least);
        edit.add("Max", {of_largest, of_least}, {result}, name, "", origin);
    }
    for (const int index : function.nodes) {
        context.note_rewritten(edit.item(static_cast<std::size_t>(index)));
        edit.remove(index);
    }
}

/// The longest function in front of a maximum that only it reads.
std::optional<ElementFunction> function_before(const GraphEdit& edit, const PassContext& context, int pool) {
    const std::string& input = proto(edit, pool).input(0);
    const int maker = edit.producer(input);
    if (maker < 0 || edit.only_reader(input) != pool) return {};
    auto functions = functions_into(edit, maker);
    for (; !functions.empty(); functions.pop_back()) {
        const ElementFunction& last = functions.back();
        const bool all =
            std::all_of(last.nodes.begin(), last.nodes.end(), [&](int node) { return context.rewrites(edit.item(static_cast<std::size_t>(node))); });
        if (all && shape_of(last.values) != Shape::other) return last;
    }
    return {};
}

}  // namespace

int activation_behind_max(GraphEdit& edit, PassContext& context) {
    constexpr std::int64_t kNegativeAxes = 11, kFloatMax = 8;
    if (edit.opset() < std::max(kNegativeAxes, kFloatMax)) return 0;
    int changed = 0;
    for (std::size_t i = 0, size = edit.size(); i < size; ++i) {
        if (edit.item(i).removed || !context.rewrites(edit.item(i))) continue;
        const auto maximum = maximum_of(edit, edit.item(i).proto);
        if (!maximum || !shrinks(edit, edit.item(i).proto.input(0), *maximum)) continue;
        const auto function = function_before(edit, context, static_cast<int>(i));
        if (!function) continue;
        rewrite(edit, context, static_cast<int>(i), *function, *maximum);
        ++changed;
    }
    return changed;
}

}  // namespace vernier
