// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/sequence.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace vernier::test {
namespace {

using Indices = std::vector<std::size_t>;

TEST(ReportSequence, TakesTheFastestAloneWhereItIsSure) {
    const ReportSequence best = best_sequence({{0, 0.1, 2, 1}, {1, 0.2, 3, 1}, {2, 0.3, 5, 1}}, {3, 0.01});
    EXPECT_EQ(best.points, (Indices{2}));
    EXPECT_EQ(best.worth, 5);
}

/// 4 + (5 - 4) * sqrt(1) * 0.5 - 0.01, where the fast one alone is worth 2.5.
TEST(ReportSequence, PutsASafeOneInFront) {
    const ReportSequence best = best_sequence({{7, 0.3, 5, 0.5}, {4, 0.1, 4, 1}}, {3, 0.01});
    EXPECT_EQ(best.points, (Indices{4, 7}));
    EXPECT_NEAR(best.worth, 4.49, 1e-12);
}

/// 0.99 * (2 + 4) + (5 - 2) * sqrt(0.99) * 0.7, where the fast one alone comes to 0.7 * (5 + 4).
TEST(ReportSequence, PutsASafeOneInFrontForTheSakeOfFindingAny) {
    const std::vector<ReportStep> steps = {{0, 0.1, 2, 0.99}, {1, 0.2, 5, 0.7}};
    EXPECT_EQ(best_sequence(steps, {3, 1}).points, (Indices{1}));
    const ReportSequence best = best_sequence(steps, {3, 1, 4});
    EXPECT_EQ(best.points, (Indices{0, 1}));
    EXPECT_NEAR(best.worth, 5.94 + 3 * std::sqrt(0.99) * 0.7 - 1, 1e-12);
}

/// One that is slower and loses more than another is never reported after it.
TEST(ReportSequence, EachStepIsFasterAndLosesMore) {
    const ReportSequence best = best_sequence({{0, 0.1, 4, 0.9}, {1, 0.2, 3, 0.9}, {2, 0.3, 6, 0.8}, {3, 0.4, 5, 0.8}}, {4, 0});
    EXPECT_EQ(best.points, (Indices{0, 2}));
}

TEST(ReportSequence, KeepsToItsCost) {
    const std::vector<ReportStep> steps = {{0, 0.1, 1, 0.95}, {1, 0.2, 2, 0.6}, {2, 0.3, 3, 0.3}, {3, 0.4, 4, 0.12}};
    EXPECT_EQ(best_sequence(steps, {4, 0}).points.size(), 4U);
    EXPECT_EQ(best_sequence(steps, {2, 0}).points.size(), 2U);
    EXPECT_EQ(best_sequence(steps, {4, 1}).points.size(), 1U);
    EXPECT_TRUE(best_sequence(steps, {0, 0}).points.empty());
    EXPECT_TRUE(best_sequence({}, {3, 0}).points.empty());
}

}  // namespace
}  // namespace vernier::test
