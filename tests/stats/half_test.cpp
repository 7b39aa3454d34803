// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/half.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/stats/detail/kernels.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

TEST(Half, EveryCodeSurvivesTheWayToFloatAndBack) {
    for (std::uint32_t code = 0; code < 0x10000; ++code) {
        const auto half = static_cast<std::uint16_t>(code);
        const float value = half_to_float(half);
        if (std::isnan(value)) {
            EXPECT_TRUE(std::isnan(half_to_float(float_to_half(value)))) << code;
        } else {
            EXPECT_EQ(float_to_half(value), half) << code;
        }
    }
}

TEST(Half, CodesHaveTheValuesOfTheStandard) {
    EXPECT_EQ(half_to_float(0x3C00), 1.0F);
    EXPECT_EQ(half_to_float(0xC000), -2.0F);
    EXPECT_EQ(half_to_float(0x7BFF), 65504.0F);
    EXPECT_EQ(half_to_float(0x0001), 0x1.0p-24F);
    EXPECT_EQ(half_to_float(0x0400), 0x1.0p-14F);
    EXPECT_EQ(half_to_float(0x7C00), INFINITY);
}

TEST(Half, ValuesBetweenTwoCodesGoToTheNearerAndTiesToTheEvenOne) {
    for (std::uint16_t code = 0; code < 0x7BFF; ++code) {
        const float low = half_to_float(code);
        const float high = half_to_float(static_cast<std::uint16_t>(code + 1));
        const float middle = low + (high - low) / 2;
        const auto even = static_cast<std::uint16_t>(code + (code & 1));
        EXPECT_EQ(float_to_half(middle), even);
        EXPECT_EQ(float_to_half(std::nextafter(middle, 0.0F)), code);
        EXPECT_EQ(float_to_half(std::nextafter(middle, high)), code + 1);
        EXPECT_EQ(float_to_half(-middle), even | 0x8000);
    }
    EXPECT_EQ(float_to_half(65519.996F), 0x7BFF);
    EXPECT_EQ(float_to_half(65520.0F), 0x7C00);
}

TEST(Half, TheVectorKernelRoundsAsTheScalarCodeDoes) {
    // Random exponents reach subnormal codes, overflow and everything between.
    test::Random random(7);
    for (int i = 0; i < 4000; ++i) {
        const float value = std::ldexp(static_cast<float>(random.uniform(-1, 1)), static_cast<int>(random.below(50)) - 32);
        const float back = half_to_float(float_to_half(value));
        kernels::Error error;
        kernels::half_error(&value, 1, error);
        EXPECT_EQ(error.max, std::fabs(static_cast<double>(value) - static_cast<double>(back))) << value;
    }
}

}  // namespace
}  // namespace vernier
