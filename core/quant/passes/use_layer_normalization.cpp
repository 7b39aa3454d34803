// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/quant/passes/element_functions.h"
#include "core/quant/passes/sequence.h"

namespace vernier {
namespace {

constexpr std::size_t kMostNodes = 40, kRows = 6;
constexpr std::int64_t kMostColumns = 1 << 16;
constexpr double kEqual = 1e-7;

const onnx::NodeProto& proto(const GraphEdit& edit, int index) { return edit.item(static_cast<std::size_t>(index)).proto; }

/// What a tensor holds of made rows: one value a row and column, a row, a column, or one for all.
struct Grid {
    std::size_t rows = 1, columns = 1;
    std::vector<double> values = {0};
    bool flat = false;  ///< one a row, in a tensor without the last axis

    [[nodiscard]] double at(std::size_t row, std::size_t column) const { return values[(rows == 1 ? 0 : row) * columns + (columns == 1 ? 0 : column)]; }
};

template <class Of>
Grid combined(const Grid& a, const Grid& b, const Of& of) {
    Grid result{std::max(a.rows, b.rows), std::max(a.columns, b.columns), {}, a.flat || b.flat};
    for (std::size_t r = 0; r < result.rows; ++r)
        for (std::size_t c = 0; c < result.columns; ++c) result.values.push_back(of(a.at(r, c), b.at(r, c)));
    return result;
}

bool is_single(const Grid& grid) { return grid.rows == 1 && grid.columns == 1; }

/// Axes in front of the last one hold the same numbers: all but one are known to, and that one follows from the count.
bool same_lead(const ValueType& a, const ValueType& b) {
    if (!a.has_shape || !b.has_shape || a.dims.size() != b.dims.size()) return false;
    int open = 0;
    for (std::size_t i = 0; i + 1 < a.dims.size(); ++i) open += a.dims[i].value > 0 && a.dims[i].value == b.dims[i].value ? 0 : 1;
    return open <= 1;
}

/// The rows that a function is tried on: of different sizes and middles, so that a wrong epsilon or form shows.
Grid made_rows(std::size_t columns) {
    constexpr double kSizes[kRows] = {1, 1, 1e-3, 30, 1, 0.02}, kMiddles[kRows] = {0, 0.5, 0, -20, 3, 0.01};
    std::mt19937 random(7);
    std::normal_distribution<double> draw;
    Grid grid{kRows, columns, {}, false};
    for (std::size_t r = 0; r < kRows; ++r)
        for (std::size_t c = 0; c < columns; ++c) grid.values.push_back(kMiddles[r] + kSizes[r] * draw(random));
    return grid;
}

/// What nodes make of the rows of one tensor: arithmetic by elements, and means and sums over a row.
class RowEvaluation {
public:
    RowEvaluation(const GraphEdit& edit, const std::string& from) : edit_(edit), type_(edit.type(from)) {
        columns_ = static_cast<std::size_t>(type_.dims.back().value);
        known_[from] = made_rows(columns_);
    }

    const Grid* of(const std::string& tensor) {
        const auto found = known_.find(tensor);
        if (found != known_.end()) return found->second.values.empty() ? nullptr : &found->second;
        known_[tensor].values.clear();  // not known, and no way round in a circle
        auto made = edit_.is_constant(tensor) ? constant(tensor) : computed(tensor);
        if (!made) return nullptr;
        return &(known_[tensor] = std::move(*made));
    }

    [[nodiscard]] const std::vector<int>& nodes() const { return nodes_; }
    [[nodiscard]] const std::vector<double>& numbers() const { return numbers_; }

private:
    std::optional<Grid> constant(const std::string& name) {
        if (!edit_.is_float_constant(name)) return {};
        const auto dims = edit_.dims(name);
        const std::uint64_t count = element_count(dims);
        const bool row = !dims.empty() && static_cast<std::uint64_t>(dims.back()) == columns_ && count == columns_;
        if (dims.size() > type_.dims.size() || (count != 1 && !row)) return {};
        const auto values = edit_.floats(name);
        if (count == 1) numbers_.push_back(double(values[0]));
        return Grid{1, values.size(), {values.begin(), values.end()}, false};
    }

    std::optional<Grid> computed(const std::string& tensor) {
        const int maker = edit_.producer(tensor);
        if (maker < 0 || nodes_.size() >= kMostNodes) return {};
        const auto& node = proto(edit_, maker);
        if (!is_standard(node) || node.output_size() != 1 || node.input_size() == 0) return {};
        auto made = made_by(node);
        if (made) nodes_.push_back(maker);
        return made;
    }

    std::optional<Grid> made_by(const onnx::NodeProto& node) {
        const std::string& op = node.op_type();
        if (op == "ReduceMean" || op == "ReduceSum") return reduced(node);
        if (op == "Reshape" || op == "Expand" || op == "Unsqueeze") return spread(node);
        if (node.input_size() == 2) return by_two(node);
        const Grid* x = of(node.input(0));
        if (x == nullptr || node.input_size() != 1) return {};
        double (*function)(double) = nullptr;
        if (op == "Sqrt") function = [](double a) { return std::sqrt(a); };
        if (op == "Reciprocal") function = [](double a) { return 1 / a; };
        if (op == "Neg") function = [](double a) { return -a; };
        if (op == "Identity") function = [](double a) { return a; };
        if (function == nullptr) return {};
        Grid result = *x;
        for (double& value : result.values) value = function(value);
        return result;
    }

