// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/methods/block_codes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "core/quant/rounding/compensate.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using namespace test;

double squared_error(const std::vector<float>& matrix, const BlockCodes& codes) {
    double error = 0;
    for (std::size_t r = 0; r < codes.rows; ++r)
        for (std::size_t c = 0; c < codes.columns; ++c) error += std::pow(double(matrix[r * codes.columns + c]) - double(codes.value(r, c)), 2);
    return error;
}

/// By hand: the largest weight, 4, takes code 0 (eight steps of -0.5), and what lies half way goes to the even step.
TEST(BlockCodes, NearestReachesTheLargestWeight) {
    const std::vector<float> weights{4.f, -1.f, 0.f, 0.75f, 0.24f, 1.25f};
    const BlockCodes codes = quantize_blocks(weights, 1, weights.size(), {16, false, false});
    EXPECT_FLOAT_EQ(codes.scales[0], -0.5f);
    EXPECT_EQ(codes.zeros[0], 8);
    EXPECT_EQ(codes.codes, (std::vector<std::uint8_t>{0, 10, 8, 6, 8, 6})) << "steps -8, 2, 0, -2 (of -1.5), 0, -2 (of -2.5)";
    EXPECT_FLOAT_EQ(codes.value(0, 1), -1.f);
}

TEST(BlockCodes, AZeroPointHoldsASpanThatLiesOneSided) {
    const std::vector<float> weights{0.f, 1.5f, 3.f, -0.75f, 3.f};
    const BlockCodes codes = quantize_blocks(weights, 1, weights.size(), {16, true, false});
    EXPECT_FLOAT_EQ(codes.scales[0], 0.25f);
    EXPECT_EQ(codes.zeros[0], 3);
    EXPECT_EQ(codes.codes, (std::vector<std::uint8_t>{3, 9, 15, 0, 15}));
}

/// Held against the best of a fine search that knows nothing of ours.
TEST(BlockCodes, AFittedScaleIsAsGoodAsAFineSearch) {
    const std::vector<float> weights = normal_floats(32 * 64, 7);
    double fitted = 0, nearest = 0, best = 0;
    for (std::size_t row = 0; row < 64; ++row) {
        const std::vector<float> block(weights.begin() + static_cast<std::ptrdiff_t>(row * 32), weights.begin() + static_cast<std::ptrdiff_t>(row * 32 + 32));
        fitted += squared_error(block, quantize_blocks(block, 1, 32, {32, false, true}));
        nearest += squared_error(block, quantize_blocks(block, 1, 32, {32, false, false}));
        double least = 1e9;
        for (int step = 1; step <= 2000; ++step) {
            for (const double scale : {step * 4e-4, step * -4e-4}) {
                double error = 0;
                for (const float weight : block) error += std::pow(weight - scale * std::clamp(std::nearbyint(weight / scale), -8.0, 7.0), 2);
                least = std::min(least, error);
            }
        }
        best += least;
    }
    EXPECT_LE(fitted, 1.02 * best);
    EXPECT_GE(fitted, 0.99 * best);
    EXPECT_GE(nearest, 1.06 * fitted);
}

TEST(BlockCodes, AFittedScaleKeepsThePowerOfItsWeights) {
    const std::vector<float> weights = normal_floats(3 * 70, 5);
    const BlockCodes codes = quantize_blocks(weights, 3, 70, {32, false, true, true});
    for (std::size_t row = 0; row < 3; ++row) {
        for (std::size_t first = 0; first < 70; first += 32) {
            double power = 0, product = 0;
            for (std::size_t i = first; i < std::min<std::size_t>(first + 32, 70); ++i) {
                power += std::pow(double(weights[row * 70 + i]), 2);
                product += double(weights[row * 70 + i]) * codes.value(row, i);
            }
            EXPECT_NEAR(product / power, 1, 1e-5);
        }
    }
}

