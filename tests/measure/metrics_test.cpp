// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/metrics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

namespace vernier {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInf = std::numeric_limits<float>::infinity();

TEST(ArgMax, LowestIndexWinsATieAndNanLoses) {
    EXPECT_EQ(arg_max(std::vector<float>{1, 3, 3, 2}), 1);
    EXPECT_EQ(arg_max(std::vector<float>{kNan, -5, -4}), 2);
    EXPECT_EQ(arg_max(std::vector<float>{kNan, kNan}), 0);
    EXPECT_EQ(arg_max(std::vector<float>{0, kInf, kInf}), 1);
    EXPECT_EQ(arg_max({}), 0);
}

TEST(InTop, CountsThoseBeforeTheLabel) {
    const std::vector<float> scores{9, 8, 7, 6, 5, 5, 1};
    EXPECT_TRUE(in_top(scores, 4, 5));
    EXPECT_FALSE(in_top(scores, 5, 5)) << "equal score, higher index";
    EXPECT_TRUE(in_top(scores, 0, 1));
    EXPECT_FALSE(in_top(scores, 1, 1));
    EXPECT_FALSE(in_top(scores, -1, 5));
    EXPECT_FALSE(in_top(scores, 7, 5));
    EXPECT_FALSE(in_top(std::vector<float>{kNan}, 0, 5));
}

TEST(OutputDistance, GivesSqnrAndCosineOfAllSamplesTogether) {
    OutputDistance distance;
    add_scores(distance, std::vector<float>{3, 4}, std::vector<float>{3, 4});
    EXPECT_EQ(sqnr_db(distance), 200);
    EXPECT_DOUBLE_EQ(cosine(distance), 1);
    add_scores(distance, std::vector<float>{0, 5}, std::vector<float>{1, 5});
    // Signal 50, error 1.
    EXPECT_NEAR(sqnr_db(distance), 10 * std::log10(50.0), 1e-9);
    EXPECT_NEAR(cosine(distance), 50 / std::sqrt(50.0 * 51.0), 1e-12);
    EXPECT_EQ(distance.count, 4U);
}

TEST(OutputDistance, WhatIsNotFiniteIsLostSignal) {
    OutputDistance distance;
    add_scores(distance, std::vector<float>{2}, std::vector<float>{kNan});
    EXPECT_NEAR(sqnr_db(distance), 0, 1e-9);
    OutputDistance equal;
    add_scores(equal, std::vector<float>{-kInf, 1}, std::vector<float>{-kInf, 1});
    EXPECT_EQ(sqnr_db(equal), 200) << "masked scores are often minus infinity on both sides";
    OutputDistance none;
    EXPECT_DOUBLE_EQ(cosine(none), 1);
}

TEST(ScoresOf, ConvertsHalfAndIntegers) {
    Tensor half;
    half.type = ElementType::float16;
    half.dims = {2};
    const std::uint16_t codes[] = {0x3C00, 0xC000};  // 1, -2
    half.bytes.resize(sizeof codes);
    std::memcpy(half.bytes.data(), codes, sizeof codes);
    EXPECT_EQ(scores_of(half), (std::vector<float>{1, -2}));
    Tensor whole;
    whole.type = ElementType::int64;
    whole.dims = {1};
    const std::int64_t seven = 7;
    whole.bytes.resize(sizeof seven);
    std::memcpy(whole.bytes.data(), &seven, sizeof seven);
    EXPECT_EQ(scores_of(whole), (std::vector<float>{7}));
}

}  // namespace
}  // namespace vernier
