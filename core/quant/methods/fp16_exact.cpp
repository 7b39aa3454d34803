// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/methods/fp16_exact.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "core/base/half.h"
#include "core/base/whole_types.h"
#include "core/quant/methods/half.h"

namespace vernier {
namespace {

template <std::size_t N>
bool one_of(std::string_view op, const std::array<std::string_view, N>& list) {
    return std::find(list.begin(), list.end(), op) != list.end();
}

/// Moves values and changes none.
constexpr std::array<std::string_view, 18> kMoves = {"Reshape",  "Squeeze",        "Unsqueeze", "Transpose", "Flatten",   "Slice",
                                                     "Split",    "Concat",         "Expand",    "Tile",      "Identity",  "Gather",
                                                     "GatherND", "GatherElements", "Pad",       "Dropout",   "ScatterND", "ScatterElements"};
/// Arithmetic that keeps whole numbers whole, or that index arithmetic is made of.
constexpr std::array<std::string_view, 18> kArithmetic = {"Add", "Sub", "Mul",   "Div",  "Neg",   "Abs",       "Min",       "Max",       "Clip",
                                                          "Sum", "Mod", "Floor", "Ceil", "Round", "ReduceSum", "ReduceMax", "ReduceMin", "CumSum"};
/// What else stands between a layer and what is picked, compared or turned into an angle or an index.
constexpr std::array<std::string_view, 11> kShaping = {"Pow",  "Sqrt",  "Exp",        "Log",        "Sigmoid",   "Softmax",
                                                       "Sign", "Where", "Reciprocal", "LogSoftmax", "ReduceMean"};
constexpr std::array<std::string_view, 4> kProducts = {"MatMul", "Gemm", "Einsum", "Range"};
constexpr std::array<std::string_view, 4> kRounding = {"Floor", "Ceil", "Round", "Mod"};
constexpr std::array<std::string_view, 4> kOrdering = {"Less", "LessOrEqual", "Greater", "GreaterOrEqual"};
constexpr std::array<std::string_view, 3> kAngles = {"Sin", "Cos", "Tan"};
constexpr std::array<std::string_view, 5> kPicks = {"ArgMax", "ArgMin", "TopK", "NonMaxSuppression", "Unique"};

/// A constant with more elements is a weight, not a row of positions or sizes.
constexpr std::uint64_t kPositions = std::uint64_t{1} << 20;

bool is_wide_integer(ElementType type) { return is_whole(type) && bits(type) > 8; }

std::string_view whole_reason() { return "whole numbers flow through it as float, and FP16 holds them exactly up to 2048 only"; }

class Exactness {
public:
    explicit Exactness(const GraphEdit& edit) : edit_(edit) {}

    std::unordered_map<int, std::string> run() {
        for (std::size_t i = 0; i < edit_.size(); ++i)
            if (!edit_.item(i).removed && is_standard(node(static_cast<int>(i)))) begin_whole(static_cast<int>(i));
        spread_whole();
        for (std::size_t i = 0; i < edit_.size(); ++i)
            if (!edit_.item(i).removed && is_standard(node(static_cast<int>(i)))) begin_sink(static_cast<int>(i));
        return std::move(reasons_);
    }

private:
    const onnx::NodeProto& node(int i) const { return edit_.item(static_cast<std::size_t>(i)).proto; }
    bool is_float(const std::string& tensor) const { return edit_.type(tensor).element == ElementType::float32; }
    void keep(int i, std::string reason) { reasons_.try_emplace(i, std::move(reason)); }

    void taint(int i) {
        keep(i, std::string(whole_reason()));
        for (const std::string& output : node(i).output())
            if (!output.empty() && whole_.insert(output).second) todo_.push_back(output);
    }

    /// Nodes that make whole numbers as float.
    void begin_whole(int i) {
        const std::string& op = node(i).op_type();
        if (op == "Cast" && attribute_int(node(i), "to", 0) == onnx::TensorProto::FLOAT) {
            const ElementType from = edit_.type(node(i).input(0)).element;
            if (is_wide_integer(from)) taint(i);
            return;
        }
        if (one_of(op, kRounding) || op == "CumSum" || op == "Range") {
            if (is_float(node(i).output(0))) taint(i);
            return;
        }
        if (!one_of(op, kMoves) && !one_of(op, kArithmetic)) return;
        for (const std::string& input : node(i).input())
            if (edit_.is_float_constant(input) && holds_lost_integers(input)) return taint(i);
    }

