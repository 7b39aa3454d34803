// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/quant/calibration/ranges.h"
#include "core/quant/calibration/table.h"
#include "core/quant/methods/pair_safe.h"
#include "core/quant/methods/tap_share.h"
#include "core/quant/methods/weights_int8.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using test::random_floats;

void add(RangeCollector& collector, const std::vector<float>& values) {
    const std::vector<std::int64_t> dims = {static_cast<std::int64_t>(values.size())};
    collector.add(values, dims);
}

TEST(Ranges, DoNotDependOnTheOrderOfSamples) {
    const auto small = random_floats(5000, 1), large = random_floats(3000, 2);
    std::vector<float> wide(large);
    for (float& value : wide) value *= 40;
    RangeCollector forwards, backwards;
    add(forwards, small);
    add(forwards, wide);
    add(backwards, wide);
    add(backwards, small);
    EXPECT_EQ(forwards.result(), backwards.result());
}

TEST(Ranges, CountEveryFiniteValueOnce) {
    auto values = random_floats(10000, 3);
    values[17] = std::numeric_limits<float>::quiet_NaN();
    values[4100] = -std::numeric_limits<float>::infinity();
    values[9000] = 0;
    RangeCollector collector;
    add(collector, values);
    const Observed seen = collector.result();
    EXPECT_EQ(seen.count, values.size() - 2);
    EXPECT_EQ(seen.nan, 1u);
    EXPECT_EQ(seen.inf, 1u);
    EXPECT_GE(seen.zeros, 1u);
    EXPECT_EQ(std::accumulate(seen.bins.begin(), seen.bins.end(), std::uint64_t{0}), seen.count);
}

TEST(Ranges, BinsAgreeWithAPlainFloor) {
    const auto values = random_floats(4099, 4);
    RangeCollector collector;
    add(collector, values);
    const Observed seen = collector.result();
    std::vector<std::uint64_t> plain(Observed::kBins, 0);
    for (const float value : values) {
        const double scaled = std::floor(double(value) * std::ldexp(Observed::kBins / 2.0, -seen.exponent)) + Observed::kBins / 2;
        ++plain[static_cast<std::size_t>(std::clamp(scaled, 0.0, Observed::kBins - 1.0))];
    }
    EXPECT_EQ(seen.bins, plain);
}

TEST(Ranges, MeansOfChannelsFollowTheAxis) {
    RangeCollector collector(1);
    const std::vector<float> values = {1, 3, 10, 20, 5, 7, 30, 40};  // [2, 2, 2]
    const std::vector<std::int64_t> dims = {2, 2, 2};
    collector.add(values, dims);
    EXPECT_EQ(collector.result().channel_mean, (std::vector<double>{4, 25}));
}

TEST(Ranges, PercentileCutsAnOutlierAndMinMaxDoesNot) {
    auto values = random_floats(100000, 5);
    values[5] = 1000;
    RangeCollector collector;
    add(collector, values);
    const Observed seen = collector.result();
    EXPECT_EQ(range_of({.observed = seen}, {"minmax", {}, 0}).hi, 1000);
    EXPECT_LT(range_of({.observed = seen}, {"percentile", {{"percentile", 99.9}}, 0}).hi, 10);
}

TEST(Ranges, ZeroIsAlwaysExact) {
    for (const Range range : {Range{0.5f, 3}, Range{-7, -2}, Range{-1, 2}, Range{0, 6}}) {
        const QuantParams q = u8_params(range);
        const float zero = q.scale * (static_cast<float>(q.zero_point) - static_cast<float>(q.zero_point));
        EXPECT_EQ(zero, 0);
        EXPECT_LE(q.scale * (0 - q.zero_point), std::min(0.f, range.lo) + q.scale);
        EXPECT_GE(q.scale * (255 - q.zero_point), std::max(0.f, range.hi) - q.scale);
    }
    EXPECT_EQ(u8_params({0, 6}).zero_point, 0);
}

TEST(WeightsInt8, RoundingStaysWithinHalfAStep) {
    const auto weight = random_floats(3 * 4 * 9, 6);
    const Int8Weight rounded = quantize_weight(weight, {3, 36, true});
    ASSERT_EQ(rounded.scales.size(), 3u);
    for (std::size_t i = 0; i < weight.size(); ++i)
        EXPECT_LE(std::fabs(weight[i] - rounded.scales[i / 36] * rounded.codes[i]), rounded.scales[i / 36] * 0.5001f);
}