    std::optional<Grid> by_two(const onnx::NodeProto& node) {
        static const std::map<std::string_view, double (*)(double, double)> kOps = {
            {"Add", [](double a, double b) { return a + b; }},          {"Sub", [](double a, double b) { return a - b; }},
            {"Mul", [](double a, double b) { return a * b; }},          {"Div", [](double a, double b) { return a / b; }},
            {"Pow", [](double a, double b) { return std::pow(a, b); }}, {"Max", [](double a, double b) { return std::max(a, b); }}};
        const auto function = kOps.find(node.op_type());
        if (function == kOps.end()) return {};
        const Grid* a = of(node.input(0));
        const Grid* b = a == nullptr ? nullptr : of(node.input(1));
        if (a == nullptr || b == nullptr) return {};
        if (a->flat != b->flat && !is_single(*a) && !is_single(*b)) return {};
        return combined(*a, *b, function->second);
    }

    /// Over the last axis of whole rows.
    std::optional<Grid> reduced(const onnx::NodeProto& node) {
        auto axes = node.input_size() > 1 ? edit_.ints(node.input(1)) : attribute_ints(node, "axes");
        const auto last = static_cast<std::int64_t>(type_.dims.size()) - 1;
        if (axes.size() != 1 || (axes[0] != -1 && axes[0] != last)) return {};
        const Grid* x = of(node.input(0));
        if (x == nullptr || x->columns != columns_ || x->rows != kRows) return {};
        Grid result{kRows, 1, std::vector<double>(kRows, 0.0), attribute_int(node, "keepdims", 1) == 0};
        for (std::size_t r = 0; r < kRows; ++r)
            for (std::size_t c = 0; c < columns_; ++c) result.values[r] += x->at(r, c) / (node.op_type() == "ReduceMean" ? double(columns_) : 1.0);
        return result;
    }

    /// The last axis again, or a size that it has already.
    std::optional<Grid> spread(const onnx::NodeProto& node) {
        const Grid* x = of(node.input(0));
        const ValueType type = edit_.type(node.output(0));
        if (x == nullptr || x->columns != 1 || x->rows != kRows || !same_lead(type, type_) || type.dims.back().value != 1) return {};
        Grid result = *x;
        result.flat = false;
        return result;
    }