/// The same codes as compensation by the moments of numbers of which each has 0.318 of its power in common with each other one.
TEST(BlockCodes, ErrorsOfARowCancelAsByMomentsOfNumbersWithAMean) {
    constexpr std::size_t kColumns = 96, kRows = 30;
    const std::vector<float> weights = normal_floats(kRows * kColumns, 11);
    std::vector<double> h(kColumns * kColumns, 0.318);
    for (std::size_t i = 0; i < kColumns; ++i) h[i * kColumns + i] = 1 / 1.01;  // a hundredth is added
    const BlockCodes codes = quantize_blocks(weights, kRows, kColumns, {kColumns, false, true, true});
    std::vector<std::uint8_t> expected(weights.size());
    const auto scale_of = [&](std::size_t row) { return fit_block(std::span(weights).subspan(row * kColumns, kColumns), {}, {kColumns, false, true}); };
    compensate(weights, Compensation::of(h, kColumns), {.round = [&](std::size_t row, std::size_t i, float adjusted) {
                   const BlockScale scale = scale_of(row);
                   expected[row * kColumns + i] = block_code(adjusted, scale);
                   return scale.scale * (static_cast<float>(expected[row * kColumns + i]) - 8.F);
               }});
    std::size_t other = 0;
    for (std::size_t row = 0; row < kRows; ++row)
        other +=
            std::equal(codes.codes.begin() + static_cast<std::ptrdiff_t>(row * kColumns),
                       codes.codes.begin() + static_cast<std::ptrdiff_t>((row + 1) * kColumns), expected.begin() + static_cast<std::ptrdiff_t>(row * kColumns))
                ? 0
                : 1;
    EXPECT_LE(other, 1U) << "a row may part where a number lies half way between two codes";

    const auto lost = [&](const BlockCodes& of) {
        double sum = 0;
        for (std::size_t row = 0; row < kRows; ++row) {
            double here = 0;
            for (std::size_t i = 0; i < kColumns; ++i) here += double(weights[row * kColumns + i]) - of.value(row, i);
            sum += here * here;
        }
        return sum;
    };
    const BlockForm form{32, false, true, true}, alone{32, false, true, false};
    const BlockCodes summed = quantize_blocks(weights, kRows, kColumns, form), each = quantize_blocks(weights, kRows, kColumns, alone);
    EXPECT_LT(lost(summed), 0.2 * lost(each));
    EXPECT_LT(squared_error(weights, summed), 1.1 * squared_error(weights, each));
}

/// Nothing is made up for in a block of zeros, which has no scale.
TEST(BlockCodes, ABlockOfZerosStaysSo) {
    std::vector<float> weights = normal_floats(64, 2, 0, 50.F);
    std::fill(weights.begin() + 32, weights.end(), 0.F);
    const BlockCodes codes = quantize_blocks(weights, 1, 64, {32, true, true, true});
    for (std::size_t i = 32; i < 64; ++i) EXPECT_EQ(codes.value(0, i), 0.F);
}

TEST(BlockCodes, ImportantWeightsKeepMore) {
    const std::vector<float> weights = normal_floats(32, 3);
    std::vector<float> importance(32, 0.01f);
    for (std::size_t i = 0; i < 4; ++i) importance[i] = 100.f;
    const auto error_of_first = [&](std::span<const float> by) {
        const BlockScale scale = fit_block(weights, by, {});
        double error = 0;
        for (std::size_t i = 0; i < 4; ++i) error += std::pow(weights[i] - scale.scale * (block_code(weights[i], scale) - 8.f), 2);
        return error;
    };
    EXPECT_LT(error_of_first(importance), error_of_first({}));
}

TEST(BlockCodes, BlocksWithoutANumberHaveAScaleToo) {
    const BlockCodes codes = quantize_blocks(std::vector<float>{0, 0, 1e-42f, 0}, 2, 2, {16, true, true});
    EXPECT_EQ(codes.scales, (std::vector<float>{1, 1}));
    EXPECT_EQ(codes.codes, (std::vector<std::uint8_t>{8, 8, 8, 8}));
    const BlockCodes large = quantize_blocks(std::vector<float>{3e38f, -3e38f}, 1, 2, {16, false, true});
    EXPECT_NEAR(large.value(0, 0) / 3e38f, 1, 0.2);
}

TEST(BlockCodes, ArePackedLowerHalfFirst) {
    BlockCodes codes(2, 18, 16);
    for (std::size_t i = 0; i < codes.codes.size(); ++i) codes.codes[i] = static_cast<std::uint8_t>(i % 16);
    codes.zeros = {1, 2, 3, 4};
    const auto blocks = packed_blocks(codes);
    ASSERT_EQ(blocks.size(), 2U * 2 * 8);
    EXPECT_EQ(blocks[0], 0x10);
    EXPECT_EQ(blocks[8], 0x10) << "codes 16 and 17 of the first row";
    EXPECT_EQ(blocks[9], 0) << "behind a short block";
    EXPECT_EQ(blocks[16], 0x32) << "the second row begins with code 18";
    EXPECT_EQ(packed_rows(codes).size(), 2U * 9);
    EXPECT_EQ(packed_rows(codes)[9], 0x32);
    EXPECT_EQ(packed_zeros(codes), (std::vector<std::uint8_t>{0x21, 0x43}));
}

}  // namespace
}  // namespace vernier
