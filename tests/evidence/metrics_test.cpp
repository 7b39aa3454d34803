// SPDX-License-Identifier: GPL-3.0-or-later
// What each sample adds to a metric, and what all of them come to.
#include "core/evidence/metrics/table.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "core/evidence/metrics/distance.h"
#include "core/evidence/metrics/measured.h"
#include "core/measure/statistics.h"
#include "core/measure/tally.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

OutputValues floats(const std::vector<double>& numbers) { return {ElementType::float32, {1, static_cast<std::int64_t>(numbers.size())}, numbers, {}}; }

/// An output of so many samples of four values, away from the baseline's by noise.
OutputFigures noisy(std::size_t samples, double noise) {
    test::Random random(3);
    OutputTally tally("y", sums_of_metrics());
    for (std::size_t i = 0; i < samples; ++i) {
        std::vector<double> before, after;
        for (int k = 0; k < 4; ++k) {
            before.push_back(random.normal());
            after.push_back(before.back() + noise * random.normal());
        }
        tally.add(floats(before), floats(after), 0, 1);
    }
    return tally.figures();
}

TEST(Metrics, EachRowIsWhole) {
    std::set<std::string_view> ids;
    for (const Metric* metric : metrics()) {
        EXPECT_TRUE(ids.insert(metric->figure.id).second) << metric->figure.id;
        EXPECT_NO_THROW((void)figure(metric->figure.id)) << metric->figure.id << " is a figure";
        EXPECT_EQ(metric->value == nullptr, metric->of_answers != nullptr) << metric->figure.id;
        const int kinds = (metric->sums != nullptr ? 1 : 0) + (metric->of_answer != nullptr ? 1 : 0) + (metric->of_answers != nullptr ? 1 : 0);
        EXPECT_EQ(kinds, 1) << metric->figure.id << ": it is of outputs or of answers";
        EXPECT_TRUE(needs_samples(metric->figure)) << metric->figure.id;
        if (metric->sums != nullptr) {
            EXPECT_TRUE(metric->figure.relative) << metric->figure.id << " stands against the baseline only";
        }
    }
}

TEST(Metrics, SumsThatTwoMetricsShareAreKeptOnce) {
    std::set<std::string_view> ids;
    for (const OutputSums& sums : sums_of_metrics()) EXPECT_TRUE(ids.insert(sums.id).second) << sums.id;
    EXPECT_TRUE(ids.contains(kDistance.id));
}

TEST(Metrics, WhatEachSampleAddsComesToTheFiguresOfAllValues) {
    OutputFigures output = noisy(200, 0.1);
    ASSERT_EQ(output.sums.at("distance").size(), 200U);
    OutputDistance whole;
    for (const SampleSums& sample : output.sums.at("distance")) {
        EXPECT_EQ(sample.values, 4U);
        whole.signal += sample.sums[0];
        whole.error += sample.sums[1];
        whole.dot += sample.sums[2];
        whole.energy += sample.sums[3];
    }
    fill_metrics(output);
    EXPECT_EQ(output.sqnr_db, sqnr_db(whole));
    EXPECT_EQ(output.cosine, cosine(whole));
    EXPECT_NEAR(*output.sqnr_db, 20, 0.6);
    EXPECT_LT(output.sqnr_interval.lo, *output.sqnr_db);
    EXPECT_GT(output.sqnr_interval.hi, *output.sqnr_db);
}

TEST(Metrics, ASampleThatSaysNothingKeepsItsPlace) {
    OutputTally tally("y", sums_of_metrics());
    tally.add(floats({1, 2}), floats({1, 2}), 0, 1);
    tally.add(floats({kNan, kNan}), floats({1, 2}), 0, 1);
    tally.add(floats({3, 4}), floats({3, 5}), 0, 1);
    const auto samples = tally.figures().sums.at("distance");
    ASSERT_EQ(samples.size(), 3U);
    EXPECT_EQ(samples[1], SampleSums{});
    EXPECT_EQ(samples[2].sums[1], 1);
    EXPECT_EQ(value_of(kSqnr, samples)->value, 10 * std::log10(30.0));
    EXPECT_FALSE(value_of(kSqnr, {SampleSums{}}));
}

TEST(Metrics, MeanAbsoluteErrorIsOverAllValues) {
    OutputTally tally("y", sums_of_metrics());
    tally.add(floats({1, 2}), floats({1.5, 2}), 0, 1);
    tally.add(floats({-1, 4}), floats({1, 4}), 0, 1);
    tally.add(floats({3, 3}), floats({3, 2}), 0, 1);
    OutputFigures output = tally.figures();
    fill_metrics(output);
    const MetricValue& mae = output.metrics.at("mae");
    EXPECT_DOUBLE_EQ(mae.value, 3.5 / 6);
    // The means of the samples are 0.25, 1 and 0.5: 7/12 +- t(2) * sqrt(7/48 / 3).
    EXPECT_NEAR(mae.interval->hi - mae.value, 4.302652729911275 * std::sqrt(7.0 / 48 / 3), 1e-9);
    EXPECT_EQ(mae.interval->lo, 0) << "an error is never negative";
}

TEST(Metrics, SharesOfAnswersHaveWilsonsInterval) {
    Answers own, baseline;
    own.sample = baseline.sample = {0, 1, 2, 3};
    own.label = baseline.label = {1, 1, -1, 0};
    own.predicted = {1, 0, 2, 0};
    baseline.predicted = {1, 1, 2, -1};
    own.in_top5 = {true, true, false, false};
    own.classes = baseline.classes = 3;
    EXPECT_DOUBLE_EQ(value_of(kTop1, samples_of(kTop1, own, own))->value, 200.0 / 3);
    EXPECT_DOUBLE_EQ(value_of(kTop5, samples_of(kTop5, own, own))->value, 200.0 / 3);
    const auto agreement = value_of(kAgreement, samples_of(kAgreement, own, baseline));
    EXPECT_DOUBLE_EQ(agreement->value, 50);
    const Interval share = wilson_interval(2, 4);
    EXPECT_EQ(agreement->interval, (Interval{100 * share.lo, 100 * share.hi}));
    own.classes = 0;
    EXPECT_FALSE(value_of(kAgreement, samples_of(kAgreement, own, baseline))) << "neither classes nor integers";
    own.whole_equal = {true, true, true, false};
    EXPECT_DOUBLE_EQ(value_of(kAgreement, samples_of(kAgreement, own, baseline))->value, 75);
}

TEST(AccuracyOf, CountsOnlySamplesWithALabel) {
    Answers answers;
    answers.sample = {0, 1, 2};
    answers.predicted = {4, 2, 1};
    answers.label = {4, 3, -1};
    answers.in_top5 = {true, true, false};
    const auto accuracy = accuracy_of(answers);
    ASSERT_TRUE(accuracy);
    EXPECT_EQ(accuracy->n, 2U);
    EXPECT_DOUBLE_EQ(accuracy->top1, 50);
    EXPECT_DOUBLE_EQ(accuracy->top5, 100);
    EXPECT_LT(accuracy->top1_interval.lo, 50);
    answers.label = {-1, -1, -1};
    EXPECT_FALSE(accuracy_of(answers));
}

}  // namespace
}  // namespace vernier
