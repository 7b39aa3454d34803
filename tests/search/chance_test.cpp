// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/chance.h"

#include <gtest/gtest.h>

namespace vernier::test {
namespace {

constexpr double kZ = 1.96;

TEST(AnswerModel, FallsWithTheErrorAndRisesWithTheLimit) {
    AnswerModel model({0.005, 1500, kZ}), wide({0.02, 1500, kZ});
    for (AnswerModel* each : {&model, &wide}) {
        EXPECT_TRUE(each->is_empty());
        each->seen(0.01, {10, 4, 500});
        each->seen(0.001, {3, 1, 500});
        EXPECT_FALSE(each->is_empty());
    }
    double before = 1;
    for (double error = 1e-7; error < 1; error *= 3) {
        const double chance = model.chance(error);
        EXPECT_LE(chance, before + 1e-9) << error;
        EXPECT_LE(chance, wide.chance(error) + 1e-9);
        before = chance;
    }
    EXPECT_GT(model.chance(1e-7), 0.9);
    EXPECT_LT(model.chance(0.05), 0.1);
}

/// Three answers of 500 are 0.6 points, which may be chance; a recipe like ten others is judged as these are.
TEST(AnswerModel, DoesNotBelieveAFewAnswers) {
    AnswerModel model({0.01, 1500, kZ});
    for (int i = 0; i < 10; ++i) model.seen(0.001, {1, 1, 500});
    const double usual = model.chance(0.001), unlucky = model.chance(0.001, {4, 0, 500}), bad = model.chance(0.001, {15, 0, 500});
    EXPECT_GT(usual, 0.9);
    EXPECT_GT(unlucky, 0.3);
    EXPECT_LT(unlucky, usual);
    EXPECT_LT(bad, 0.05);
    // Alone it is believed more.
    AnswerModel alone({0.01, 1500, kZ});
    alone.seen(0.001, {4, 0, 500});
    EXPECT_LT(alone.chance(0.001, {4, 0, 500}), unlucky);
}

/// None of 500 lost: three of 1,500 are allowed where none is gained, and by Jeffreys' prior 0.5 + 0.1875 + 0.1055 is the chance of at most two,
/// 0.863 that of at most three (negative binomial of half a count, odds 1 to 3).
TEST(AnswerModel, KnowsHowLittleNoneOfAFewHundredSays) {
    AnswerModel model({0.005, 1500, kZ});
    model.seen(0.001, {0, 0, 500});
    const double chance = model.chance(0.001, {0, 0, 500});
    EXPECT_GT(chance, 0.79);
    EXPECT_LT(chance, 0.87);
    // With a hundredth of its error next to nothing turns.
    EXPECT_GT(model.chance(0.00001), chance);
}

/// 100 report samples cannot show a drop below one point, whatever the recipe.
TEST(AnswerModel, KnowsWhatTheReportSamplesCannotShow) {
    AnswerModel few({0.01, 100, kZ}), many({0.01, 5000, kZ});
    few.seen(0.001, {0, 0, 500});
    many.seen(0.001, {0, 0, 500});
    EXPECT_LT(few.chance(0.001, {0, 0, 500}), 0.1);
    EXPECT_GT(many.chance(0.001, {0, 0, 500}), 0.9);
    EXPECT_FALSE(few.can_pass());
    EXPECT_TRUE(many.can_pass());
}

TEST(AnswerModel, AllAnswersMustStayWhereTheLimitIsNone) {
    AnswerModel model({0, 1000, kZ});
    model.seen(0.01, {5, 0, 500});
    EXPECT_LT(model.chance(0.01), 0.01);
    EXPECT_GT(model.chance(1e-12), 0.9);
}

}  // namespace
}  // namespace vernier::test
