// SPDX-License-Identifier: GPL-3.0-or-later
// Every kernel against a plain loop, for many lengths, misalignments and every instruction set of this machine.
#include "core/stats/detail/kernels.h"

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <cmath>
#include <limits>
#include <vector>

#include "core/base/half.h"
#include "tests/support/random.h"

namespace vernier::kernels {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// Values of all kinds: normal, tiny, huge, zeros, infinities, NaN.
std::vector<float> mixed(std::size_t count, std::uint64_t seed, bool with_special) {
    test::Random random(seed);
    std::vector<float> values(count);
    for (float& value : values) {
        value = static_cast<float>(random.normal());
        const std::size_t kind = random.below(with_special ? 12 : 8);
        if (kind == 0) value = 0;
        if (kind == 1) value *= 0x1.0p-15F;
        if (kind == 2) value *= 0x1.0p-25F;
        if (kind == 3) value *= 40000;
        if (kind == 8) value = kInfinity;
        if (kind == 9) value = -kInfinity;
        if (kind == 10) value = std::numeric_limits<float>::quiet_NaN();
        if (kind == 11) value = -0.0F;
    }
    return values;
}

/// Runs a check for each instruction set, lengths up to some vectors, and starts off any alignment.
template <class Check>
void for_all_shapes(const Check& check) {
    for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
        hwy::SetSupportedTargetsForTest(target);
        hwy::GetChosenTarget().Update(hwy::SupportedTargets());
        SCOPED_TRACE(hwy::TargetName(target));
        for (const std::size_t length : {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 127, 1000, 70000})
            for (std::size_t start = 0; start < (length < 1000 ? 5U : 1U); ++start) {
                const std::vector<float> values = mixed(length + start, length * 8 + start, true);
                check(values.data() + start, length);
            }
    }
    hwy::SetSupportedTargetsForTest(0);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

TEST(Kernels, ClassifyCountsLikeAPlainLoop) {
    for_all_shapes([](const float* values, std::size_t count) {
        Classes expected;
        for (std::size_t i = 0; i < count; ++i) {
            const float x = std::fabs(values[i]);
            expected.zero += x == 0;
            expected.to_zero_or_zero += x <= 0x1.0p-25F;
            expected.small_or_zero += x < 0x1.0p-14F;
            expected.large_or_not_finite += !(x < 65520);
            expected.not_finite += !std::isfinite(x);
            expected.nan += std::isnan(x);
        }
        Classes found;
        classify(values, count, found);
        EXPECT_EQ(found.zero, expected.zero);
        EXPECT_EQ(found.to_zero_or_zero, expected.to_zero_or_zero);
        EXPECT_EQ(found.small_or_zero, expected.small_or_zero);
        EXPECT_EQ(found.large_or_not_finite, expected.large_or_not_finite);
        EXPECT_EQ(found.not_finite, expected.not_finite);
        EXPECT_EQ(found.nan, expected.nan);
    });
}

TEST(Kernels, MomentsSumInDoublePrecision) {
    for_all_shapes([](const float* values, std::size_t count) {
        double sum = 0, squares = 0, found_sum = 0, found_squares = 0;
        for (std::size_t i = 0; i < count; ++i) {
            if (!std::isfinite(values[i])) continue;
            const double d = static_cast<double>(values[i]) - 0.5;
            sum += d;
            squares += d * d;
        }
        moments(values, count, 0.5F, found_sum, found_squares);
        EXPECT_NEAR(found_sum, sum, 1e-12 * (1 + squares));
        EXPECT_NEAR(found_squares, squares, 1e-12 * (1 + squares));
    });
}

TEST(Kernels, RangesSkipWhatTheySay) {
    for_all_shapes([](const float* values, std::size_t count) {
        float low = kInfinity, high = -kInfinity, finite_low = kInfinity, finite_high = -kInfinity;
        for (std::size_t i = 0; i < count; ++i) {
            if (values[i] < low) low = values[i];
            if (values[i] > high) high = values[i];
            if (std::isfinite(values[i])) finite_low = std::min(finite_low, values[i]);
            if (std::isfinite(values[i])) finite_high = std::max(finite_high, values[i]);
        }
        float a = kInfinity, b = -kInfinity, c = kInfinity, d = -kInfinity;
        range(values, count, a, b);
        finite_range(values, count, c, d);
        EXPECT_EQ(a, low);
        EXPECT_EQ(b, high);
        EXPECT_EQ(c, finite_low);
        EXPECT_EQ(d, finite_high);
        std::vector<float> lows(count, 0.25F), highs(count, 0.25F);
        finite_ranges(values, count, lows.data(), highs.data());
        for (std::size_t i = 0; i < count; ++i) {
            EXPECT_EQ(lows[i], std::isfinite(values[i]) ? std::min(values[i], 0.25F) : 0.25F);
            EXPECT_EQ(highs[i], std::isfinite(values[i]) ? std::max(values[i], 0.25F) : 0.25F);
        }
    });
}

TEST(Kernels, HistogramPutsValuesIntoTheirBins) {
    for_all_shapes([](const float* values, std::size_t count) {
        constexpr int kBins = 37;
        const double low = -3, scale = kBins / 6.0;
        std::vector<std::uint64_t> expected(kBins, 0), found(kBins, 0);
        for (std::size_t i = 0; i < count; ++i) {
            if (!std::isfinite(values[i])) continue;
            const double place = std::floor((static_cast<double>(values[i]) - low) * scale);
            ++expected[static_cast<std::size_t>(std::min(std::max(place, 0.0), kBins - 1.0))];
        }
        histogram(values, count, {low, scale, found.data(), kBins});
        EXPECT_EQ(found, expected);
    });
}

template <class Round>
Error plain_error(const float* values, std::size_t count, const Round& round) {
    Error error;
    for (std::size_t i = 0; i < count; ++i) {
        if (!std::isfinite(values[i])) continue;
        const double x = values[i];
        const double difference = x - static_cast<double>(round(i));
        error.signal += x * x;
        error.noise += difference * difference;
        error.max = std::max(error.max, std::fabs(difference));
    }
    return error;
}

void expect_same(const Error& found, const Error& expected) {
    EXPECT_NEAR(found.signal, expected.signal, 1e-12 * expected.signal);
    if (std::isinf(expected.noise))
        EXPECT_EQ(found.noise, expected.noise);
    else
        EXPECT_NEAR(found.noise, expected.noise, 1e-12 * expected.noise);
    EXPECT_EQ(found.max, expected.max);
}

TEST(Kernels, HalfErrorIsThatOfRoundingToNearest) {
    for_all_shapes([](const float* values, std::size_t count) {
        Error found;
        half_error(values, count, found);
        expect_same(found, plain_error(values, count, [&](std::size_t i) { return half_to_float(float_to_half(values[i])); }));
    });
}

TEST(Kernels, Int8ErrorIsThatOfRoundingHalfToEvenAndClamping) {
    for_all_shapes([](const float* values, std::size_t count) {
        const auto back = [&](std::size_t i, float scale) { return std::min(std::max(std::nearbyint(values[i] / scale), -127.0F), 127.0F) * scale; };
        Error found, founds;
        int8_error(values, count, 0.01F, found);
        expect_same(found, plain_error(values, count, [&](std::size_t i) { return back(i, 0.01F); }));
        std::vector<float> scales(count);
        for (std::size_t i = 0; i < count; ++i) scales[i] = 0.001F * static_cast<float>(i % 7);
        int8_errors(values, count, scales.data(), founds);
        expect_same(founds, plain_error(values, count, [&](std::size_t i) { return scales[i] == 0 ? 0 : back(i, scales[i]); }));
    });
}

}  // namespace
}  // namespace vernier::kernels