    const GraphEdit& edit_;
    ValueType type_;
    std::size_t columns_ = 0;
    std::map<std::string, Grid> known_;
    std::vector<int> nodes_;
    std::vector<double> numbers_;  ///< constants of one number: one of them is epsilon
};

struct OpenNorm {
    std::string from;
    std::vector<int> nodes;
    double epsilon = 0;
    std::vector<float> scale, bias;
};

Grid normalized(const Grid& x, double epsilon) {
    Grid result = x;
    for (std::size_t r = 0; r < x.rows; ++r) {
        double mean = 0, square = 0;
        for (std::size_t c = 0; c < x.columns; ++c) mean += x.at(r, c) / double(x.columns);
        for (std::size_t c = 0; c < x.columns; ++c) square += (x.at(r, c) - mean) * (x.at(r, c) - mean) / double(x.columns);
        for (std::size_t c = 0; c < x.columns; ++c) result.values[r * x.columns + c] = (x.at(r, c) - mean) / std::sqrt(square + epsilon);
    }
    return result;
}

/// Scale and bias of each column from the two rows that lie furthest apart there; all rows must agree.
bool solve(const Grid& x, const Grid& y, OpenNorm& norm) {
    const Grid z = normalized(x, norm.epsilon);
    norm.scale.clear();
    norm.bias.clear();
    for (std::size_t c = 0; c < x.columns; ++c) {
        std::size_t low = 0, high = 0;
        for (std::size_t r = 1; r < kRows; ++r) {
            if (z.at(r, c) < z.at(low, c)) low = r;
            if (z.at(r, c) > z.at(high, c)) high = r;
        }
        const double scale = (y.at(high, c) - y.at(low, c)) / (z.at(high, c) - z.at(low, c)), bias = y.at(low, c) - scale * z.at(low, c);
        for (std::size_t r = 0; r < kRows; ++r)
            if (!(std::fabs(y.at(r, c) - scale * z.at(r, c) - bias) <= kEqual * (std::fabs(scale) * (1 + std::fabs(z.at(r, c))) + std::fabs(bias))))
                return false;
        norm.scale.push_back(static_cast<float>(scale));
        norm.bias.push_back(static_cast<float>(bias));
    }
    return true;
}

/// The form of which the runtime makes one operator itself.
bool runtime_knows(const GraphEdit& edit, const std::vector<int>& nodes) {
    std::map<std::string, int> ops;
    for (const int index : nodes) ++ops[proto(edit, index).op_type()];
    return ops["ReduceMean"] == 2 && ops["Pow"] == 1 && ops["Sqrt"] == 1 && ops["Div"] == 1 && ops["Reciprocal"] == 0;
}

bool is_row_tensor(const ValueType& type) {
    return type.element == ElementType::float32 && type.has_shape && type.dims.size() > 1 && type.dims.back().value > 1 &&
           type.dims.back().value <= kMostColumns;
}

std::optional<OpenNorm> norm_from(const GraphEdit& edit, const std::string& from, const std::string& to) {
    RowEvaluation evaluation(edit, from);
    const Grid rows = *evaluation.of(from);
    const Grid* result = evaluation.of(to);
    if (result == nullptr || result->rows != kRows || result->columns != rows.columns || result->flat) return {};
    if (!is_closed(edit, evaluation.nodes()) || runtime_knows(edit, evaluation.nodes())) return {};
    OpenNorm norm{from, evaluation.nodes(), 0, {}, {}};
    for (const double epsilon : evaluation.numbers()) {
        if (!(epsilon > 0 && epsilon < 0.01)) continue;
        norm.epsilon = epsilon;
        if (solve(rows, *result, norm)) return norm;
    }
    return {};
}

/// The mean of the rows is taken of the very tensor that is normalized.
bool is_averaged(const GraphEdit& edit, const std::string& tensor) {
    const auto readers = edit.readers(tensor);
    return std::any_of(readers.begin(), readers.end(), [&](int reader) { return proto(edit, reader).op_type().starts_with("Reduce"); });
}

std::optional<OpenNorm> norm_into(const GraphEdit& edit, const PassContext& context, int item) {
    constexpr std::string_view kEnds[] = {"Add", "Sub", "Mul", "Div"};
    const auto& last = proto(edit, item);
    if (std::find(std::begin(kEnds), std::end(kEnds), last.op_type()) == std::end(kEnds) || !is_standard(last)) return {};
    const ValueType type = edit.type(last.output(0));
    if (!is_row_tensor(type)) return {};
    for (const std::string& from : tensors_before(edit, item, kMostNodes)) {
        if (!is_averaged(edit, from)) continue;
        const ValueType source = edit.type(from);
        if (!is_row_tensor(source) || source.dims.back().value != type.dims.back().value || source.dims.size() != type.dims.size()) continue;
        auto norm = norm_from(edit, from, last.output(0));
        if (!norm) continue;
        const bool all =
            std::all_of(norm->nodes.begin(), norm->nodes.end(), [&](int node) { return context.rewrites(edit.item(static_cast<std::size_t>(node))); });
        if (all) return norm;
    }
    return {};
}

void rewrite(GraphEdit& edit, PassContext& context, const OpenNorm& norm) {
    const auto& last = edit.item(static_cast<std::size_t>(norm.nodes.back()));
    const std::string name = last.proto.name(), output = last.proto.output(0);
    const NodeId origin = last.origin;
    for (const int index : norm.nodes) {
        context.note_rewritten(edit.item(static_cast<std::size_t>(index)));
        edit.remove(index);
    }
    const auto columns = static_cast<std::int64_t>(norm.scale.size());
    const std::string scale = edit.add_constant(name + "_scale", ElementType::float32, {columns}, norm.scale);
    const std::string bias = edit.add_constant(name + "_bias", ElementType::float32, {columns}, norm.bias);
    const int added = edit.add("LayerNormalization", {norm.from, scale, bias}, {output}, name, "", origin);
    auto& node = edit.item(static_cast<std::size_t>(added)).proto;
    set_attribute(node, "axis", -1);
    set_attribute(node, "epsilon", static_cast<float>(norm.epsilon));
}

/// A row is averaged somewhere: what has none needs no search.
bool reduces(const GraphEdit& edit) {
    for (std::size_t i = 0; i < edit.size(); ++i)
        if (const auto& item = edit.item(i); !item.removed && (item.proto.op_type() == "ReduceMean" || item.proto.op_type() == "ReduceSum")) return true;
    return false;
}

/// From the back, so that scale and bias are part of it.
template <class Found>
void each_norm(const GraphEdit& edit, const PassContext& context, const Found& found) {
    if (!reduces(edit)) return;
    for (std::size_t i = edit.size(); i-- > 0;) {
        if (edit.item(i).removed || !context.rewrites(edit.item(i))) continue;
        if (const auto norm = norm_into(edit, context, static_cast<int>(i)); norm && !found(*norm)) return;
    }
}

}  // namespace

int use_layer_normalization(GraphEdit& edit, PassContext& context) {
    constexpr std::int64_t kLayerNormalization = 17;
    if (edit.opset() < kLayerNormalization) return 0;
    int changed = 0;
    each_norm(edit, context, [&](const OpenNorm& norm) {
        rewrite(edit, context, norm);
        ++changed;
        return true;
    });
    return changed;
}

bool has_open_layer_norm(const GraphEdit& edit, const PassContext& context) {
    bool any = false;
    each_norm(edit, context, [&](const OpenNorm&) { return !(any = true); });
    return any;
}

}  // namespace vernier
