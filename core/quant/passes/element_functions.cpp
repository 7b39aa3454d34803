// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/passes/element_functions.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string_view>

namespace vernier {
namespace {

constexpr std::size_t kMostNodes = 24;

using Values = std::vector<double>;

const onnx::NodeProto& proto(const GraphEdit& edit, int index) { return edit.item(static_cast<std::size_t>(index)).proto; }

/// Of one or two operands; the second one is 0 where there is none.
using Function = double (*)(double a, double b);

struct Operator {
    std::string_view op;
    int operands;
    Function function;
};

constexpr Operator kOperators[] = {
    {"Add", 2, [](double a, double b) { return a + b; }},
    {"Sub", 2, [](double a, double b) { return a - b; }},
    {"Mul", 2, [](double a, double b) { return a * b; }},
    {"Div", 2, [](double a, double b) { return a / b; }},
    {"Pow", 2, [](double a, double b) { return std::pow(a, b); }},
    {"Max", 2, [](double a, double b) { return std::max(a, b); }},
    {"Min", 2, [](double a, double b) { return std::min(a, b); }},
    {"Neg", 1, [](double a, double) { return -a; }},
    {"Abs", 1, [](double a, double) { return std::fabs(a); }},
    {"Exp", 1, [](double a, double) { return std::exp(a); }},
    {"Log", 1, [](double a, double) { return std::log(a); }},
    {"Sqrt", 1, [](double a, double) { return std::sqrt(a); }},
    {"Reciprocal", 1, [](double a, double) { return 1 / a; }},
    {"Tanh", 1, [](double a, double) { return std::tanh(a); }},
    {"Erf", 1, [](double a, double) { return std::erf(a); }},
    {"Sigmoid", 1, [](double a, double) { return logistic(a); }},
    {"Relu", 1, [](double a, double) { return std::max(a, 0.0); }},
    {"Softplus", 1, [](double a, double) { return std::max(a, 0.0) + std::log1p(std::exp(-std::fabs(a))); }},
    {"HardSwish", 1, [](double a, double) { return a * std::clamp(a / 6 + 0.5, 0.0, 1.0); }},
};

/// One number that leaves the shape of what it meets as it is.
std::optional<double> number(const GraphEdit& edit, const std::string& name, int rank) {
    if (!edit.is_float_constant(name)) return {};
    const auto dims = edit.dims(name);
    if (element_count(dims) != 1 || (!dims.empty() && static_cast<int>(dims.size()) > rank)) return {};
    return double(edit.floats(name).front());
}

/// The values of a tensor at the probe points of another.
class Evaluation {
public:
    Evaluation(const GraphEdit& edit, const std::string& from) : edit_(edit), rank_(edit.rank(from)) {
        known_[from] = Values(probe_points().begin(), probe_points().end());
    }

    /// nullptr where it hangs on anything else than the one tensor and numbers.
    const Values* of(const std::string& tensor) {
        const auto found = known_.find(tensor);
        if (found != known_.end()) return found->second.empty() ? nullptr : &found->second;
        Values& values = known_[tensor];  // empty: not known, and no way round in a circle
        if (const auto constant = number(edit_, tensor, rank_)) {
            values.assign(probe_points().size(), *constant);
            return &values;
        }
        const int maker = edit_.producer(tensor);
        if (maker < 0 || nodes_.size() >= kMostNodes || proto(edit_, maker).output_size() != 1) return nullptr;
        auto made = made_by(proto(edit_, maker));
        if (!made) return nullptr;
        nodes_.push_back(maker);
        return &(known_[tensor] = std::move(*made));
    }

    [[nodiscard]] const std::vector<int>& nodes() const { return nodes_; }

private:
    std::optional<Values> made_by(const onnx::NodeProto& node) {
        if (!is_standard(node) || node.input_size() == 0) return {};
        if (node.op_type() == "Clip") return clipped(node);
        if (node.op_type() == "Gelu") return gelu(node);
        if (node.op_type() == "HardSigmoid") return mapped(node, attribute_float(node, "alpha", 0.2F), attribute_float(node, "beta", 0.5F));
        const auto found = std::find_if(std::begin(kOperators), std::end(kOperators), [&](const Operator& each) { return each.op == node.op_type(); });
        if (found == std::end(kOperators) || node.input_size() != found->operands) return {};
        const Values* a = of(node.input(0));
        const Values* b = a != nullptr && found->operands == 2 ? of(node.input(1)) : a;
        if (a == nullptr || b == nullptr) return {};
        Values values(a->size());
        for (std::size_t i = 0; i < values.size(); ++i) values[i] = found->function((*a)[i], (*b)[i]);
        return values;
    }

