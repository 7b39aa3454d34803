// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <set>

#include "core/quant/passes/sequence.h"

namespace vernier {
namespace {

using Rows = std::vector<float>;  ///< [rows, width], row major

/// What one-hot rows times a matrix look like in a graph.
struct OneHot {
    int expand = -1, equal = -1, cast = -1, product = -1;
    std::string index;  ///< integers with a last axis of 1
    std::string shape;  ///< Expand's shape input; empty without Expand
    std::int64_t rows = 0, width = 0;
};

const onnx::NodeProto& proto(const GraphEdit& edit, int index) { return edit.item(static_cast<std::size_t>(index)).proto; }

bool is_op(const GraphEdit& edit, int index, std::string_view op) {
    return index >= 0 && proto(edit, index).op_type() == op && proto(edit, index).domain().empty();
}

/// 0, 1, ... n-1 along the last axis, all other axes 1, and no more axes than what it is compared with.
bool is_range(const GraphEdit& edit, const std::string& name, const std::string& index) {
    const auto dims = edit.dims(name);
    if (dims.size() > 1 && static_cast<int>(dims.size()) > edit.rank(index)) return false;
    const auto values = edit.ints(name);
    if (dims.empty() || values.empty() || static_cast<std::size_t>(dims.back()) != values.size()) return false;
    for (std::size_t i = 0; i < values.size(); ++i)
        if (values[i] != static_cast<std::int64_t>(i)) return false;
    return true;
}

bool ends_in_one(const GraphEdit& edit, const std::string& name) {
    const ValueType type = edit.type(name);
    return type.has_shape && type.dims.size() > 1 && type.dims.back().value == 1 && (type.element == ElementType::int32 || type.element == ElementType::int64);
}

std::optional<OneHot> find_one_hot(const GraphEdit& edit, int product) {
    OneHot found;
    found.product = product;
    const auto& matmul = proto(edit, product);
    if (matmul.input_size() != 2 || !edit.is_float_constant(matmul.input(1))) return std::nullopt;
    const auto dims = edit.dims(matmul.input(1));
    if (dims.size() != 2) return std::nullopt;
    found.rows = dims[0];
    found.width = dims[1];
    found.cast = edit.producer(matmul.input(0));
    if (!is_op(edit, found.cast, "Cast") || edit.only_reader(matmul.input(0)) != product) return std::nullopt;
    if (attribute_int(proto(edit, found.cast), "to", 0) != onnx::TensorProto::FLOAT) return std::nullopt;
    const std::string flags = proto(edit, found.cast).input(0);
    found.equal = edit.producer(flags);
    if (!is_op(edit, found.equal, "Equal") || edit.only_reader(flags) != found.cast) return std::nullopt;
    const auto& equal = proto(edit, found.equal);
    const int range = is_range(edit, equal.input(0), equal.input(1)) ? 0 : 1;
    if (!is_range(edit, equal.input(range), equal.input(1 - range)) || edit.dims(equal.input(range)).back() != found.rows) return std::nullopt;
    found.index = equal.input(1 - range);
    if (const int expand = edit.producer(found.index); is_op(edit, expand, "Expand") && edit.only_reader(found.index) == found.equal) {
        found.expand = expand;
        found.shape = proto(edit, expand).input(1);
        found.index = proto(edit, expand).input(0);
    }
    return ends_in_one(edit, found.index) ? std::optional(found) : std::nullopt;
}

using Function = std::function<float(float, float)>;

/// Ops that work on each element alone, so that they can be applied to the table instead.
const std::map<std::string, Function>& element_ops() {
    static const std::map<std::string, Function> ops = {
        {"Add", [](float a, float b) { return a + b; }},           {"Sub", [](float a, float b) { return a - b; }},
        {"Mul", [](float a, float b) { return a * b; }},           {"Div", [](float a, float b) { return a / b; }},
        {"Pow", [](float a, float b) { return std::pow(a, b); }},  {"Tanh", [](float a, float) { return std::tanh(a); }},
        {"Erf", [](float a, float) { return std::erf(a); }},       {"Sigmoid", [](float a, float) { return 1.f / (1.f + std::exp(-a)); }},
        {"Relu", [](float a, float) { return std::max(a, 0.f); }},
    };
    return ops;
}

/// The steps behind the product that work on each row alone, applied to the table as far as one tensor leaves them.
class TableSteps {
public:
    TableSteps(const GraphEdit& edit, const PassContext& context, const OneHot& one_hot)
        : edit_(edit), context_(context), width_(static_cast<std::size_t>(one_hot.width)), rank_(edit.type(one_hot.index).dims.size()) {
        Rows rows = edit.floats(proto(edit, one_hot.product).input(1));
        rows.resize(rows.size() + width_, 0.f);  // the last row: an index outside 0..n-1 is no hot one at all
        count_ = rows.size();
        result_ = proto(edit, one_hot.product).output(0);
        tables_[result_] = std::move(rows);
        walk(one_hot.product);
    }

