// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/data_compare.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <vector>

#include "tests/support/random.h"

namespace vernier::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::size_t kSide = 12;

/// A smooth picture [1,3,H,W], so that a resize changes it little.
PreparedSample picture() {
    PreparedSample sample{{}, {1, 3, kSide, kSide}};
    for (std::size_t c = 0; c < 3; ++c)
        for (std::size_t y = 0; y < kSide; ++y)
            for (std::size_t x = 0; x < kSide; ++x)
                sample.values.push_back(c == 0 ? 0.1 * static_cast<double>(x) : c == 1 ? 0.02 * static_cast<double>(y * x) : 1 - 0.07 * static_cast<double>(y));
    return sample;
}

PreparedSample changed(double (*change)(double value, std::size_t channel)) {
    PreparedSample sample = picture();
    for (std::size_t i = 0; i < sample.values.size(); ++i) sample.values[i] = change(sample.values[i], i / (kSide * kSide));
    return sample;
}

PreparedSample turned_round() {
    const PreparedSample from = picture();
    PreparedSample sample = from;
    constexpr std::size_t plane = kSide * kSide;
    for (std::size_t i = 0; i < plane; ++i) {
        sample.values[i] = from.values[2 * plane + i];
        sample.values[2 * plane + i] = from.values[i];
    }
    return sample;
}

PreparedSample channels_last(const PreparedSample& from) {
    PreparedSample sample{std::vector<double>(from.values.size()), {1, kSide, kSide, 3}};
    for (std::size_t c = 0; c < 3; ++c)
        for (std::size_t p = 0; p < kSide * kSide; ++p) sample.values[p * 3 + c] = from.values[c * kSide * kSide + p];
    return sample;
}

TEST(LikelyCause, NamesScaleMeanAndDeviation) {
    EXPECT_THAT(likely_cause(picture(), changed([](double v, std::size_t) { return 255 * v; })), HasSubstr("not divided by 255"));
    EXPECT_THAT(likely_cause(picture(), changed([](double v, std::size_t) { return v / 255; })), HasSubstr("is divided by 255"));
    EXPECT_THAT(likely_cause(picture(), changed([](double v, std::size_t) { return 2 * v - 1; })), HasSubstr("2 times ours - 1"));
    EXPECT_THAT(likely_cause(picture(), changed([](double v, std::size_t c) {
                                 constexpr std::array mean = {0.485, 0.456, 0.406}, deviation = {0.229, 0.224, 0.225};
                                 return (v - mean[c]) / deviation[c];
                             })),
                HasSubstr("mean and std of channels"));
}

TEST(LikelyCause, NamesChannelsAndLayout) {
    EXPECT_THAT(likely_cause(picture(), turned_round()), HasSubstr("BGR"));
    EXPECT_THAT(likely_cause(picture(), channels_last(picture())), HasSubstr("layout"));
    PreparedSample both = channels_last(turned_round());
    for (double& value : both.values) value *= 255;
    EXPECT_THAT(likely_cause(picture(), both), AllOf(HasSubstr("layout"), HasSubstr("BGR"), HasSubstr("255")));
}

TEST(LikelyCause, NamesAnotherResize) {
    PreparedSample shifted = picture();
    for (std::size_t i = 0; i + 1 < shifted.values.size(); ++i) shifted.values[i] = (shifted.values[i] + shifted.values[i + 1]) / 2;
    EXPECT_THAT(likely_cause(picture(), shifted), HasSubstr("resize or crop"));
}

TEST(LikelyCause, SaysNothingOfOtherSamples) {
    PreparedSample other = picture();
    const auto noise = normal_floats(other.values.size(), 3);
    other.values.assign(noise.begin(), noise.end());
    EXPECT_THAT(likely_cause(picture(), other), IsEmpty());
    EXPECT_THAT(likely_cause(picture(), {{1, 2}, {1, 2}}), IsEmpty());
}

}  // namespace
}  // namespace vernier::test