    /// A constant of whole numbers only, of which FP16 would change one: positions up to 5000, a size of 3001.
    bool holds_lost_integers(const std::string& constant) {
        const auto found = constants_.find(constant);
        if (found != constants_.end()) return found->second;
        if (element_count(edit_.dims(constant)) > kPositions) return constants_[constant] = false;
        const auto values = edit_.floats(constant);
        const bool whole = std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v) && v == std::nearbyint(v); });
        const bool lost =
            whole && std::any_of(values.begin(), values.end(), [](float v) { return std::fabs(v) < kHalfOverflow && half_to_float(half_bits(v)) != v; });
        return constants_[constant] = lost;
    }

    /// True when every float operand is a whole number or a constant: then the result still is index arithmetic.
    bool works_on_whole_only(int i) const {
        const auto& inputs = node(i).input();
        const int data = one_of(node(i).op_type(), kMoves) && node(i).op_type() != "Concat" ? 1 : node(i).input_size();
        return std::all_of(inputs.begin(), inputs.begin() + std::min(data, inputs.size()), [&](const std::string& input) {
            return input.empty() || !is_float(input) || whole_.contains(input) || edit_.initializer(input) != nullptr;
        });
    }

    void spread_whole() {
        while (!todo_.empty()) {
            const std::string tensor = todo_.back();
            todo_.pop_back();
            for (const int reader : edit_.readers(tensor)) {
                const std::string& op = node(reader).op_type();
                const bool follows = one_of(op, kMoves) || one_of(op, kArithmetic) || op == "Where" || op == "Pow";
                if (is_standard(node(reader)) && follows && works_on_whole_only(reader)) taint(reader);
            }
        }
    }

    /// Nodes whose result jumps where their input changes a little, and those that read an angle.
    void begin_sink(int i) {
        const std::string& op = node(i).op_type();
        if (op == "Cast") {
            const auto to = static_cast<ElementType>(attribute_int(node(i), "to", 0));
            if (to != ElementType::boolean && !is_float_type(to)) walk_back(i, {0}, "its values go back to integers, which FP16 holds exactly up to 2048 only");
        } else if (one_of(op, kRounding)) {
            walk_back(i, {0, 1}, "its values are rounded to whole numbers, which FP16 holds exactly up to 2048 only");
        } else if (one_of(op, kOrdering) || op == "Equal") {
            if (op == "Equal" || !compares_with_zero(i)) walk_back(i, {0, 1}, "its values are compared, and FP16 would move them across the limit");
        } else if (one_of(op, kAngles)) {
            walk_back(i, {0}, "its values are angles, of which FP16 keeps too few digits");
        } else if (one_of(op, kPicks)) {
            walk_back(i, {0, 1}, "its values decide what is picked, and FP16 makes near ones equal");
        } else if (op == "GridSample" || op == "RoiAlign" || op == "Resize" || op == "Range" || op == "OneHot") {
            walk_back(i, op == "Range" || op == "OneHot" ? std::vector{0, 1, 2} : std::vector{1, 2},
                      "its values are positions, of which FP16 keeps too few digits");
        }
    }

    static bool is_float_type(ElementType type) {
        return type == ElementType::float32 || type == ElementType::float16 || type == ElementType::float64 || type == ElementType::bfloat16;
    }

    /// The sign of a number survives in FP16.
    bool compares_with_zero(int i) const {
        return std::any_of(node(i).input().begin(), node(i).input().end(), [&](const std::string& input) {
            if (!edit_.is_float_constant(input)) return false;
            const auto values = edit_.floats(input);
            return std::all_of(values.begin(), values.end(), [](float v) { return v == 0; });
        });
    }

    /// Keeps a node and the arithmetic in front of these inputs in FP32, back to the layers that made the values.
    void walk_back(int sink, const std::vector<int>& slots, const std::string& reason) {
        std::vector<std::string> todo;
        for (const int slot : slots)
            if (slot < node(sink).input_size()) todo.push_back(node(sink).input(slot));
        if (std::none_of(todo.begin(), todo.end(), [&](const auto& tensor) { return !tensor.empty() && is_float(tensor); })) return;
        keep(sink, reason);
        while (!todo.empty()) {
            const std::string tensor = todo.back();
            todo.pop_back();
            if (tensor.empty() || !is_float(tensor) || !walked_.insert(tensor).second) continue;
            const int maker = edit_.producer(tensor);
            if (maker < 0 || !is_standard(node(maker)) || !is_before_sink(maker)) continue;
            keep(maker, reason);
            for (const std::string& input : node(maker).input()) todo.push_back(input);
        }
    }

    bool is_before_sink(int i) const {
        const std::string& op = node(i).op_type();
        if (one_of(op, kMoves) || one_of(op, kArithmetic) || one_of(op, kShaping) || op == "Cast" || op == "Range") return true;
        // Angles as a product of positions and frequencies; any other product is a layer.
        return one_of(op, kProducts) && std::any_of(node(i).input().begin(), node(i).input().end(), [&](const auto& input) { return whole_.contains(input); });
    }

    const GraphEdit& edit_;
    std::unordered_map<int, std::string> reasons_;
    std::unordered_set<std::string> whole_;  ///< float tensors of whole numbers
    std::unordered_set<std::string> walked_;
    std::unordered_map<std::string, bool> constants_;
    std::vector<std::string> todo_;
};

}  // namespace

std::unordered_map<int, std::string> exact_nodes(const GraphEdit& edit) { return Exactness(edit).run(); }

}  // namespace vernier