    std::string result() const { return result_; }
    const Rows& table() const { return tables_.at(result_); }
    const std::vector<int>& nodes() const { return nodes_; }

private:
    /// A constant that is one number, or one a column, and that does not widen the rows' tensor.
    std::optional<Rows> row_constant(const std::string& name) const {
        if (!edit_.is_float_constant(name)) return std::nullopt;
        const auto dims = edit_.dims(name);
        if (dims.size() > rank_) return std::nullopt;
        const Rows values = edit_.floats(name);
        const bool last_only = values.size() == 1 || (!dims.empty() && static_cast<std::size_t>(dims.back()) == values.size());
        if (!last_only || (values.size() != 1 && values.size() != width_)) return std::nullopt;
        return values;
    }

    std::optional<Rows> operand(const std::string& name) const {
        const auto found = tables_.find(name);
        return found != tables_.end() ? std::optional(found->second) : row_constant(name);
    }

    std::optional<Rows> apply(const onnx::NodeProto& node) const {
        const auto op = element_ops().find(node.op_type());
        if (op == element_ops().end() || !node.domain().empty() || node.input_size() < 1 || node.input_size() > 2) return std::nullopt;
        const auto a = operand(node.input(0));
        const auto b = node.input_size() == 2 ? operand(node.input(1)) : std::optional(Rows{0.f});
        if (!a || !b) return std::nullopt;
        Rows result(count_);
        for (std::size_t i = 0; i < count_; ++i) result[i] = op->second((*a)[pick(*a, i)], (*b)[pick(*b, i)]);
        return result;
    }

    std::size_t pick(const Rows& values, std::size_t i) const { return values.size() == count_ ? i : values.size() == 1 ? 0 : i % width_; }

    /// Tensors that something outside of the steps reads.
    std::set<std::string> leaving(const std::set<int>& inside) const {
        std::set<std::string> names;
        for (const auto& [name, table] : tables_) {
            const auto readers = edit_.readers(name);
            const bool outside = std::any_of(readers.begin(), readers.end(), [&](int reader) { return !inside.contains(reader); });
            if (outside || edit_.is_output(name) || edit_.has_outer_reads(name)) names.insert(name);
        }
        return names;
    }

    void walk(int product) {
        constexpr std::size_t kMostSteps = 64;
        std::set<int> inside = {product};
        std::vector<int> taken;
        for (bool grew = true; grew && taken.size() < kMostSteps;) {
            grew = false;
            for (const std::string& name : leaving(inside)) {
                for (const int reader : edit_.readers(name)) {
                    if (inside.contains(reader) || taken.size() >= kMostSteps) continue;
                    if (context_.must_stay(edit_.item(static_cast<std::size_t>(reader)))) continue;
                    auto table = apply(proto(edit_, reader));
                    if (!table) continue;
                    tables_[proto(edit_, reader).output(0)] = std::move(*table);
                    inside.insert(reader);
                    taken.push_back(reader);
                    grew = true;
                }
                if (const auto out = leaving(inside); out.size() == 1) {
                    result_ = *out.begin();
                    nodes_ = taken;
                }
            }
        }
    }

