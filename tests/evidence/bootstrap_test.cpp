// SPDX-License-Identifier: GPL-3.0-or-later
// Intervals of figures that are no means hold the true value as often as they say.
#include "core/evidence/bootstrap.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <vector>

#include "core/evidence/metrics/reference.h"
#include "core/evidence/metrics/table.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

/// The mean of values: its bootstrap is known.
Statistic mean_of(std::vector<double> values, double steps) {
    const std::size_t n = values.size();
    return {n, steps, [values = std::move(values)](std::span<const std::uint32_t> times) {
                double sum = 0, count = 0;
                for (std::size_t i = 0; i < values.size(); ++i) {
                    sum += times[i] * values[i];
                    count += times[i];
                }
                return sum / count;
            }};
}

std::vector<double> normals(std::size_t n) {
    test::Random random(5);
    std::vector<double> values;
    for (std::size_t i = 0; i < n; ++i) values.push_back(random.normal());
    return values;
}

TEST(Bootstrap, OfAMeanIsThatOfTheNormalDistribution) {
    const std::vector<double> values = normals(400);
    double sum = 0, squares = 0;
    for (const double value : values) sum += value;
    for (const double value : values) squares += (value - sum / 400) * (value - sum / 400);
    const double half = 1.96 * std::sqrt(squares) / 400;
    for (const double steps : {400.0, 4e5, 4e6}) {  // 2,000 draws, 500, and the jackknife
        const auto interval = bootstrap_interval(mean_of(values, steps));
        ASSERT_TRUE(interval);
        EXPECT_NEAR(interval->lo, sum / 400 - half, 0.15 * half) << steps;
        EXPECT_NEAR(interval->hi, sum / 400 + half, 0.15 * half) << steps;
        EXPECT_EQ(interval, bootstrap_interval(mean_of(values, steps))) << "the draws are seeded";
    }
}

TEST(Bootstrap, ItsWorkIsBounded) {
    std::atomic<int> calls = 0;
    const Statistic slow{50, 1e9, [&](std::span<const std::uint32_t> times) { return static_cast<double>(times[0]) + (++calls > 0 ? 0 : 1); }};
    ASSERT_TRUE(bootstrap_interval(slow));
    EXPECT_LE(calls, 25) << "whatever one value costs, it is computed a few times only";
}

TEST(Bootstrap, WhatIsNotDefinedHasNone) {
    EXPECT_FALSE(bootstrap_interval(mean_of({1}, 1)));
    EXPECT_FALSE(bootstrap_interval(mean_of({}, 1)));
    const Statistic rarely{20, 20, [](std::span<const std::uint32_t> times) {
                               for (const std::uint32_t each : times)
                                   if (each != 1) return std::nan("");
                               return 1.0;
                           }};
    EXPECT_EQ(value_of(rarely), 1.0);
    EXPECT_FALSE(bootstrap_interval(rarely));
}

const Metric& metric(std::string_view id) {
    for (const Metric* each : metrics())
        if (each->figure.id == id) return *each;
    return kTop1;
}

/// Right with this probability, else one of the two other classes.
std::int32_t answer(test::Random& random, std::int32_t label, double right) {
    const double draw = random.unit();
    if (draw < right) return label;
    return (label + (draw < (1 + right) / 2 ? 1 : 2)) % 3;
}

/// Two models on samples of three equal classes, right on 85 % and 78 % of each, together more often than by chance.
std::pair<Answers, Answers> two_models(test::Random& random, std::size_t n) {
    Answers first, second;
    first.classes = second.classes = 3;
    for (std::size_t i = 0; i < n; ++i) {
        const auto label = static_cast<std::int32_t>(random.below(3));
        const bool easy = random.unit() < 0.5;
        for (Answers* each : {&first, &second}) {
            each->sample.push_back(i);
            each->label.push_back(label);
            each->in_top5.push_back(true);
        }
        first.predicted.push_back(answer(random, label, easy ? 0.98 : 0.72));
        second.predicted.push_back(answer(random, label, easy ? 0.95 : 0.61));
    }
    return {first, second};
}

TEST(Bootstrap, PairedIntervalsOfMacroF1HoldTheTruthInNinetyFivePercent) {
    constexpr int kRuns = 1000;
    int held = 0;
    for (int run = 0; run < kRuns; ++run) {
        test::Random random(static_cast<std::uint64_t>(run) + 1000);
        const auto [first, second] = two_models(random, 150);
        const auto change = Reference(metric("macro_f1"), first).change_of(second);
        held += change->interval->lo <= -7 && -7 <= change->interval->hi ? 1 : 0;  // equal classes and errors: F1 is the share of right answers
    }
    EXPECT_GE(held, 940);
    EXPECT_LE(held, 965);
}

}  // namespace
}  // namespace vernier