TEST(WeightsInt8, TiesGoToTheEvenCodeAndChannelsAreFoundOnAnyAxis) {
    // The scale of the largest, 127 times a power of two, is that power: codes are exact.
    const Int8Weight one = quantize_weight({127, 2.5F, 3.5F, -2.5F, -0.5F, 126.5F}, {1, 1, false});
    EXPECT_EQ(one.codes, (std::vector<std::int8_t>{127, 2, 4, -2, 0, 126}));
    // [2, 3, 2]: three channels on axis 1, with 127, 254 and 508 as their largest.
    const Int8Weight three = quantize_weight({127, 1.5F, 254, 1, 508, -2, -2.5F, 0.5F, -3, 254, 6, 10}, {3, 2, true});
    EXPECT_EQ(three.scales, (std::vector<float>{1, 2, 4}));
    EXPECT_EQ(three.codes, (std::vector<std::int8_t>{127, 2, 127, 0, 127, 0, -2, 0, -2, 127, 2, 2}));
}

TEST(WeightsInt8, SafeScalesAreTheSameWhereverChannelsLie) {
    // [k = 5, n = 3] and its transpose: the larger of |a + b| over pairs of one sign, divided by 127.5.
    const std::vector<float> rows = {1, -2, 3, 4, -5, -6, 7, 8, 9, -1, 2, 3, 4, 5, 6};
    std::vector<float> columns(rows.size());
    for (std::size_t k = 0; k < 5; ++k)
        for (std::size_t n = 0; n < 3; ++n) columns[n * 5 + k] = rows[k * 3 + n];
    const std::vector<float> want = {5 / 127.5F, 10 / 127.5F, 12 / 127.5F};
    EXPECT_EQ(pair_safe_scales(rows, matmul_layout(5, 3, false)), want);
    EXPECT_EQ(pair_safe_scales(columns, matmul_layout(5, 3, true)), want);
}

TEST(WeightsInt8, ADeadChannelKeepsItsBias) {
    const std::vector<float> weight(8, 0.f), bias = {0.3f, -1.f};
    const Int8Weight rounded = quantize_weight(weight, {2, 4, true}, {bias, 0.02f});
    const auto codes = quantize_bias(bias, rounded.scales, 0.02f);
    for (std::size_t c = 0; c < 2; ++c) EXPECT_NEAR(codes[c] * rounded.scales[c] * 0.02f, bias[c], 1e-5);
}

TEST(WeightsInt8, ALargeBiasRaisesTheScaleUntilItFits) {
    const std::vector<float> weight(4, 1e-12f), bias = {0.3f};
    const Int8Weight rounded = quantize_weight(weight, {1, 4, true}, {bias, 0.01f});
    const auto codes = quantize_bias(bias, rounded.scales, 0.01f);
    EXPECT_LE(std::abs(codes[0]), (1 << 30) + 64);
    EXPECT_NEAR(codes[0] * double(rounded.scales[0]) * 0.01, 0.3, 1e-6);
}

TEST(WeightsInt8, BiasShiftGivesBackWhatRoundingTookOnAverage) {
    const auto weight = random_floats(6 * 5, 7);
    const std::vector<double> mean = {0.4, 1.0, 0.1, 2.0, 0.7};
    const Int8Weight rounded = quantize_weight(weight, {6, 5, true});
    const auto shift = bias_shift(weight, rounded, {6, 5, 5, 1, 1, 1}, mean);
    ASSERT_EQ(shift.size(), 6u);
    for (std::size_t o = 0; o < 6; ++o) {
        double exact = 0, lossy = 0;
        for (std::size_t i = 0; i < 5; ++i) {
            exact += weight[o * 5 + i] * mean[i];
            lossy += double(rounded.scales[o]) * rounded.codes[o * 5 + i] * mean[i];
        }
        EXPECT_NEAR(lossy + shift[o], exact, 1e-6);
    }
}

