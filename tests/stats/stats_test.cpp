// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stats/stats.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "core/base/error.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using test::normal_floats;
using testing::DoubleNear;
using testing::ElementsAre;

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

std::size_t channel_of(std::size_t index, const std::vector<std::int64_t>& dims, int axis) {
    for (std::size_t d = dims.size(); d-- > static_cast<std::size_t>(axis) + 1;) index /= static_cast<std::size_t>(dims[d]);
    return index % static_cast<std::size_t>(dims[static_cast<std::size_t>(axis)]);
}

TEST(Stats, ChannelRangesFollowTheAxis) {
    const std::vector<std::int64_t> dims = {3, 4, 5, 2};
    const std::vector<float> values = normal_floats(120, 3);
    for (int axis = 0; axis < 4; ++axis) {
        const auto channels = static_cast<std::size_t>(dims[static_cast<std::size_t>(axis)]);
        std::vector<float> low(channels, kInfinity), high(channels, -kInfinity);
        for (std::size_t i = 0; i < values.size(); ++i) {
            const std::size_t c = channel_of(i, dims, axis);
            low[c] = std::min(low[c], values[i]);
            high[c] = std::max(high[c], values[i]);
        }
        const TensorStats stats = compute_stats(values, dims, axis);
        EXPECT_EQ(stats.channel_min, low) << axis;
        EXPECT_EQ(stats.channel_max, high) << axis;
    }
}