    std::optional<Values> mapped(const onnx::NodeProto& node, double alpha, double beta) {
        return each(node, [&](double x) { return std::clamp(alpha * x + beta, 0.0, 1.0); });
    }

    std::optional<Values> gelu(const onnx::NodeProto& node) {
        if (attribute_string(node, "approximate", "none") == "tanh") return each(node, gelu_by_tanh);
        return each(node, gelu_by_erf);
    }

    template <class Of>
    std::optional<Values> each(const onnx::NodeProto& node, const Of& function) {
        const Values* x = of(node.input(0));
        if (x == nullptr) return {};
        Values values = *x;
        for (double& value : values) value = function(value);
        return values;
    }

    std::optional<Values> clipped(const onnx::NodeProto& node) {
        double lo = attribute_float(node, "min", -HUGE_VALF), hi = attribute_float(node, "max", HUGE_VALF);
        for (int slot = 1; slot < node.input_size(); ++slot) {
            if (node.input(slot).empty()) continue;
            const auto bound = number(edit_, node.input(slot), 0);
            if (!bound) return {};
            (slot == 1 ? lo : hi) = *bound;
        }
        return each(node, [&](double x) { return std::min(std::max(x, lo), hi); });
    }

    const GraphEdit& edit_;
    int rank_;
    std::map<std::string, Values> known_;  ///< addresses of values in a map stay
    std::vector<int> nodes_;
};

}  // namespace

std::vector<std::string> tensors_before(const GraphEdit& edit, int item, std::size_t most_nodes) {
    std::vector<std::string> tensors;
    std::set<std::string> seen;
    std::vector<int> level = {item};
    for (std::size_t nodes = 0; !level.empty() && nodes < most_nodes;) {
        std::vector<int> next;
        for (const int index : level) {
            ++nodes;
            for (const auto& input : proto(edit, index).input()) {
                if (input.empty() || edit.is_constant(input) || !seen.insert(input).second) continue;
                tensors.push_back(input);
                if (const int maker = edit.producer(input); maker >= 0) next.push_back(maker);
            }
        }
        level = std::move(next);
    }
    return tensors;
}

bool is_closed(const GraphEdit& edit, const std::vector<int>& nodes) {
    for (const int index : nodes) {
        if (edit.graph_of(index) != edit.graph_of(nodes.back())) return false;
        const std::string& output = proto(edit, index).output(0);
        if (index == nodes.back()) continue;
        if (edit.is_output(output) || edit.has_outer_reads(output)) return false;
        for (const int reader : edit.readers(output))
            if (std::find(nodes.begin(), nodes.end(), reader) == nodes.end()) return false;
    }
    return true;
}

double logistic(double x) { return 1 / (1 + std::exp(-x)); }

double gelu_by_tanh(double x) { return 0.5 * x * (1 + std::tanh(std::sqrt(2 / 3.14159265358979324) * (x + 0.044715 * x * x * x))); }

double gelu_by_erf(double x) { return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0))); }

std::span<const double> probe_points() {
    static const Values points = [] {
        Values all = {-80, -50, -30, -20};
        for (int i = -480; i <= 480; ++i) all.push_back(i / 40.0 + 1e-3);
        for (const double far : {20, 30, 50, 80}) all.push_back(far);
        return all;
    }();
    return points;
}

std::vector<ElementFunction> functions_into(const GraphEdit& edit, int item) {
    std::vector<ElementFunction> functions;
    const onnx::NodeProto& last = proto(edit, item);
    if (last.output_size() != 1 || edit.type(last.output(0)).element != ElementType::float32) return functions;
    for (const std::string& from : tensors_before(edit, item, kMostNodes)) {
        if (edit.type(from).element != ElementType::float32) continue;
        Evaluation evaluation(edit, from);
        const Values* values = evaluation.of(last.output(0));
        if (values == nullptr || !is_closed(edit, evaluation.nodes())) continue;
        functions.push_back({from, evaluation.nodes(), *values});
    }
    std::stable_sort(functions.begin(), functions.end(), [](const auto& a, const auto& b) { return a.nodes.size() < b.nodes.size(); });
    return functions;
}

}  // namespace vernier
