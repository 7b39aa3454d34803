// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/format.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace vernier {
namespace {

TEST(Format, KeepsThreeSignificantDigits) {
    EXPECT_EQ(significant(44.04), "44.0");
    EXPECT_EQ(significant(0.00712), "0.00712");
    EXPECT_EQ(significant(123.4), "123");
    EXPECT_EQ(significant(98765), "98765");
    EXPECT_EQ(significant(-2.345), "-2.35");
    EXPECT_EQ(significant(0), "0");
}

TEST(Format, RoundsUpWithoutAnExtraDigit) {
    EXPECT_EQ(significant(9.999), "10.0");
    EXPECT_EQ(significant(99.96), "100");
    EXPECT_EQ(significant(0.09999), "0.100");
}

TEST(Format, SaysWhatIsNoNumber) {
    EXPECT_EQ(significant(std::numeric_limits<double>::infinity()), "inf");
    EXPECT_EQ(significant(std::nan("")), "nan");
}

TEST(Format, WritesUnitsAsPeopleReadThem) {
    EXPECT_EQ(megabytes(86'000'000), "86.0");
    EXPECT_EQ(times(2.187), "2.19x");
    EXPECT_EQ(speed_text(2.187), "2.19x faster");
    EXPECT_EQ(speed_text(0.609), "1.64x slower");
    EXPECT_EQ(speed_text(0.5, 0.625), "1.60x to 2.00x slower");
    EXPECT_EQ(speed_text(1.9, 2.1), "1.90x to 2.10x faster");
    EXPECT_EQ(speed_text(0.8, 1.02), "1.25x slower to 1.02x faster");
    EXPECT_EQ(size_text(0.28), "72 % smaller");
    EXPECT_EQ(size_text(1.03), "3 % larger");
    EXPECT_EQ(size_text(1.001), "same size");
    EXPECT_EQ(size_text(0.72, 0.8), "20 % to 28 % smaller");
    EXPECT_EQ(size_text(1.1, 1.2), "10 % to 20 % larger");
    EXPECT_EQ(size_text(0.97, 1.02), "3 % smaller to 2 % larger");
    EXPECT_EQ(size_text(1, 1.05), "same size to 5 % larger");
    EXPECT_EQ(percent(97.714), "97.71");
    EXPECT_EQ(signed_points(-2.9), "-2.90");
    EXPECT_EQ(signed_points(0.25), "+0.25");
    EXPECT_EQ(signed_points(-0.001), "0.00");
    EXPECT_EQ(grouped(1857), "1,857");
    EXPECT_EQ(grouped(12), "12");
    EXPECT_EQ(grouped(1'234'567), "1,234,567");
    EXPECT_EQ(shortened(21'500'000), "21.5 M");
    EXPECT_EQ(shortened(999'600), "1.00 M");
    EXPECT_EQ(shortened(512), "512");
}

TEST(Format, WritesFindingsAsSentences) {
    EXPECT_EQ(sentences({.text = "of 12 weights, 3 become zero", .remedy = "look at them"}), "Of 12 weights, 3 become zero. Look at them.");
    EXPECT_EQ(sentences({.text = "Already a sentence."}), "Already a sentence.");
    EXPECT_EQ(sentences({.text = "conv1.weight is odd"}), "conv1.weight is odd.");
}

}  // namespace
}  // namespace vernier