TEST(Stats, NumbersOfALargeTensorEqualAPlainLoop) {
    const std::vector<float> values = normal_floats(300'001, 5, 1000.0F, 0.5F);
    const std::int64_t dims[] = {300'001};
    const TensorStats stats = compute_stats(values, dims, 0, 64);
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / 300'001;
    double squares = 0;
    for (const float x : values) squares += (x - mean) * (x - mean);
    EXPECT_THAT(stats.mean, DoubleNear(mean, 1e-9));
    EXPECT_THAT(stats.deviation, DoubleNear(std::sqrt(squares / 300'001), 1e-9));
    EXPECT_EQ(stats.min, *std::min_element(values.begin(), values.end()));
    EXPECT_EQ(stats.max, *std::max_element(values.begin(), values.end()));
    EXPECT_EQ(std::accumulate(stats.histogram.counts.begin(), stats.histogram.counts.end(), std::uint64_t{0}), 300'001U);
    EXPECT_EQ(stats.histogram.counts.size(), 64U);
    EXPECT_GT(stats.histogram.counts[32], stats.histogram.counts[5]);
}

TEST(Stats, NaNAndInfinityAreCountedAndKeptOutOfTheNumbers) {
    const std::vector<float> values = {1, kNaN, -3, kInfinity, 0, -kInfinity, kNaN, 2};
    const std::int64_t dims[] = {2, 4};
    const TensorStats stats = compute_stats(values, dims, 1, 4);
    EXPECT_EQ(stats.nan, 2U);
    EXPECT_EQ(stats.inf, 2U);
    EXPECT_EQ(stats.zeros, 1U);
    EXPECT_EQ(stats.min, -3);
    EXPECT_EQ(stats.max, 2);
    EXPECT_EQ(stats.mean, 0);
    EXPECT_THAT(stats.deviation, DoubleNear(std::sqrt(14.0 / 4), 1e-12));
    EXPECT_THAT(stats.channel_min, ElementsAre(0, 0, -3, 2));
    EXPECT_THAT(stats.channel_max, ElementsAre(1, 0, -3, 2));
    EXPECT_THAT(stats.histogram.counts, ElementsAre(1, 0, 1, 2));
}

TEST(Stats, CountsWhatHalfPrecisionCannotHold) {
    const std::vector<float> values = {65504, 65519, 65520, -70000, 0x1.0p-14F, 0x1.8p-15F, 0x1.0p-25F, -0x1.0p-30F, 0};
    const std::int64_t dims[] = {9};
    const TensorStats stats = compute_stats(values, dims, 0);
    EXPECT_EQ(stats.fp16_overflow, 2U);
    EXPECT_EQ(stats.fp16_subnormal, 3U);
    EXPECT_EQ(stats.fp16_to_zero, 2U);
}

TEST(Stats, EmptyConstantAndScalarTensorsHaveNumbersToo) {
    const std::int64_t none[] = {0, 4};
    EXPECT_EQ(compute_stats({}, none, 1).count, 0U);
    EXPECT_EQ(compute_stats({}, none, 1).deviation, 0);
    EXPECT_EQ(compute_stats({}, none, 0).channel_min.size(), 0U);
    const std::vector<float> same(10, 0.5F);
    const std::int64_t ten[] = {10};
    const TensorStats constant = compute_stats(same, ten, 0, 8);
    EXPECT_EQ(constant.deviation, 0);
    EXPECT_EQ(constant.histogram.counts[0], 10U);
    EXPECT_EQ(compute_stats(std::vector<float>{3}, {}, 0).max, 3);
    const TensorStats nothing_finite = compute_stats(std::vector<float>{kNaN, kNaN}, std::vector<std::int64_t>{2}, 0, 2);
    EXPECT_EQ(nothing_finite.min, 0);
    EXPECT_THAT(nothing_finite.histogram.counts, ElementsAre(0, 0));
}

TEST(Stats, AShapeThatDoesNotFitIsRefused) {
    const std::int64_t dims[] = {3, 3};
    EXPECT_THROW((void)compute_stats(std::vector<float>(8), dims, 0), Error);
    EXPECT_THROW((void)format_errors(std::vector<float>(8), dims, 0), Error);
}

TEST(Stats, MinMaxTakesInfinitiesAndSkipsNaN) {
    float low = 7, high = 8;
    min_max({}, low, high);
    EXPECT_EQ(low, 7);
    min_max(std::vector<float>{kNaN}, low, high);
    EXPECT_EQ(high, 8);
    min_max(std::vector<float>{kNaN, 2, -1, kInfinity}, low, high);
    EXPECT_EQ(low, -1);
    EXPECT_EQ(high, kInfinity);
}

double sqnr(const std::vector<float>& values, const std::vector<float>& back) {
    double signal = 0, noise = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        signal += static_cast<double>(values[i]) * values[i];
        noise += std::pow(static_cast<double>(values[i]) - back[i], 2);
    }
    return 10 * std::log10(signal / noise);
}

TEST(FormatErrors, EqualAPlainQuantizationAlongEveryAxis) {
    const std::vector<std::int64_t> dims = {4, 3, 5};
    std::vector<float> values = normal_floats(60, 9);
    for (std::size_t i = 0; i < 15; ++i) values[i] *= 50;  // one wide channel
    for (int axis = 0; axis < 3; ++axis) {
        const auto channels = static_cast<std::size_t>(dims[static_cast<std::size_t>(axis)]);
        std::vector<float> scales(channels, 0);
        for (std::size_t i = 0; i < 60; ++i) {
            float& scale = scales[channel_of(i, dims, axis)];
            scale = std::max(scale, std::fabs(values[i]) / 127.0F);
        }
        std::vector<float> back(60), back_tensor(60);
        const float whole = *std::max_element(scales.begin(), scales.end());
        for (std::size_t i = 0; i < 60; ++i) {
            const float scale = scales[channel_of(i, dims, axis)];
            back[i] = std::nearbyint(values[i] / scale) * scale;
            back_tensor[i] = std::nearbyint(values[i] / whole) * whole;
        }
        const std::vector<FormatError> errors = format_errors(values, dims, axis);
        ASSERT_EQ(errors.size(), 3U);
        EXPECT_THAT(errors[1].sqnr_db, DoubleNear(sqnr(values, back_tensor), 1e-6));
        EXPECT_THAT(errors[2].sqnr_db, DoubleNear(sqnr(values, back), 1e-6));
        EXPECT_FLOAT_EQ(static_cast<float>(errors[1].step), whole);
        EXPECT_NEAR(errors[1].clip, whole * 127, 1e-4);
        EXPECT_GT(errors[0].sqnr_db, 60);
        EXPECT_TRUE(axis != 0 || errors[2].sqnr_db > errors[1].sqnr_db);
    }
}

TEST(FormatErrors, ExactAndOverflowingTensorsAreSaidToBeSo) {
    const std::int64_t dims[] = {3};
    const std::vector<FormatError> exact = format_errors(std::vector<float>{0, 127, -64}, dims, 0);
    EXPECT_EQ(exact[0].sqnr_db, INFINITY);
    EXPECT_EQ(exact[1].sqnr_db, INFINITY);
    EXPECT_TRUE(to_json(exact[0])["exact"]);
    EXPECT_TRUE(to_json(exact[0])["sqnr_db"].is_null());
    const std::vector<FormatError> over = format_errors(std::vector<float>{0, 1e6F, 1}, dims, 0);
    EXPECT_EQ(over[0].sqnr_db, -INFINITY);
    EXPECT_EQ(over[0].max_error, INFINITY);
    EXPECT_TRUE(to_json(over[0])["overflows"]);
    const std::vector<FormatError> zeros = format_errors(std::vector<float>{0, 0, 0}, dims, 0);
    for (const FormatError& error : zeros) EXPECT_EQ(error.sqnr_db, INFINITY);
}

TEST(StatsJson, HoldsEveryNumber) {
    const std::int64_t dims[] = {2, 2};
    const Json json = to_json(compute_stats(std::vector<float>{1, 2, 3, 4}, dims, 0, 2));
    EXPECT_EQ(json["count"], 4);
    EXPECT_EQ(json["mean"], 2.5);
    EXPECT_EQ(json["channel_max"], Json({2.0, 4.0}));
    EXPECT_EQ(json["histogram"]["counts"], Json({2, 2}));
}

}  // namespace
}  // namespace vernier
