// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include "ui/choose/numbers.h"

namespace vernier::ui {
namespace {

TEST(Numbers, ThreeSignificantDigits) {
    EXPECT_EQ(threeDigits(0), QStringLiteral("0"));
    EXPECT_EQ(threeDigits(96.44), QStringLiteral("96.4"));
    EXPECT_EQ(threeDigits(2.194), QStringLiteral("2.19"));
    EXPECT_EQ(threeDigits(1234.4), QStringLiteral("1234"));
    EXPECT_EQ(threeDigits(0.01234), QStringLiteral("0.0123"));
    EXPECT_EQ(threeDigits(9.996), QStringLiteral("10.0"));
    EXPECT_EQ(threeDigits(-2.9), QStringLiteral("−2.90"));
}

TEST(Numbers, SizesInPowersOfTen) {
    EXPECT_EQ(sizeText(0), QStringLiteral("0 B"));
    EXPECT_EQ(sizeText(999), QStringLiteral("999 B"));
    EXPECT_EQ(sizeText(9216), QStringLiteral("9.22 kB"));
    EXPECT_EQ(sizeText(999'900), QStringLiteral("1.00 MB"));
    EXPECT_EQ(sizeText(86'000'000), QStringLiteral("86.0 MB"));
    EXPECT_EQ(countText(21'500'000), QStringLiteral("21.5 M"));
    EXPECT_EQ(countText(12), QStringLiteral("12"));
}

TEST(Numbers, TimesAndSharesWithTheirUnits) {
    EXPECT_EQ(timeText(1.123), QStringLiteral("1.12 ms"));
    EXPECT_EQ(timeText(0.1), QStringLiteral("0.100 ms"));
    EXPECT_EQ(timeText(0.00671), QStringLiteral("6.71 µs"));
    EXPECT_EQ(timeText(0), QStringLiteral("0 µs"));
    EXPECT_EQ(timeText(std::nullopt), QStringLiteral("–"));
    EXPECT_EQ(shareText(0.41), QStringLiteral("41 %"));
    EXPECT_EQ(shareText(0.0312), QStringLiteral("3.1 %"));
    EXPECT_EQ(shareText(0.0001), QStringLiteral("< 0.1 %"));
    EXPECT_EQ(shareText(0), QStringLiteral("0 %"));
    EXPECT_EQ(shareText(std::nullopt), QStringLiteral("–"));
}

TEST(Numbers, DurationsForPeople) {
    EXPECT_EQ(durationText(3.2), QStringLiteral("4 s"));
    EXPECT_EQ(durationText(130), QStringLiteral("2 min 10 s"));
    EXPECT_EQ(durationText(3900), QStringLiteral("1 h 5 min"));
}

}  // namespace
}  // namespace vernier::ui
