// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <optional>

#include "core/quant/operators.h"
#include "core/quant/passes/passes.h"

namespace vernier {
namespace {

const onnx::NodeProto& proto(const GraphEdit& edit, int index) { return edit.item(static_cast<std::size_t>(index)).proto; }

/// The one number of a float constant that leaves the shape of x as it is: with more axes than x it would widen the result.
std::optional<double> number(const GraphEdit& edit, const std::string& name, const std::string& x) {
    if (!edit.is_float_constant(name)) return {};
    if (const auto rank = static_cast<int>(edit.dims(name).size()); rank > 0 && rank > edit.rank(x)) return {};
    const auto values = edit.floats(name);
    return values.size() == 1 && std::isfinite(values[0]) ? std::optional<double>(values[0]) : std::nullopt;
}

/// A node with one computed operand and one number, in either order where the operator allows it.
struct WithNumber {
    std::string computed;
    double value = 0;
};

std::optional<WithNumber> with_number(const GraphEdit& edit, int index, std::string_view op) {
    if (index < 0) return {};
    const auto& node = proto(edit, index);
    if (node.op_type() != op || node.input_size() != 2 || !is_standard(node)) return {};
    if (const auto right = number(edit, node.input(1), node.input(0))) return WithNumber{node.input(0), *right};
    if (op == "Div") return {};
    if (const auto left = number(edit, node.input(0), node.input(1))) return WithNumber{node.input(1), *left};
    return {};
}

/// By how much a node multiplies: Mul by a number, or Div.
std::optional<double> factor_of(const GraphEdit& edit, int index) {
    if (const auto mul = with_number(edit, index, "Mul")) return mul->value;
    if (const auto div = with_number(edit, index, "Div"); div && div->value != 0) return 1.0 / div->value;
    return {};
}

/// clip(x + offset, 0, high), then a factor: directly, or behind a product with x.
struct Pieces {
    int add = -1, clip = -1, product = -1, scale = -1;
    std::string x;
    double offset = 0, factor = 0;
};

std::optional<Pieces> pieces_around(const GraphEdit& edit, int clip) {
    const auto& node = proto(edit, clip);
    float lo = 0, hi = 0;
    if (node.op_type() != "Clip" || !is_standard(node) || !clamp_bounds(edit, node, lo, hi) || lo != 0 || !std::isfinite(hi)) return {};
    Pieces p;
    p.clip = clip;
    p.add = edit.producer(node.input(0));
    const auto add = with_number(edit, p.add, "Add");
    if (!add || edit.only_reader(node.input(0)) != clip) return {};
    p.x = add->computed;
    p.offset = add->value;
    int next = edit.only_reader(node.output(0));
    if (next < 0) return {};
    if (const auto& mul = proto(edit, next); mul.op_type() == "Mul" && is_standard(mul) && (mul.input(0) == p.x || mul.input(1) == p.x)) {
        p.product = next;
        next = edit.only_reader(mul.output(0));
    }
    const auto factor = factor_of(edit, next);
    if (!factor || !(std::fabs(hi * *factor - 1) <= 1e-5)) return {};
    p.scale = next;
    p.factor = *factor;
    return p;
}

bool all_static(const GraphEdit& edit, const PassContext& context, const Pieces& p) {
    for (const int index : {p.add, p.clip, p.product, p.scale})
        if (index >= 0 && !context.is_static(edit.item(static_cast<std::size_t>(index)))) return false;
    return true;
}

void rewrite(GraphEdit& edit, PassContext& context, const Pieces& p) {
    auto& clip = edit.item(static_cast<std::size_t>(p.clip));
    const NodeId origin = clip.origin;
    const std::string gate = clip.proto.output(0), result = proto(edit, p.scale).output(0);
    onnx::NodeProto node;
    node.set_op_type("HardSigmoid");
    node.set_name(clip.proto.name());
    node.add_input(p.x);
    node.add_output(p.product >= 0 ? gate : result);
    set_attribute(node, "alpha", static_cast<float>(p.factor));
    set_attribute(node, "beta", static_cast<float>(p.offset * p.factor));
    for (const int index : {p.add, p.scale}) {
        context.absorb(edit.item(static_cast<std::size_t>(index)), origin);
        edit.remove(index);
    }
    edit.remove(p.clip);
    if (p.product >= 0) edit.set_output(p.product, 0, result);
    edit.add(std::move(node), origin);
}

}  // namespace

int use_hard_sigmoid(GraphEdit& edit, PassContext& context) {
    int changed = 0;
    const std::size_t count = edit.size();
    for (std::size_t i = 0; i < count; ++i) {
        if (edit.item(i).removed) continue;
        const auto found = pieces_around(edit, static_cast<int>(i));
        if (!found || !all_static(edit, context, *found)) continue;
        rewrite(edit, context, *found);
        ++changed;
    }
    return changed;
}

}  // namespace vernier