onnx::NodeProto conv_with(std::vector<std::int64_t> pads, std::vector<std::int64_t> strides) {
    onnx::NodeProto conv;
    set_attribute(conv, "pads", pads);
    set_attribute(conv, "strides", strides);
    return conv;
}

ValueType map_of(std::int64_t height, std::int64_t width) { return {ElementType::float32, true, {{-1, "N"}, {8, ""}, {height, ""}, {width, ""}}, ""}; }

TEST(TapShares, OuterTapsMissTheInputAtTheBorder) {
    const auto shares = tap_shares(conv_with({1, 1, 1, 1}, {1, 1}), {3, 3}, map_of(4, 8));
    ASSERT_EQ(shares.size(), 9u);
    EXPECT_DOUBLE_EQ(shares[4], 1.0);        // the middle tap never leaves the map
    EXPECT_DOUBLE_EQ(shares[1], 3.0 / 4.0);  // one row of four reads the border above
    EXPECT_DOUBLE_EQ(shares[0], 3.0 / 4.0 * 7.0 / 8.0);
}

TEST(TapShares, SamePaddingOfAStrideTwoConvLeavesTheMapAtTheEndOnly) {
    auto conv = conv_with({}, {2, 2});
    set_attribute(conv, "auto_pad", std::string_view("SAME_UPPER"));
    const auto shares = tap_shares(conv, {3, 3}, map_of(8, 8));
    ASSERT_EQ(shares.size(), 9u);
    EXPECT_DOUBLE_EQ(shares[0], 1.0);
    EXPECT_DOUBLE_EQ(shares[8], 3.0 / 4.0 * 3.0 / 4.0);
}

TEST(TapShares, AnUnknownMapHasNone) { EXPECT_TRUE(tap_shares(conv_with({1, 1, 1, 1}, {1, 1}), {3, 3}, map_of(-1, 8)).empty()); }

TEST(TapShares, TheShapesThatCalibrationSawCountByTheirOutputPositions) {
    const auto conv = conv_with({1, 1, 1, 1}, {1, 1});
    const auto wide = tap_shares(conv, {3, 3}, map_of(4, 16)), high = tap_shares(conv, {3, 3}, map_of(16, 8));
    const auto both = tap_shares(conv, {3, 3}, SeenShapes{{{1, 8, 4, 16}, 2}, {{1, 8, 16, 8}, 1}});  // 2 x 64 and 128 positions
    ASSERT_EQ(both.size(), 9u);
    for (std::size_t k = 0; k < 9; ++k) EXPECT_DOUBLE_EQ(both[k], (wide[k] + high[k]) / 2) << k;
    EXPECT_TRUE(tap_shares(conv, {3, 3}, SeenShapes{}).empty());
    EXPECT_TRUE(tap_shares(conv, {3, 3}, SeenShapes{{{8, 16}, 1}}).empty());
}

TEST(Ranges, ShapesAreKeptWhereChannelsAreAskedFor) {
    RangeCollector asked(1), other;
    const auto values = random_floats(24, 5);
    for (const std::vector<std::int64_t>& dims : {std::vector<std::int64_t>{1, 4, 6}, std::vector<std::int64_t>{2, 4, 3}, std::vector<std::int64_t>{1, 4, 6}}) {
        asked.add(values, dims);
        other.add(values, dims);
    }
    EXPECT_EQ(asked.result().shapes, (SeenShapes{{{1, 4, 6}, 2}, {{2, 4, 3}, 1}}));
    EXPECT_TRUE(other.result().shapes.empty());
}

TEST(Ranges, OfManyShapesTheSameAreKeptInAnyOrder) {
    RangeCollector forwards(1), backwards(1);
    for (std::int64_t size = 1; size <= 300; ++size)
        forwards.add(std::vector<float>(static_cast<std::size_t>(size), 1.f), std::vector<std::int64_t>{1, 1, size});
    for (std::int64_t size = 300; size >= 1; --size)
        backwards.add(std::vector<float>(static_cast<std::size_t>(size), 1.f), std::vector<std::int64_t>{1, 1, size});
    EXPECT_EQ(forwards.result().shapes, backwards.result().shapes);
    EXPECT_EQ(forwards.result().shapes.size(), 256u);
}

}  // namespace
}  // namespace vernier
