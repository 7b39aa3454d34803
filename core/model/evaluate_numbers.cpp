// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/model/detail/operands.h"

namespace vernier::detail {
namespace {

// Sums, products and roots of float32 that are computed in double and rounded once are those of float32 arithmetic.

template <class C, class Fn>
Tensor binary_as(const Evaluation& request, const Fn& compute) {
    const Initializer& a = operand(request, 0);
    const Initializer& b = operand(request, 1);
    const Dims dims = broadcast_dims(a.dims, b.dims);
    Tensor to = made(request, a.type, dims);
    const auto load = loader<C>(a.type);
    const auto store = storer<C>(a.type);
    walk<2>(dims, {broadcast_strides(a.dims, dims), broadcast_strides(b.dims, dims)}, {0, 0}, [&](std::size_t i, const auto& at) {
        store(to.bytes.data(), i, compute(load(a.data.data(), static_cast<std::size_t>(at[0])), load(b.data.data(), static_cast<std::size_t>(at[1]))));
    });
    return to;
}

template <class Real, class Whole>
Tensor binary(const Evaluation& request, const Real& real, const Whole& whole) {
    const ElementType type = operand(request, 0).type;
    if (operand(request, 1).type != type || request.inputs.size() != 2) throw NotEvaluated{};
    if (is_real(type)) return binary_as<double>(request, real);
    if (type == ElementType::int64 || type == ElementType::int32) return binary_as<std::int64_t>(request, whole);
    throw NotEvaluated{};
}

/// Integer arithmetic whose result must fit, or the node is not evaluated.
std::int64_t whole_sum(std::int64_t a, std::int64_t b) {
    std::int64_t result = 0;
    if (__builtin_add_overflow(a, b, &result)) throw NotEvaluated{};
    return result;
}
std::int64_t whole_difference(std::int64_t a, std::int64_t b) {
    std::int64_t result = 0;
    if (__builtin_sub_overflow(a, b, &result)) throw NotEvaluated{};
    return result;
}
std::int64_t whole_product(std::int64_t a, std::int64_t b) {
    std::int64_t result = 0;
    if (__builtin_mul_overflow(a, b, &result)) throw NotEvaluated{};
    return result;
}
std::int64_t whole_quotient(std::int64_t a, std::int64_t b) {
    if (b == 0 || b == -1) throw NotEvaluated{};  // -1: the lowest number has no opposite
    return a / b;
}

Tensor add(const Evaluation& request) {
    return binary(
        request, [](double a, double b) { return a + b; }, whole_sum);
}
Tensor sub(const Evaluation& request) {
    return binary(
        request, [](double a, double b) { return a - b; }, whole_difference);
}
Tensor mul(const Evaluation& request) {
    return binary(
        request, [](double a, double b) { return a * b; }, whole_product);
}
Tensor divide(const Evaluation& request) {
    return binary(
        request, [](double a, double b) { return a / b; }, whole_quotient);
}
Tensor maximum(const Evaluation& request) {
    return binary(
        request, [](double a, double b) { return std::isnan(a) || a > b ? a : b; }, [](std::int64_t a, std::int64_t b) { return std::max(a, b); });
}
Tensor minimum(const Evaluation& request) {
    return binary(
        request, [](double a, double b) { return std::isnan(a) || a < b ? a : b; }, [](std::int64_t a, std::int64_t b) { return std::min(a, b); });
}

/// The exponent's type may be another; a whole exponent of 2 or 1/2 is what norms are made of.
Tensor power(const Evaluation& request) {
    const Initializer& base = operand(request, 0);
    const Initializer& exponent = operand(request, 1);
    if (!is_real(base.type) || exponent.count() != 1) throw NotEvaluated{};
    const double by = loader<double>(exponent.type)(exponent.data.data(), 0);
    Tensor to = made(request, base.type, base.dims);
    if (exponent.dims.size() > base.dims.size()) throw NotEvaluated{};
    const auto load = loader<double>(base.type);
    const auto store = storer<double>(base.type);
    for (std::size_t i = 0; i < base.count(); ++i) store(to.bytes.data(), i, std::pow(load(base.data.data(), i), by));
    return to;
}

template <double (*compute)(double)>
Tensor unary(const Evaluation& request) {
    const Initializer& from = operand(request, 0);
    if (!is_real(from.type)) throw NotEvaluated{};
    Tensor to = made(request, from.type, from.dims);
    const auto load = loader<double>(from.type);
    const auto store = storer<double>(from.type);
    for (std::size_t i = 0; i < from.count(); ++i) store(to.bytes.data(), i, compute(load(from.data.data(), i)));
    return to;
}
double negative(double x) { return -x; }
double magnitude(double x) { return std::fabs(x); }
double root(double x) { return std::sqrt(x); }
double reciprocal(double x) { return 1 / x; }
double exponential(double x) { return std::exp(x); }
double logarithm(double x) { return std::log(x); }
double tangent(double x) { return std::tanh(x); }
double logistic(double x) { return 1 / (1 + std::exp(-x)); }
double rectified(double x) { return x < 0 ? 0 : x; }
double lower(double x) { return std::floor(x); }
double upper(double x) { return std::ceil(x); }
double nearest(double x) { return std::nearbyint(x); }
double sign(double x) { return x > 0 ? 1 : x < 0 ? -1 : x; }

Tensor cast(const Evaluation& request) {
    const Initializer& from = operand(request, 0);
    const auto type = static_cast<ElementType>(int_of(*request.node, "to", 0));
    Tensor to = made(request, type, from.dims);
    if (is_whole(from.type) && is_whole(type)) {
        const auto load = loader<std::int64_t>(from.type);
        const auto store = storer<std::int64_t>(type);
        for (std::size_t i = 0; i < from.count(); ++i) store(to.bytes.data(), i, load(from.data.data(), i));
        return to;
    }
    const auto load = loader<double>(from.type);
    const auto store = storer<double>(type);
    for (std::size_t i = 0; i < from.count(); ++i) store(to.bytes.data(), i, load(from.data.data(), i));
    return to;
}

/// Where in scale and zero point the parameter of each element lies: one for all, one an index of the axis, or one a block.
Dims parameter_strides(const Evaluation& request, const Initializer& x, const Initializer& scale) {
    if (scale.count() == 1 && scale.dims.size() <= 1) return Dims(x.dims.size(), 0);
    Dims strides(x.dims.size(), 0);
    const std::size_t axis = axis_of(int_of(*request.node, "axis", 1), x.dims.size());
    if (int_of(*request.node, "block_size", 0) != 0 || scale.dims.size() != 1 || scale.dims[0] != x.dims[axis]) throw NotEvaluated{};
    strides[axis] = 1;
    return strides;
}

/// Blocked parameters: the axis of x is block_size times as long (the last block may be cut).
Tensor dequantize_blocks(const Evaluation& request, const Initializer& x, const Initializer& scale, const Initializer* zero) {
    const std::size_t axis = axis_of(int_of(*request.node, "axis", 1), x.dims.size());
    const std::int64_t block = std::min(int_of(*request.node, "block_size", 0), std::max<std::int64_t>(x.dims[axis], 1));
    Dims wanted = x.dims;
    wanted[axis] = block > 0 ? (wanted[axis] + block - 1) / block : 0;
    if (block <= 0 || scale.dims != wanted || (zero != nullptr && zero->dims != wanted)) throw NotEvaluated{};
    Tensor to = made(request, scale.type, x.dims);
    const auto load = loader<double>(x.type), load_scale = loader<double>(scale.type);
    const auto load_zero = zero != nullptr ? loader<double>(zero->type) : nullptr;
    const auto store = storer<double>(scale.type);
    const auto inner = static_cast<std::size_t>(strides_of(x.dims)[axis]);
    const auto size = static_cast<std::size_t>(x.dims[axis]), blocks = static_cast<std::size_t>(wanted[axis]);
    for (std::size_t i = 0; i < x.count(); ++i) {
        const std::size_t along = i / inner % size / static_cast<std::size_t>(block);
        const std::size_t at = (i / inner / size * blocks + along) * inner + i % inner;
        const double offset = load_zero != nullptr ? load_zero(zero->data.data(), at) : 0;
        store(to.bytes.data(), i, (load(x.data.data(), i) - offset) * load_scale(scale.data.data(), at));
    }
    return to;
}

Tensor dequantize(const Evaluation& request) {
    const Initializer& x = operand(request, 0);
    const Initializer& scale = operand(request, 1);
    const Initializer* zero = optional_operand(request, 2);
    const std::int64_t wanted = int_of(*request.node, "output_dtype", 0);
    if (!is_real(scale.type) || is_real(x.type) || (wanted != 0 && wanted != static_cast<std::int64_t>(scale.type))) throw NotEvaluated{};
    if (int_of(*request.node, "block_size", 0) > 0) return dequantize_blocks(request, x, scale, zero);
    if (zero != nullptr && zero->count() != scale.count()) throw NotEvaluated{};
    Tensor to = made(request, scale.type, x.dims);
    const auto load = loader<double>(x.type), load_scale = loader<double>(scale.type);
    const auto load_zero = zero != nullptr ? loader<double>(zero->type) : nullptr;
    const auto store = storer<double>(scale.type);
    walk<1>(x.dims, {parameter_strides(request, x, scale)}, {0}, [&](std::size_t i, const auto& at) {
        const auto p = static_cast<std::size_t>(at[0]);
        const double offset = load_zero != nullptr ? load_zero(zero->data.data(), p) : 0;
        store(to.bytes.data(), i, (load(x.data.data(), i) - offset) * load_scale(scale.data.data(), p));
    });
    return to;
}

Tensor filled(const Evaluation& request) {
    Dims dims = integers(operand(request, 0));
    float zero = 0;
    for (const auto& attribute : request.node->attribute()) {
        if (attribute.name() != "value") continue;
        const onnx::TensorProto& value = attribute.t();
        const auto type = static_cast<ElementType>(value.data_type());
        Tensor to = made(request, type, dims);
        const auto store = storer<double>(type);
        double number = 0;
        if (value.float_data_size() == 1)
            number = static_cast<double>(value.float_data(0));
        else if (value.int64_data_size() == 1)
            number = static_cast<double>(value.int64_data(0));
        else if (value.raw_data().size() == byte_size(type, 1))
            number = loader<double>(type)(reinterpret_cast<const std::byte*>(value.raw_data().data()), 0);
        else
            throw NotEvaluated{};
        for (std::size_t i = 0; i < to.count(); ++i) store(to.bytes.data(), i, number);
        return to;
    }
    Tensor to = made(request, ElementType::float32, std::move(dims));
    for (std::size_t i = 0; i < to.count(); ++i) std::memcpy(to.bytes.data() + i * sizeof zero, &zero, sizeof zero);
    return to;
}

/// One reduction: where it starts, how it takes an element in, and how it ends (given the number of elements).
struct Reduction {
    double start;
    double (*take)(double sum, double x);
    double (*finish)(double sum, double count);
};

Tensor reduce(const Evaluation& request, const Reduction& reduction) {
    const Initializer& from = operand(request, 0);
    if (!is_real(from.type) || from.count() == 0) throw NotEvaluated{};
    const auto list = list_of(request, 1, "axes");
    const bool all = !list || list->empty();
    if (all && int_of(*request.node, "noop_with_empty_axes", 0) != 0) throw NotEvaluated{};
    std::vector<bool> reduced(from.dims.size(), all);
    if (!all)
        for (const auto axis : *list) reduced[axis_of(axis, reduced.size())] = true;
    Dims kept = from.dims, dims;
    for (std::size_t i = 0; i < kept.size(); ++i) {
        if (reduced[i]) kept[i] = 1;
        if (!reduced[i] || int_of(*request.node, "keepdims", 1) != 0) dims.push_back(kept[i]);
    }
    std::vector<double> sums(element_count(kept), reduction.start);
    const auto load = loader<double>(from.type);
    walk<1>(from.dims, {broadcast_strides(kept, from.dims)}, {0}, [&](std::size_t i, const auto& at) {
        double& sum = sums[static_cast<std::size_t>(at[0])];
        sum = reduction.take(sum, load(from.data.data(), i));
    });
    Tensor to = made(request, from.type, std::move(dims));
    const auto store = storer<double>(from.type);
    const double each = static_cast<double>(from.count()) / static_cast<double>(sums.size());
    for (std::size_t i = 0; i < sums.size(); ++i) store(to.bytes.data(), i, reduction.finish(sums[i], each));
    return to;
}

constexpr double kInfinity = std::numeric_limits<double>::infinity();
double take_value(double sum, double x) { return sum + x; }
double take_square(double sum, double x) { return sum + x * x; }
double take_magnitude(double sum, double x) { return sum + std::fabs(x); }
double take_larger(double sum, double x) { return std::isnan(x) || x > sum ? x : sum; }
double take_smaller(double sum, double x) { return std::isnan(x) || x < sum ? x : sum; }
double as_it_is(double sum, double) { return sum; }
double mean(double sum, double count) { return sum / count; }
double root_of_sum(double sum, double) { return std::sqrt(sum); }

Tensor reduce_sum(const Evaluation& request) { return reduce(request, {0, take_value, as_it_is}); }
Tensor reduce_mean(const Evaluation& request) { return reduce(request, {0, take_value, mean}); }
Tensor reduce_l1(const Evaluation& request) { return reduce(request, {0, take_magnitude, as_it_is}); }
Tensor reduce_l2(const Evaluation& request) { return reduce(request, {0, take_square, root_of_sum}); }
Tensor reduce_squares(const Evaluation& request) { return reduce(request, {0, take_square, as_it_is}); }
Tensor reduce_max(const Evaluation& request) { return reduce(request, {-kInfinity, take_larger, as_it_is}); }
Tensor reduce_min(const Evaluation& request) { return reduce(request, {kInfinity, take_smaller, as_it_is}); }

/// Matrices only, as low-rank updates of a weight have them.
Tensor product(const Evaluation& request) {
    constexpr std::int64_t kMaxProducts = std::int64_t{1} << 30;
    const Initializer& a = operand(request, 0);
    const Initializer& b = operand(request, 1);
    if (!is_real(a.type) || a.type != b.type || a.dims.size() != 2 || b.dims.size() != 2 || a.dims[1] != b.dims[0]) throw NotEvaluated{};
    const auto rows = static_cast<std::size_t>(a.dims[0]), inner = static_cast<std::size_t>(a.dims[1]), columns = static_cast<std::size_t>(b.dims[1]);
    Tensor to = made(request, a.type, {a.dims[0], b.dims[1]});
    if (to.count() > 0 && a.dims[1] > kMaxProducts / static_cast<std::int64_t>(to.count())) throw NotEvaluated{};
    const auto load = loader<double>(a.type);
    const auto store = storer<double>(a.type);
    std::vector<double> row(columns);
    for (std::size_t r = 0; r < rows; ++r) {
        std::fill(row.begin(), row.end(), 0.0);
        for (std::size_t k = 0; k < inner; ++k) {
            const double factor = load(a.data.data(), r * inner + k);
            for (std::size_t c = 0; c < columns; ++c) row[c] += factor * load(b.data.data(), k * columns + c);
        }
        for (std::size_t c = 0; c < columns; ++c) store(to.bytes.data(), r * columns + c, row[c]);
    }
    return to;
}

struct Row {
    std::string_view op;
    EvaluateFn run;
};
constexpr std::array kArithmetic = {
    Row{"Add", &add},
    Row{"Sub", &sub},
    Row{"Mul", &mul},
    Row{"Div", &divide},
    Row{"Max", &maximum},
    Row{"Min", &minimum},
    Row{"Pow", &power},
    Row{"Neg", &unary<negative>},
    Row{"Abs", &unary<magnitude>},
    Row{"Sqrt", &unary<root>},
    Row{"Reciprocal", &unary<reciprocal>},
    Row{"Exp", &unary<exponential>},
    Row{"Log", &unary<logarithm>},
    Row{"Tanh", &unary<tangent>},
    Row{"Sigmoid", &unary<logistic>},
    Row{"Relu", &unary<rectified>},
    Row{"Floor", &unary<lower>},
    Row{"Ceil", &unary<upper>},
    Row{"Round", &unary<nearest>},
    Row{"Sign", &unary<sign>},
    Row{"Cast", &cast},
    Row{"DequantizeLinear", &dequantize},
    Row{"ConstantOfShape", &filled},
    Row{"MatMul", &product},
    Row{"ReduceSum", &reduce_sum},
    Row{"ReduceMean", &reduce_mean},
    Row{"ReduceL1", &reduce_l1},
    Row{"ReduceL2", &reduce_l2},
    Row{"ReduceSumSquare", &reduce_squares},
    Row{"ReduceMax", &reduce_max},
    Row{"ReduceMin", &reduce_min},
};

}  // namespace

EvaluateFn arithmetic(std::string_view op) {
    for (const Row& row : kArithmetic)
        if (row.op == op) return row.run;
    return nullptr;
}

}  // namespace vernier::detail
