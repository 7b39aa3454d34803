// SPDX-License-Identifier: GPL-3.0-or-later
// Spearman's rank correlation of the cosines of pairs and the scores that are given for them; equal ones share the mean of their ranks. Not
// defined where all cosines or all scores are equal.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <numeric>

#include "core/evidence/metrics/kept_figure.h"
#include "core/evidence/metrics/records.h"
#include "core/evidence/tasks/embedding.h"

namespace vernier {
namespace {

constexpr char kId[] = "spearman";

/// Positions by a value, the lowest first, and whether each is higher than the one before.
struct Order {
    std::vector<std::uint32_t> order;
    std::vector<bool> higher;
};

Order order_of(const std::vector<double>& values) {
    Order sorted{std::vector<std::uint32_t>(values.size()), std::vector<bool>(values.size())};
    std::iota(sorted.order.begin(), sorted.order.end(), 0U);
    std::stable_sort(sorted.order.begin(), sorted.order.end(), [&](std::uint32_t a, std::uint32_t b) { return values[a] < values[b]; });
    for (std::size_t i = 1; i < values.size(); ++i) sorted.higher[i] = values[sorted.order[i]] > values[sorted.order[i - 1]];
    return sorted;
}

/// Ranks with each value taken so many times.
std::vector<double> ranks_of(const Order& sorted, std::span<const std::uint32_t> times) {
    std::vector<double> ranks(sorted.order.size());
    double before = 0;
    for (std::size_t i = 0; i < sorted.order.size();) {
        std::size_t end = i;
        double tied = 0;
        do tied += times[sorted.order[end++]];
        while (end < sorted.order.size() && !sorted.higher[end]);
        for (; i < end; ++i) ranks[sorted.order[i]] = before + (tied + 1) / 2;
        before += tied;
    }
    return ranks;
}

double correlation(const std::vector<double>& x, const std::vector<double>& y, std::span<const std::uint32_t> times) {
    double n = 0, mean_x = 0, mean_y = 0, xx = 0, yy = 0, xy = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        n += times[i];
        mean_x += times[i] * x[i];
        mean_y += times[i] * y[i];
    }
    mean_x /= n;
    mean_y /= n;
    for (std::size_t i = 0; i < x.size(); ++i) {
        xx += times[i] * (x[i] - mean_x) * (x[i] - mean_x);
        yy += times[i] * (y[i] - mean_y) * (y[i] - mean_y);
        xy += times[i] * (x[i] - mean_x) * (y[i] - mean_y);
    }
    return xx > 0 && yy > 0 ? xy / std::sqrt(xx * yy) : std::numeric_limits<double>::quiet_NaN();
}

std::optional<Statistic> statistic(const Answers& own, const Answers& baseline) {
    const auto records = counted_records(own.records, baseline.records);
    if (!records) return std::nullopt;
    std::vector<double> cosines, scores;
    for (const SampleRecord* record : *records) {
        const ScoredPair pair = scored_pair_of(*record);
        if (!std::isfinite(pair.cosine) || !std::isfinite(pair.score)) return std::nullopt;
        cosines.push_back(pair.cosine);
        scores.push_back(pair.score);
    }
    const auto by_cosine = std::make_shared<const Order>(order_of(cosines)), by_score = std::make_shared<const Order>(order_of(scores));
    return Statistic{cosines.size(), 6.0 * static_cast<double>(cosines.size()), [by_cosine, by_score](std::span<const std::uint32_t> times) {
                         return correlation(ranks_of(*by_cosine, times), ranks_of(*by_score, times), times);
                     }};
}

}  // namespace

extern constexpr Metric kSpearman = {.figure = kept_figure<kId>({"Rank correlation with the given scores", "Spearman", "", Form::number}, Better::higher),
                                     .of = only(Task::embedding),
                                     .of_answers = statistic,
                                     .range = {-1, 1}};

}  // namespace vernier
