// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <string_view>

#include "core/quant/passes/element_functions.h"
#include "core/quant/passes/sequence.h"

namespace vernier {
namespace {

constexpr std::int64_t kGeluOpset = 20;
constexpr double kRounding = 2e-6;  ///< constants of a file are FP32: sqrt(2 / pi) with seven digits

/// Where a function's name is written.
struct Place {
    GraphEdit& edit;
    std::string input, output, name;
    NodeId origin;

    int add(std::string_view op, std::vector<std::string> inputs, const std::string& result, std::string_view domain = "") const {
        return edit.add(op, std::move(inputs), {result}, name, domain, origin);
    }
    /// input * (what the gate makes of it), which the runtime folds into one operator where it has one.
    void gated(std::string_view gate, const std::vector<std::pair<std::string_view, float>>& attributes) const {
        const std::string between = edit.fresh(name + "_gate");
        const int added = add(gate, {input}, between);
        for (const auto& [key, value] : attributes) set_attribute(edit.item(static_cast<std::size_t>(added)).proto, key, value);
        add("Mul", {input, between}, output);
    }
};

/// Gelu is an operator of the standard from opset 20 on, and of the runtime's own before.
void write_gelu(const Place& place, std::string_view approximate) {
    if (place.edit.opset() >= kGeluOpset) {
        const int added = place.add("Gelu", {place.input}, place.output);
        set_attribute(place.edit.item(static_cast<std::size_t>(added)).proto, "approximate", approximate);
        return;
    }
    place.edit.set_opset("com.microsoft", 1);
    place.add(approximate == "tanh" ? "FastGelu" : "Gelu", {place.input}, place.output, "com.microsoft");
}

struct Activation {
    double (*function)(double x);
    std::size_t nodes;  ///< that its name takes
    void (*write)(const Place& place);
};

constexpr Activation kActivations[] = {
    {gelu_by_tanh, 1, [](const Place& place) { write_gelu(place, "tanh"); }},
    {gelu_by_erf, 1, [](const Place& place) { write_gelu(place, "none"); }},
    {[](double x) { return x * std::clamp(x / 6 + 0.5, 0.0, 1.0); }, 2,
     [](const Place& place) {
         place.gated("HardSigmoid", {{"alpha", 1.F / 6}, {"beta", 0.5F}});
     }},
    {[](double x) { return x * logistic(x); }, 2, [](const Place& place) { place.gated("Sigmoid", {}); }},
    {logistic, 1, [](const Place& place) { place.add("Sigmoid", {place.input}, place.output); }},
    {[](double x) { return std::max(x, 0.0); }, 1, [](const Place& place) { place.add("Relu", {place.input}, place.output); }},
};

bool equals(const ElementFunction& found, double (*function)(double x)) {
    const auto points = probe_points();
    for (std::size_t i = 0; i < points.size(); ++i)
        if (!(std::fabs(found.values[i] - function(points[i])) <= kRounding * (1 + std::fabs(points[i])))) return false;
    return true;
}

/// The longest one with a name that is shorter.
const Activation* name_of(std::vector<ElementFunction>& functions) {
    for (; !functions.empty(); functions.pop_back())
        for (const Activation& activation : kActivations)
            if (functions.back().nodes.size() > activation.nodes && equals(functions.back(), activation.function)) return &activation;
    return nullptr;
}

void rewrite(GraphEdit& edit, PassContext& context, const ElementFunction& found, const Activation& activation) {
    const auto& last = edit.item(static_cast<std::size_t>(found.nodes.back()));
    const Place place{edit, found.from, last.proto.output(0), last.proto.name(), last.origin};
    for (const int index : found.nodes) {
        context.note_rewritten(edit.item(static_cast<std::size_t>(index)));
        edit.remove(index);
    }
    activation.write(place);
}

bool can_end(std::string_view op) {
    constexpr std::string_view kOps[] = {"Mul", "Div", "Add", "Sub", "Max", "Min", "Clip", "Reciprocal"};
    return std::find(std::begin(kOps), std::end(kOps), op) != std::end(kOps);
}

}  // namespace

int name_activations(GraphEdit& edit, PassContext& context) {
    constexpr std::int64_t kBroadcasting = 7;  // before this opset, operands of different shapes need attributes
    if (edit.opset() < kBroadcasting) return 0;
    int changed = 0;
    // From the back, so that a whole function is seen before its parts.
    for (std::size_t i = edit.size(); i-- > 0;) {
        if (edit.item(i).removed || !context.rewrites(edit.item(i)) || !can_end(edit.item(i).proto.op_type())) continue;
        auto functions = functions_into(edit, static_cast<int>(i));
        std::erase_if(functions, [&](const ElementFunction& each) {
            return !std::all_of(each.nodes.begin(), each.nodes.end(), [&](int node) { return context.rewrites(edit.item(static_cast<std::size_t>(node))); });
        });
        const Activation* activation = name_of(functions);
        if (activation == nullptr) continue;
        rewrite(edit, context, functions.back(), *activation);
        ++changed;
    }
    return changed;
}

}  // namespace vernier
