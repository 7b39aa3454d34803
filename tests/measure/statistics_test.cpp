// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/statistics.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/random.h"

namespace vernier {
namespace {

using test::Random;

TEST(Quantile, InterpolatesBetweenOrderStatistics) {
    const std::vector<double> values{1, 2, 3, 4};
    EXPECT_DOUBLE_EQ(quantile_sorted(values, 0), 1);
    EXPECT_DOUBLE_EQ(quantile_sorted(values, 0.5), 2.5);
    EXPECT_DOUBLE_EQ(quantile_sorted(values, 1), 4);
    EXPECT_DOUBLE_EQ(median({5, 1, 3}), 3);
    EXPECT_DOUBLE_EQ(quantile_sorted({}, 0.5), 0);
}

TEST(StudentT, AgreesWithPrintedTables) {
    // Two-sided 95 % and one-sided 99.5 % critical values.
    EXPECT_NEAR(student_t_quantile(0.975, 1), 12.7062, 1e-3);
    EXPECT_NEAR(student_t_quantile(0.975, 9), 2.26216, 1e-4);
    EXPECT_NEAR(student_t_quantile(0.975, 39), 2.02269, 1e-4);
    EXPECT_NEAR(student_t_quantile(0.995, 4), 4.60409, 1e-4);
    EXPECT_NEAR(student_t_quantile(0.975, 1e6), kZ95, 1e-4);
    EXPECT_NEAR(student_t_quantile(0.025, 9), -2.26216, 1e-4);
    EXPECT_NEAR(student_t_cdf(0, 5), 0.5, 1e-12);
}

TEST(MeanInterval, CoversTheMeanAsOftenAsItSays) {
    Random random(1);
    int covered = 0;
    constexpr int kRounds = 4000;
    for (int round = 0; round < kRounds; ++round) {
        std::vector<double> values(10);
        for (double& value : values) value = 3 + 2 * random.normal();
        const Interval interval = mean_t_interval(values).interval;
        covered += interval.lo <= 3 && 3 <= interval.hi ? 1 : 0;
    }
    EXPECT_NEAR(static_cast<double>(covered) / kRounds, 0.95, 0.012);
}

TEST(Wilson, AgreesWithAKnownCaseAndStaysInRange) {
    const Interval half = wilson_interval(50, 100);
    EXPECT_NEAR(half.lo, 0.40383, 1e-4);
    EXPECT_NEAR(half.hi, 0.59617, 1e-4);
    EXPECT_EQ(wilson_interval(0, 10).lo, 0);
    EXPECT_NEAR(wilson_interval(10, 10).hi, 1, 1e-12);
    EXPECT_EQ(wilson_interval(0, 0), (Interval{0, 1}));
}

TEST(Wilson, CoversTheShareAsOftenAsItSays) {
    Random random(2);
    for (const double share : {0.9, 0.98}) {
        int covered = 0;
        constexpr int kRounds = 4000;
        for (int round = 0; round < kRounds; ++round) {
            std::uint64_t right = 0;
            for (int i = 0; i < 200; ++i) right += random.unit() < share ? 1U : 0U;
            const Interval interval = wilson_interval(right, 200);
            covered += interval.lo <= share && share <= interval.hi ? 1 : 0;
        }
        EXPECT_NEAR(static_cast<double>(covered) / kRounds, 0.95, 0.03) << share;
    }
}

TEST(Tango, IsMirroredAndHasTheClosedFormWithoutFlips) {
    const Interval interval = tango_interval(1, 0, 44);
    const Interval mirrored = tango_interval(0, 1, 44);
    EXPECT_NEAR(interval.lo, -mirrored.hi, 1e-9);
    EXPECT_NEAR(interval.hi, -mirrored.lo, 1e-9);
    // Without flips the ends are z^2 / (n + z^2).
    const Interval none = tango_interval(0, 0, 44);
    EXPECT_NEAR(none.hi, kZ95 * kZ95 / (44 + kZ95 * kZ95), 1e-9);
    EXPECT_NEAR(none.lo, -none.hi, 1e-9);
}

TEST(Tango, CoversTheDropAndSeldomComfortsFalsely) {
    Random random(3);
    constexpr int kRounds = 4000;
    for (const int n : {300, 1000}) {
        int covered = 0;
        int too_low = 0;
        const double p_lost = 0.015;
        const double p_gained = 0.005;
        for (int round = 0; round < kRounds; ++round) {
            std::uint64_t lost = 0;
            std::uint64_t gained = 0;
            for (int i = 0; i < n; ++i) {
                const double u = random.unit();
                lost += u < p_lost ? 1U : 0U;
                gained += u >= p_lost && u < p_lost + p_gained ? 1U : 0U;
            }
            const Interval interval = tango_interval(lost, gained, static_cast<std::uint64_t>(n));
            covered += interval.lo <= 0.01 && 0.01 <= interval.hi ? 1 : 0;
            too_low += interval.hi < 0.01 ? 1 : 0;
        }
        EXPECT_NEAR(static_cast<double>(covered) / kRounds, 0.95, 0.025) << n;
        EXPECT_LE(static_cast<double>(too_low) / kRounds, 0.032) << n;
    }
}

TEST(McNemar, GivesTheBinomialMidP) {
    EXPECT_DOUBLE_EQ(mcnemar_mid_p(0, 0), 1);
    EXPECT_NEAR(mcnemar_mid_p(5, 0), 1.0 / 32, 1e-9);             // 2 * 0.5 * 2^-5
    EXPECT_NEAR(mcnemar_mid_p(3, 1), 2.0 / 16 + 4.0 / 16, 1e-9);  // 2 * C(4,0)/16 + C(4,1)/16
    EXPECT_NEAR(mcnemar_mid_p(1, 3), mcnemar_mid_p(3, 1), 1e-12);
    EXPECT_LE(mcnemar_mid_p(4, 4), 1);
    EXPECT_LT(mcnemar_mid_p(60, 20), 1e-4);
}

TEST(McNemar, RejectsAsSeldomAsItSaysWhenNeitherIsBetter) {
    Random random(4);
    int rejected = 0;
    constexpr int kRounds = 4000;
    for (int round = 0; round < kRounds; ++round) {
        std::uint64_t lost = 0;
        std::uint64_t gained = 0;
        for (int i = 0; i < 40; ++i) (random.unit() < 0.5 ? lost : gained) += 1;
        rejected += mcnemar_mid_p(lost, gained) < 0.05 ? 1 : 0;
    }
    EXPECT_NEAR(static_cast<double>(rejected) / kRounds, 0.05, 0.015);
}

TEST(SamplesToSettle, AreEnoughMostOfTheTime) {
    // 2 % flips, no drop, limit 1 point: how often does the promised number pass?
    const std::uint64_t n = samples_to_settle(10, 10, 1000, 0.01);
    EXPECT_GT(n, 1000U);
    EXPECT_LT(n, 3000U);
    Random random(5);
    int settled = 0;
    constexpr int kRounds = 400;
    for (int round = 0; round < kRounds; ++round) {
        std::uint64_t lost = 0;
        std::uint64_t gained = 0;
        for (std::uint64_t i = 0; i < n; ++i) {
            const double u = random.unit();
            lost += u < 0.01 ? 1U : 0U;
            gained += u >= 0.01 && u < 0.02 ? 1U : 0U;
        }
        settled += tango_interval(lost, gained, n).hi < 0.01 ? 1 : 0;
    }
    EXPECT_GT(static_cast<double>(settled) / kRounds, 0.7);
    EXPECT_EQ(samples_to_settle(10, 0, 1000, 0.01), 0U) << "the drop seen is the limit";
    const std::uint64_t flipless = samples_to_settle(0, 0, 100, 0.005);
    EXPECT_LE(tango_interval(0, 0, flipless).hi, 0.005 + 1e-9);
    EXPECT_GT(tango_interval(0, 0, flipless - 2).hi, 0.005);
}

}  // namespace
}  // namespace vernier
