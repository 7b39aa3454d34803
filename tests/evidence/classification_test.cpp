// SPDX-License-Identifier: GPL-3.0-or-later
// Metrics of classifiers against scikit-learn (tests/data/make_metric_reference.py).
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/evidence/metrics/measured.h"
#include "core/evidence/metrics/reference.h"
#include "core/evidence/metrics/table.h"
#include "core/measure/metrics.h"
#include "core/measure/statistics.h"
#include "tests/support/paths.h"

namespace vernier {
namespace {

Answers answers_of(const std::vector<std::int32_t>& labels, const std::vector<std::vector<float>>& scores) {
    Answers answers;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        answers.sample.push_back(i);
        answers.label.push_back(labels[i]);
        const bool nan = std::any_of(scores[i].begin(), scores[i].end(), [](float score) { return std::isnan(score); });
        answers.predicted.push_back(nan ? -1 : arg_max(scores[i]));
        answers.in_top5.push_back(in_top(scores[i], labels[i], 5));
        answers.scores.push_back(scores[i]);
        answers.classes = scores[i].size() > 1 ? scores[i].size() : 0;
    }
    return answers;
}

std::map<std::string, MetricValue> metrics_of(const Answers& answers) {
    Measurement measurement;
    measurement.answers = answers;
    fill_metrics(measurement, measurement.answers);
    return measurement.metrics;
}

const Metric& metric(std::string_view id) {
    for (const Metric* each : metrics())
        if (each->figure.id == id) return *each;
    throw std::out_of_range(std::string(id));
}

void expect_reference(const char* list) {
    std::ifstream file(test::source_dir() + "/tests/data/reference/classification.json");
    const Json cases = Json::parse(file).at(list);
    ASSERT_GE(cases.size(), 20U);
    for (const Json& each : cases) {
        const auto found = metrics_of(answers_of(each.at("labels"), each.at("scores")));
        for (const auto& [id, expected] : each.at("expected").items()) {
            ASSERT_EQ(found.contains(id), !expected.is_null()) << each.at("name") << " " << id;
            if (expected.is_null()) continue;
            EXPECT_NEAR(found.at(id).value, expected.get<double>(), 1e-9) << each.at("name") << " " << id;
            EXPECT_EQ(found.at(id).n, each.at("labels").size());
            if (const auto& interval = found.at(id).interval) {
                EXPECT_LE(interval->lo, found.at(id).value + 1e-12) << each.at("name") << " " << id;
                EXPECT_GE(interval->hi, found.at(id).value - 1e-12) << each.at("name") << " " << id;
            }
        }
    }
}

TEST(Classification, MetricsAreThoseOfScikitLearn) { expect_reference("cases"); }

TEST(Decisions, MetricsAreThoseOfScikitLearn) { expect_reference("decisions"); }

TEST(Decisions, TheThresholdOfTheDatasetGoesBeforeTheUsualOne) {
    Answers answers = answers_of({0, 1, 1, 0}, {{0.2F}, {0.4F}, {0.9F}, {0.1F}});
    EXPECT_EQ(metrics_of(answers).at("decision_accuracy").value, 75);
    answers.threshold = 0.3;
    EXPECT_EQ(metrics_of(answers).at("decision_accuracy").value, 100);
    EXPECT_EQ(metrics_of(answers).at("f1").value, 100);
}

TEST(Decisions, AccuracyIsAShareWithWilsonsIntervalAndAgreementNeedsNoLabels) {
    const Answers first = answers_of({-1, -1, -1, -1}, {{2}, {-1}, {3}, {-2}}), second = answers_of({-1, -1, -1, -1}, {{1}, {1}, {2}, {-3}});
    Measurement measurement;
    measurement.answers = second;
    fill_metrics(measurement, first);
    EXPECT_EQ(measurement.metrics.at("decision_agreement").value, 75);
    EXPECT_FALSE(measurement.metrics.contains("decision_accuracy"));
    const MetricValue accuracy = metrics_of(answers_of({1, 0, 1, 1}, {{2}, {-1}, {3}, {-2}})).at("decision_accuracy");
    const Interval share = wilson_interval(3, 4);
    EXPECT_EQ(accuracy.interval, (Interval{100 * share.lo, 100 * share.hi}));
}

TEST(Decisions, LabelsAreOneOrZeroAndScoresAreFinite) {
    EXPECT_FALSE(metrics_of(answers_of({0, 2}, {{1}, {-1}})).contains("f1"));
    EXPECT_FALSE(metrics_of(answers_of({0, 1}, {{1}, {std::numeric_limits<float>::infinity()}})).contains("f1"));
    EXPECT_FALSE(metrics_of(answers_of({0, 1}, {{1}, {-1}})).contains("top1")) << "a single score is no class";
    EXPECT_EQ(metrics_of(answers_of({0, -1, 1}, {{-1}, {-1}, {1}})).at("f1").n, 2U);
}

TEST(Classification, NanIsAWrongAnswerAndLeavesNoProbabilities) {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const auto found = metrics_of(answers_of({0, 1, 1, 0}, {{2, 1}, {1, 2}, {nan, 2}, {3, 1}}));
    EXPECT_DOUBLE_EQ(found.at("balanced_accuracy").value, 75);
    EXPECT_NEAR(found.at("macro_f1").value, 100 * (1 + 2.0 / 3) / 2, 1e-9) << "2 TP / (2 TP + FP + FN) of class 1 is 2 / 3";
    EXPECT_FALSE(found.contains("auroc"));
    EXPECT_FALSE(found.contains("ece"));
}

TEST(Classification, ScoresThatWereNotKeptHaveNoProbabilities) {
    Answers answers = answers_of({0, 1}, {{2, 1}, {1, 2}});
    answers.scores.clear();
    EXPECT_TRUE(metrics_of(answers).contains("macro_f1"));
    EXPECT_FALSE(metrics_of(answers).contains("auroc"));
}

TEST(Classification, SamplesWithoutALabelDoNotCount) {
    const auto found = metrics_of(answers_of({0, -1, 1}, {{2, 1}, {1, 2}, {3, 1}}));
    EXPECT_EQ(found.at("macro_f1").n, 2U);
    EXPECT_DOUBLE_EQ(found.at("balanced_accuracy").value, 50);
    EXPECT_TRUE(metrics_of(answers_of({-1}, {{2, 1}})).empty());
}

TEST(Change, SharesHaveTangosInterval) {
    const Answers before = answers_of({0, 1, 1, 0, 1}, {{2, 1}, {1, 2}, {2, 1}, {3, 1}, {0, 1}});
    const Answers after = answers_of({0, 1, 1, 0, 1}, {{1, 2}, {1, 2}, {1, 2}, {1, 3}, {0, 1}});
    const auto change = Reference(metric("top1"), before).change_of(after);
    ASSERT_TRUE(change);
    EXPECT_DOUBLE_EQ(change->delta, -20);
    const Interval drop = tango_interval(2, 1, 5);
    EXPECT_EQ(change->interval, (Interval{-100 * drop.hi, -100 * drop.lo}));
    EXPECT_FALSE(change->differs());
}

TEST(Change, MeansHaveTheIntervalOfThePairedT) {
    Metric mean = metric("top1");
    mean.of_answer = [](const Answers& own, const Answers&, std::size_t i) -> SampleSums { return {{own.scores[i][0]}, 1}; };
    mean.value = [](const SampleSums& total) { return total.sums[0] / static_cast<double>(total.values); };
    const Answers before = answers_of({0, 0, 0}, {{1, 0}, {2, 0}, {4, 0}}), after = answers_of({0, 0, 0}, {{2, 0}, {2, 0}, {6, 0}});
    const auto change = Reference(mean, before).change_of(after);
    ASSERT_TRUE(change);
    EXPECT_DOUBLE_EQ(change->delta, 1);
    const Interval expected = mean_t_interval(std::vector<double>{1, 0, 2}).interval;
    EXPECT_NEAR(change->interval->lo, expected.lo, 1e-9);
    EXPECT_NEAR(change->interval->hi, expected.hi, 1e-9);
}

TEST(Change, WithoutADifferenceTheIntervalIsStillNoPoint) {
    const Answers same = answers_of({0, 1, 1, 0}, {{2, 1}, {1, 2}, {2, 1}, {3, 1}});
    for (const char* id : {"macro_f1", "auroc", "ece"}) {
        const auto change = Reference(metric(id), same).change_of(same);
        ASSERT_TRUE(change) << id;
        EXPECT_EQ(change->delta, 0) << id;
        EXPECT_LT(change->interval->lo, -10) << id << ": four samples show little";
        EXPECT_GT(change->interval->hi, 10) << id;
    }
}

}  // namespace
}  // namespace vernier