    const GraphEdit& edit_;
    const PassContext& context_;
    std::size_t width_, rank_, count_ = 0;
    std::map<std::string, Rows> tables_;  ///< tensors as functions of the index
    std::string result_;
    std::vector<int> nodes_;
};

void add_node(GraphEdit& edit, std::string_view op, std::vector<std::string> inputs, const std::string& output, std::string_view base) {
    edit.add(op, std::move(inputs), {output}, std::string(base) + "_" + std::string(op));
}

/// index [..., 1] as [...]: broadcast as Expand did, without the axis of the classes.
std::string flat_index(GraphEdit& edit, const OneHot& one_hot, const std::string& base) {
    std::string index = one_hot.index;
    if (!one_hot.shape.empty()) {
        const auto ints = [&](std::int64_t value) { return edit.add_constant<std::int64_t>(base + "_axis", ElementType::int64, {1}, {value}); };
        const std::string lead = edit.fresh(base + "_lead"), shape = edit.fresh(base + "_shape"), wide = edit.fresh(base + "_wide");
        add_node(edit, "Slice", {one_hot.shape, ints(0), ints(-1)}, lead, base);
        onnx::NodeProto concat;
        concat.set_op_type("Concat");
        concat.set_name(edit.fresh(base + "_Concat"));
        concat.add_input(lead);
        concat.add_input(ints(1));
        concat.add_output(shape);
        set_attribute(concat, "axis", std::int64_t{0});
        edit.add(std::move(concat));
        add_node(edit, "Expand", {index, shape}, wide, base);
        index = wide;
    }
    const std::string flat = edit.fresh(base + "_flat");
    add_node(edit, "Squeeze", {index, edit.add_constant<std::int64_t>(base + "_axis", ElementType::int64, {1}, {-1})}, flat, base);
    return flat;
}

/// An index outside 0..n-1 picks the last row: -1 counts from the end, n is the last.
std::string clamped(GraphEdit& edit, const std::string& index, ElementType element, std::int64_t rows, const std::string& base) {
    const auto scalar = [&](std::int64_t value) {
        if (element == ElementType::int64) return edit.add_constant<std::int64_t>(base + "_bound", element, {}, {value});
        return edit.add_constant<std::int32_t>(base + "_bound", element, {}, {static_cast<std::int32_t>(value)});
    };
    const std::string result = edit.fresh(base + "_index");
    add_node(edit, "Clip", {index, scalar(-1), scalar(rows)}, result, base);
    return result;
}

/// Expand, Equal or Cast was chosen to be executed as it is.
bool must_stay(const GraphEdit& edit, const PassContext& context, const OneHot& one_hot) {
    const std::array front = {one_hot.expand, one_hot.equal, one_hot.cast};
    return std::any_of(front.begin(), front.end(), [&](int index) { return index >= 0 && context.must_stay(edit.item(static_cast<std::size_t>(index))); });
}

void rewrite(GraphEdit& edit, PassContext& context, const OneHot& one_hot) {
    const TableSteps steps(edit, context, one_hot);
    const std::string result = steps.result(), base = proto(edit, one_hot.product).name();
    const ElementType element = edit.type(one_hot.index).element;
    const std::string table = edit.add_constant(base + "_table", ElementType::float32, {one_hot.rows + 1, one_hot.width}, steps.table());
    std::vector<int> gone = steps.nodes();
    for (const int index : {one_hot.product, one_hot.cast, one_hot.equal, one_hot.expand})
        if (index >= 0) gone.push_back(index);
    for (const int index : gone) {
        context.absorb(edit.item(static_cast<std::size_t>(index)));
        edit.remove(index);
    }
    const std::string index = clamped(edit, flat_index(edit, one_hot, base), element, one_hot.rows, base);
    add_node(edit, "Gather", {table, index}, result, base);
}

}  // namespace

int one_hot_to_table(GraphEdit& edit, PassContext& context) {
    constexpr std::int64_t kIntegerClip = 13;  // Clip of integers 12, Squeeze with axes as an input 13
    if (edit.opset() < kIntegerClip) return 0;
    int changed = 0;
    for (std::size_t i = 0, size = edit.size(); i < size; ++i) {
        const auto& item = edit.item(i);
        if (item.removed || !is_op(edit, static_cast<int>(i), "MatMul") || !(context.is_integer(item) || context.rewrites(item))) continue;
        const auto one_hot = find_one_hot(edit, static_cast<int>(i));
        if (!one_hot || must_stay(edit, context, *one_hot)) continue;
        rewrite(edit, context, *one_hot);
        ++changed;
    }
    return changed;
}

}  // namespace vernier
