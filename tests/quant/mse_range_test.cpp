// SPDX-License-Identifier: GPL-3.0-or-later
// The range of least squared error, against coding every value by every range of a fine grid.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <utility>
#include <vector>

#include "core/quant/calibration/table.h"

namespace vernier {
namespace {

const Calibration kMse = {"mse", {}, 0};

Observed observed(const std::vector<float>& values) {
    RangeCollector collector;
    const std::vector<std::int64_t> dims = {static_cast<std::int64_t>(values.size())};
    collector.add(values, dims);
    return collector.result();
}

/// Mean squared error of the values as codes of this range.
double coded_error(const std::vector<float>& values, Range range) {
    const QuantParams q = u8_params(range);
    double sum = 0;
    for (const float value : values) {
        const double code = std::clamp(std::nearbyint(double(value) / q.scale) + q.zero_point, 0.0, 255.0);
        const double error = (code - q.zero_point) * q.scale - value;
        sum += error * error;
    }
    return sum / double(values.size());
}

double least_error_of_a_grid(const std::vector<float>& values, Range seen) {
    constexpr int kGrid = 48;
    double least = coded_error(values, seen);
    for (int i = 0; i <= kGrid; ++i)
        for (int j = 1; j <= kGrid; ++j)
            least = std::min(least, coded_error(values, {seen.lo * static_cast<float>(i) / kGrid, seen.hi * static_cast<float>(j) / kGrid}));
    return least;
}

std::vector<float> normal(std::size_t count, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<float> draw;
    std::vector<float> values(count);
    for (float& value : values) value = draw(random);
    return values;
}

TEST(MseRange, LosesNoMoreThanTheBestRangeOfAGrid) {
    const auto gauss = normal(4000, 1);
    auto laplace = gauss, tails = gauss, shifted = gauss, relu = gauss, rare = gauss;
    std::mt19937 random(2);
    std::exponential_distribution<float> draw;
    for (float& value : laplace) value = (value < 0 ? -1.f : 1.f) * draw(random);
    for (std::size_t i = 0; i < tails.size(); i += 100) tails[i] *= 12;
    for (float& value : shifted) value = 3 * value + 2;
    for (float& value : relu) value = std::max(value, 0.f);
    rare[7] = 90;
    rare[8] = -40;
    for (const auto& values : {gauss, laplace, tails, shifted, relu, rare}) {
        const Observed seen = observed(values);
        const Range range = range_of({.observed = seen}, kMse);
        EXPECT_LE(range.lo, 0);
        EXPECT_GE(range.hi, 0);
        // Rounding counts as step^2 / 12 here and is what it happens to be there.
        EXPECT_LE(coded_error(values, range), 1.08 * least_error_of_a_grid(values, seen_range(seen)));
        EXPECT_LE(coded_error(values, range), 1.05 * coded_error(values, seen_range(seen)));
    }
}

TEST(MseRange, CutsRareOutliersOnBothSides) {
    auto values = normal(200000, 3);
    values[1] = 30;
    values[2] = -25;
    const Observed seen = observed(values);
    const Range range = range_of({.observed = seen}, kMse);
    EXPECT_LT(range.hi, 25);
    EXPECT_GT(range.lo, -22);
    EXPECT_GT(range.hi, 4);
    EXPECT_LT(coded_error(values, range), 0.9 * coded_error(values, seen_range(seen)));
}

TEST(MseRange, NeverMovesAnEndWhereValuesPileUp) {
    auto values = normal(20000, 4);
    for (float& value : values) value = std::clamp(value * 4, 0.f, 6.f);  // ReLU6
    values[3] = 6;
    const Observed clamped = observed(values);
    EXPECT_EQ(range_of({.observed = clamped}, kMse).hi, 6);
    EXPECT_EQ(range_of({.observed = clamped}, kMse).lo, 0);
    const Observed few = observed({-3, 0.1f, 0.2f, 50});  // each value is a hundredth or more of all
    EXPECT_EQ(range_of({.observed = few}, kMse).hi, 50);
    EXPECT_EQ(range_of({.observed = few}, kMse).lo, -3);
}

TEST(MseRange, KeepsAllOfTheLastTensor) {
    auto values = normal(100000, 5);
    values[9] = 60;
    const Observed seen = observed(values);
    EXPECT_LT(range_of({.observed = seen}, kMse).hi, 60);
    EXPECT_EQ(range_of({.observed = seen, .last = true}, kMse).hi, 60);
    EXPECT_EQ(range_of({.observed = seen, .last = true}, kMse).lo, seen.min);
}

TEST(MseRange, IsWholeWhereThereIsNothingToChoose) {
    for (const std::vector<float>& values : {std::vector<float>{}, std::vector<float>(500, 0.f), std::vector<float>(500, 2.f), std::vector<float>(500, -2.f)}) {
        const Observed seen = observed(values);
        const Range range = range_of({.observed = seen}, kMse);
        EXPECT_EQ(range.lo, seen_range(seen).lo);
        EXPECT_EQ(range.hi, seen_range(seen).hi);
    }
}

}  // namespace
}  // namespace vernier
