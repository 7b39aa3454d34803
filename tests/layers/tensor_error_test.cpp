// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layers/tensor_error.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace vernier {
namespace {

TensorError error_of(const std::vector<float>& reference, const std::vector<float>& other) {
    ErrorSums sums(-2, 2);
    sums.add(reference, other);
    TensorError error;
    sums.tell(error);
    return error;
}

TEST(TensorErrors, EqualNumbersHaveNoError) {
    const TensorError error = error_of({1, -1, 0.5f}, {1, -1, 0.5f});
    EXPECT_EQ(error.sqnr_db, kExactDb);
    EXPECT_EQ(error.clipped, 0);
    EXPECT_FALSE(error.constant);
}

TEST(TensorErrors, TheErrorIsThatOfAllNumbers) {
    const TensorError error = error_of({3, 4}, {3, 3.5f});
    EXPECT_NEAR(error.sqnr_db, 10 * std::log10(25 / 0.25), 1e-9);
    EXPECT_EQ(error.clipped, 1);
    EXPECT_NEAR(error.clip_power, (1 + 4) / 2.0, 1e-9);
}

TEST(TensorErrors, WhatIsLostBesideFarLargerNumbersIsSeen) {
    const TensorError error = error_of({1, 2, -3, 1e9f}, {0, 0, 0, 1e9f});
    EXPECT_GT(error.sqnr_db, 100);
    EXPECT_NEAR(error.group_sqnr_db, 0, 1e-9);
    EXPECT_NEAR(error.group_share, 0.75, 1e-9);
    EXPECT_NEAR(error.flushed, 0.75, 1e-9);
    EXPECT_LE(error.group_peak, 4);
}

TEST(TensorErrors, InfinityInBothIsNoError) {
    const float infinity = std::numeric_limits<float>::infinity();
    EXPECT_EQ(error_of({1, -infinity}, {1, -infinity}).sqnr_db, kExactDb);
    EXPECT_TRUE(error_of({1, 2}, {1, infinity}).not_finite);
    EXPECT_TRUE(error_of({1, 2}, {3, 3}).constant);
}

}  // namespace
}  // namespace vernier
