// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/statistics.h"

#include <algorithm>
#include <cmath>

namespace vernier {
namespace {

/// Continued fraction of the incomplete beta function (modified Lentz).
double beta_fraction(double a, double b, double x) {
    constexpr double tiny = 1e-300;
    const auto safe = [](double value) { return std::abs(value) < tiny ? tiny : value; };
    double c = 1;
    double d = 1 / safe(1 - (a + b) * x / (a + 1));
    double h = d;
    for (int m = 1; m <= 500; ++m) {
        const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        d = 1 / safe(1 + even * d);
        c = safe(1 + even / c);
        h *= d * c;
        const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 / safe(1 + odd * d);
        c = safe(1 + odd / c);
        const double step = d * c;
        h *= step;
        if (std::abs(step - 1) < 1e-15) break;
    }
    return h;
}

/// Regularised incomplete beta function I_x(a, b).
double incomplete_beta(double a, double b, double x) {
    if (x <= 0) return 0;
    if (x >= 1) return 1;
    const double front = std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log1p(-x));
    // The fraction converges fast on this side of the mean only.
    if (x < (a + 1) / (a + b + 2)) return front * beta_fraction(a, b, x) / a;
    return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

/// Where a falling function of x crosses zero in [lo, hi].
template <class Function>
double falling_root(double lo, double hi, Function value) {
    for (int i = 0; i < 200 && hi - lo > 1e-13; ++i) {
        const double middle = 0.5 * (lo + hi);
        (value(middle) > 0 ? lo : hi) = middle;
    }
    return 0.5 * (lo + hi);
}

/// Tango's score statistic for a hypothetical difference; it falls as the difference rises.
double tango_score(double lost, double gained, double n, double difference) {
    // The likelihood's best share of gained samples, q, under this difference solves a q^2 + b q + c = 0.
    const double a = 2 * n;
    const double b = (2 * n - lost + gained) * difference - (lost + gained);
    const double c = -gained * difference * (1 - difference);
    const double q = (-b + std::sqrt(std::max(0.0, b * b - 4 * a * c))) / (2 * a);
    const double variance = n * (2 * q + difference * (1 - difference));
    const double gap = lost - gained - n * difference;
    if (variance <= 0) return gap == 0 ? 0 : std::copysign(HUGE_VAL, gap);
    return gap / std::sqrt(variance);
}

}  // namespace

double quantile_sorted(std::span<const double> sorted, double p) {
    if (sorted.empty()) return 0;
    const double at = std::clamp(p, 0.0, 1.0) * static_cast<double>(sorted.size() - 1);
    const auto low = static_cast<std::size_t>(at);
    const std::size_t high = std::min(low + 1, sorted.size() - 1);
    return sorted[low] + (at - static_cast<double>(low)) * (sorted[high] - sorted[low]);
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return quantile_sorted(values, 0.5);
}

double student_t_cdf(double t, double df) {
    const double tail = 0.5 * incomplete_beta(df / 2, 0.5, df / (df + t * t));
    return t > 0 ? 1 - tail : tail;
}

double student_t_quantile(double p, double df) {
    if (p == 0.5) return 0;
    if (p < 0.5) return -student_t_quantile(1 - p, df);
    double high = 2;
    while (student_t_cdf(high, df) < p && high < 1e12) high *= 2;
    return falling_root(0, high, [&](double t) { return p - student_t_cdf(t, df); });
}

MeanInterval mean_t_interval(std::span<const double> values, double confidence) {
    const auto n = static_cast<double>(values.size());
    MeanInterval out;
    for (const double value : values) out.mean += value / n;
    double squares = 0;
    for (const double value : values) squares += (value - out.mean) * (value - out.mean);
    const double half = student_t_quantile(0.5 + confidence / 2, n - 1) * std::sqrt(squares / (n - 1) / n);
    out.interval = {out.mean - half, out.mean + half};
    return out;
}

Interval wilson_interval(std::uint64_t right, std::uint64_t n, double z) {
    if (n == 0) return {0, 1};
    const auto count = static_cast<double>(n);
    const double p = static_cast<double>(right) / count;
    const double z2 = z * z;
    const double centre = p + z2 / (2 * count);
    const double half = z * std::sqrt(p * (1 - p) / count + z2 / (4 * count * count));
    const double scale = 1 + z2 / count;
    return {std::max(0.0, (centre - half) / scale), std::min(1.0, (centre + half) / scale)};
}

Interval tango_interval(std::uint64_t lost, std::uint64_t gained, std::uint64_t n, double z) {
    if (n == 0) return {-1, 1};
    const auto b = static_cast<double>(lost);
    const auto c = static_cast<double>(gained);
    const auto count = static_cast<double>(n);
    const double seen = (b - c) / count;
    const auto score = [&](double difference) { return tango_score(b, c, count, difference); };
    return {falling_root(-1, seen, [&](double d) { return score(d) - z; }), falling_root(seen, 1, [&](double d) { return score(d) + z; })};
}

double mcnemar_mid_p(std::uint64_t lost, std::uint64_t gained) {
    const std::uint64_t n = lost + gained;
    if (n == 0) return 1;
    const std::uint64_t low = std::min(lost, gained);
    const auto log_term = [&](std::uint64_t k) {
        const auto total = static_cast<double>(n);
        const auto part = static_cast<double>(k);
        return std::lgamma(total + 1) - std::lgamma(part + 1) - std::lgamma(total - part + 1) - total * std::log(2.0);
    };
    double below = 0;
    for (std::uint64_t k = 0; k < low; ++k) below += std::exp(log_term(k));
    return std::min(1.0, 2 * below + std::exp(log_term(low)));
}

std::uint64_t samples_to_settle(std::uint64_t lost, std::uint64_t gained, std::uint64_t n, double limit) {
    if (n == 0) return 0;
    const auto count = static_cast<double>(n);
    const double drop = (static_cast<double>(lost) - static_cast<double>(gained)) / count;
    const double flips = static_cast<double>(lost + gained) / count;
    const double gap = std::abs(limit - drop);
    if (gap < 1e-9) return 0;
    constexpr double z80 = 0.8416212335729143;
    const double spread = std::max(0.0, flips - drop * drop);
    double needed = (kZ95 + z80) * (kZ95 + z80) * spread / (gap * gap);
    // Even without any flip the interval reaches z^2 / (n + z^2).
    if (limit > 0) needed = std::max(needed, kZ95 * kZ95 * (1 - limit) / limit);
    return static_cast<std::uint64_t>(std::ceil(std::min(needed, 1e15)));
}

}  // namespace vernier
