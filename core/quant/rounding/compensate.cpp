// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/rounding/compensate.h"

#include <algorithm>
#include <cmath>

#include "core/base/parallel.h"

namespace vernier {
namespace {

constexpr double kDamping = 0.01;
constexpr std::size_t kRowsAtOnce = 32, kColumnsAtOnce = 64;

double dot(const double* a, const double* b, std::size_t count) {
    double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    std::size_t i = 0;
    for (; i + 4 <= count; i += 4) {
        s0 += a[i] * b[i];
        s1 += a[i + 1] * b[i + 1];
        s2 += a[i + 2] * b[i + 2];
        s3 += a[i + 3] * b[i + 3];
    }
    for (; i < count; ++i) s0 += a[i] * b[i];
    return (s0 + s2) + (s1 + s3);
}

/// H = V Vᵀ in the place of H, V upper triangular: the last column first. False where H is not positive.
bool factorize(std::vector<double>& h, std::size_t n) {
    for (std::size_t j = n; j-- > 0;) {
        double* row = h.data() + j * n;
        const std::size_t behind = j + 1, count = n - behind;
        const double rest = row[j] - dot(row + behind, row + behind, count);
        if (!(rest > 0) || !std::isfinite(rest)) return false;
        row[j] = std::sqrt(rest);
        for (std::size_t i = 0; i < j; ++i) {
            double* other = h.data() + i * n;
            other[j] = (other[j] - dot(other + behind, row + behind, count)) / row[j];
        }
    }
    return true;
}

/// Some rows, column by column: numbers of one column lie beside each other.
class Rows {
public:
    Rows(std::span<const float> weights, std::size_t first, std::size_t count, const Compensation& by)
        : by_(by), first_(first), count_(count), weights_(by.columns * count), lost_(by.columns * count) {
        for (std::size_t row = 0; row < count; ++row)
            for (std::size_t i = 0; i < by.columns; ++i) weights_[i * count + row] = weights[(first + row) * by.columns + i];
        adjusted_ = weights_;
    }

    void round(const BlockRounding& rounding) {
        const std::size_t all = by_.columns, block = rounding.block == 0 ? all : rounding.block;
        for (std::size_t from = 0; from < all; from += block) {
            const std::size_t to = std::min(all, from + block);
            hand_on({0, from}, {from, to});
            begin(rounding, from, to);
            for (std::size_t part = from; part < to; part += kColumnsAtOnce) {
                const std::size_t end = std::min(to, part + kColumnsAtOnce);
                hand_on({from, part}, {part, end});
                for (std::size_t i = part; i < end; ++i) {
                    hand_on({part, i}, {i, i + 1});
                    take(rounding, i);
                }
            }
        }
    }

private:
    struct Columns {
        std::size_t from, to;
    };

    /// Adds to columns what those before them lost.
    void hand_on(Columns before, Columns to) {
        for (std::size_t i = to.from; i < to.to; ++i) {
            float* into = adjusted_.data() + i * count_;
            const float* shares = by_.shares.data() + i * by_.columns;
            for (std::size_t j = before.from; j < before.to; ++j) {
                const float share = shares[j];
                const float* lost = lost_.data() + j * count_;
                for (std::size_t row = 0; row < count_; ++row) into[row] += share * lost[row];
            }
        }
    }

    void begin(const BlockRounding& rounding, std::size_t from, std::size_t to) {
        if (!rounding.begin) return;
        std::vector<float> block(to - from);
        for (std::size_t row = 0; row < count_; ++row) {
            for (std::size_t i = from; i < to; ++i) block[i - from] = adjusted_[i * count_ + row];
            rounding.begin(first_ + row, from, block, std::span(by_.importance).subspan(from, to - from));
        }
    }

    void take(const BlockRounding& rounding, std::size_t i) {
        for (std::size_t row = 0; row < count_; ++row) {
            const std::size_t at = i * count_ + row;
            lost_[at] = weights_[at] - rounding.round(first_ + row, i, adjusted_[at]);
        }
    }

    const Compensation& by_;
    std::size_t first_, count_;
    std::vector<float> weights_, adjusted_, lost_;
};

}  // namespace

Compensation Compensation::of(std::vector<double> h, std::size_t columns) {
    double diagonal = 0;
    for (std::size_t i = 0; i < columns; ++i) diagonal += h[i * columns + i];
    if (!(diagonal > 0) || !std::isfinite(diagonal)) return {};
    for (std::size_t i = 0; i < columns; ++i) h[i * columns + i] += kDamping * diagonal / static_cast<double>(columns);
    if (!factorize(h, columns)) return {};
    Compensation result{columns, std::vector<float>(columns * columns, 0.f), std::vector<float>(columns)};
    for (std::size_t i = 0; i < columns; ++i) {
        const double own = h[i * columns + i];
        result.importance[i] = static_cast<float>(own * own / diagonal * static_cast<double>(columns));
        for (std::size_t j = 0; j < i; ++j) result.shares[i * columns + j] = static_cast<float>(h[j * columns + i] / own);
    }
    return result;
}

void compensate(std::span<const float> weights, const Compensation& by, const BlockRounding& rounding) {
    const std::size_t rows = by.columns == 0 ? 0 : weights.size() / by.columns;
    parallel_for((rows + kRowsAtOnce - 1) / kRowsAtOnce, 0, [&](std::size_t part) {
        const std::size_t first = part * kRowsAtOnce;
        Rows(weights, first, std::min(kRowsAtOnce, rows - first), by).round(rounding);
    });
}

std::vector<double> output_errors(std::span<const float> weights, std::span<const float> rounded, std::span<const double> h, std::size_t columns) {
    const std::size_t rows = columns == 0 ? 0 : weights.size() / columns;
    std::vector<double> errors(rows, 0.0);
    parallel_for((rows + kRowsAtOnce - 1) / kRowsAtOnce, 0, [&](std::size_t part) {
        std::vector<double> away(columns);
        for (std::size_t row = part * kRowsAtOnce; row < std::min(rows, (part + 1) * kRowsAtOnce); ++row) {
            for (std::size_t i = 0; i < columns; ++i) away[i] = double(weights[row * columns + i]) - rounded[row * columns + i];
            for (std::size_t i = 0; i < columns; ++i)
                if (away[i] != 0) errors[row] += away[i] * dot(h.data() + i * columns, away.data(), columns);
        }
    });
    return errors;
}

}  // namespace vernier
