// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/divergence.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

namespace vernier {
namespace {

constexpr double kLeast = 1e-9;  // what a rounded probability of 0 is taken for
constexpr double kHalfPrecision = 1e-3;

/// log of the sum of exponentials.
template <class Number>
double log_sum(std::span<const Number> row) {
    const double most = *std::max_element(row.begin(), row.end());
    double sum = 0;
    for (const Number value : row) sum += std::exp(double(value) - most);
    return most + std::log(sum);
}

bool is_log_distribution(std::span<const double> row) {
    if (!std::all_of(row.begin(), row.end(), [](double v) { return v <= kHalfPrecision; })) return false;  // false for NaN
    return std::fabs(log_sum(row)) < 10 * kHalfPrecision;
}

enum class Kind { none, probabilities, logarithms };

Kind kind_of(std::span<const double> row) { return is_distribution(row) ? Kind::probabilities : is_log_distribution(row) ? Kind::logarithms : Kind::none; }

/// An output as rows along an axis.
struct Rows {
    std::size_t outer = 1, classes = 1, inner = 1;

    Rows(std::span<const std::int64_t> dims, std::size_t axis) : classes(static_cast<std::size_t>(dims[axis])) {
        for (std::size_t i = 0; i < axis; ++i) outer *= static_cast<std::size_t>(dims[i]);
        for (std::size_t i = axis + 1; i < dims.size(); ++i) inner *= static_cast<std::size_t>(dims[i]);
    }
    [[nodiscard]] std::size_t count() const { return outer * inner; }
    void take(std::span<const double> values, std::size_t row, std::vector<double>& out) const {
        const std::size_t first = row / inner * classes * inner + row % inner;
        out.resize(classes);
        for (std::size_t c = 0; c < classes; ++c) out[c] = values[first + c * inner];
    }
};

std::optional<SampleSums> along(const Rows& rows, std::span<const double> reference, std::span<const double> values) {
    SampleSums sums;
    std::vector<double> p, q;
    for (std::size_t row = 0; row < rows.count(); ++row) {
        rows.take(reference, row, p);
        rows.take(values, row, q);
        const Kind kind = kind_of(p);
        if (kind == Kind::none) return std::nullopt;
        const double kl = kind == Kind::probabilities ? kl_of_probabilities<double>(p, q) : kl_of_logits<double>(p, q);
        sums.sums[0] += std::max(kl, 0.0);
        ++sums.values;
    }
    return sums;
}

}  // namespace

template <class Number>
double kl_of_logits(std::span<const Number> p, std::span<const Number> q) {
    const double of_p = log_sum(p), of_q = log_sum(q);
    double kl = 0;
    for (std::size_t i = 0; i < p.size(); ++i) {
        const double log_p = double(p[i]) - of_p;
        const double share = std::exp(log_p);
        if (share > 0) kl += share * (log_p - (double(q[i]) - of_q));
    }
    return kl;
}

template <class Number>
double kl_of_probabilities(std::span<const Number> p, std::span<const Number> q) {
    double kl = 0;
    for (std::size_t i = 0; i < p.size(); ++i)
        if (p[i] > 0) kl += double(p[i]) * std::log(double(p[i]) / std::max(double(q[i]), kLeast));
    return kl;
}

template <class Number>
bool is_distribution(std::span<const Number> row) {
    if (!std::all_of(row.begin(), row.end(), [](Number v) { return v >= 0 && v <= Number(1 + kHalfPrecision); })) return false;
    return std::fabs(std::accumulate(row.begin(), row.end(), 0.0) - 1) < 10 * kHalfPrecision;
}

template double kl_of_logits(std::span<const float>, std::span<const float>);
template double kl_of_logits(std::span<const double>, std::span<const double>);
template double kl_of_probabilities(std::span<const float>, std::span<const float>);
template double kl_of_probabilities(std::span<const double>, std::span<const double>);
template bool is_distribution(std::span<const float>);
template bool is_distribution(std::span<const double>);

std::optional<SampleSums> row_divergence(std::span<const double> reference, std::span<const double> values, std::span<const std::int64_t> dims) {
    if (reference.empty()) return SampleSums{};
    for (const std::size_t axis : {dims.size() - 1, std::size_t{1}}) {
        if (axis >= dims.size() || dims[axis] < 2) continue;
        if (const auto sums = along(Rows(dims, axis), reference, values)) return sums;
    }
    return std::nullopt;
}

}  // namespace vernier
