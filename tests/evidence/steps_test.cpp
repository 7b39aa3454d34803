// SPDX-License-Identifier: GPL-3.0-or-later
// Yes or no at each step, against scikit-learn.
#include "core/evidence/tasks/steps.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <vector>

#include "core/evidence/compare.h"
#include "core/evidence/gate_text.h"
#include "tests/evidence/task_cases.h"
#include "tests/support/error_kind.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using test::Asked;
using test::floats;
using test::judged;
using test::whole;

TEST(Steps, MetricsAreThoseOfScikitLearn) { test::expect_reference("yes-no-steps", 1e-9); }

/// Sounds of ten steps, half of them speech; the second model is not sure of speech in some.
Asked sounds(std::size_t samples, std::size_t wrong) {
    test::Random random(4);
    Asked asked{.form = TargetForm::whole, .answers = {{}, {}}};
    for (std::size_t i = 0; i < samples; ++i) {
        std::vector<std::int64_t> target = {0, 0, 1, 1, 1, 0, 0, 0, 1, 1};
        std::vector<float> first(10), second(10);
        for (std::size_t t = 0; t < 10; ++t) second[t] = first[t] = target[t] == 1 ? 0.9F : 0.1F;
        for (std::size_t k = 0; k < wrong; ++k)
            if (const std::size_t t = random.below(10); target[t] == 1) second[t] = 0.4F;
        asked.answers[0].push_back(floats({1, 10}, first));
        asked.answers[1].push_back(floats({1, 10}, second));
        asked.targets.push_back({.values = whole({10}, target)});
    }
    return asked;
}

TEST(Steps, AreProposedForProbabilitiesAndTargetsOfOneAndZeroAndLimited) {
    Gate gate;
    for (const char* limit : {"decision_accuracy drop<=5", "f1 drop<=5", "auroc drop<=5", "eer rise<=5", "decision_agreement>=95"}) add_limit(gate, limit);
    const Comparison good = compare(judged(sounds(100, 0)), gate), bad = compare(judged(sounds(100, 5)), gate);
    EXPECT_EQ(good.baseline.measurement.task, Task::steps);
    ASSERT_EQ(good.candidates[0].gate_lines.size(), 5U);
    for (const GateLine& line : good.candidates[0].gate_lines) EXPECT_EQ(line.outcome, Outcome::passed) << line.figure << " " << line.text;
    for (const GateLine& line : bad.candidates[0].gate_lines) {
        // Scores of 0.4 still lie between those of speech and of none: what they are ranked by is not lost.
        const bool ranks = line.figure == "auroc" || line.figure == "eer";
        EXPECT_EQ(line.outcome, ranks ? Outcome::passed : Outcome::failed) << line.figure << " " << line.text;
    }
    EXPECT_EQ(good.baseline.measurement.metrics.at("f1").n, 100U) << "samples, not steps";
}

TEST(Steps, NumbersAreNoDecisions) {
    Asked asked = sounds(10, 0);
    for (Tensor& output : asked.answers[0]) output = floats({1, 10}, std::vector<float>(10, 1.5F));
    EXPECT_EQ(judged(asked)[0].task, Task::regression) << "scores that are no probabilities";
    asked = sounds(10, 0);
    asked.targets[0].values = whole({10}, {0, 0, 1, 1, 1, 0, 0, 0, 1, 2});
    EXPECT_EQ(judged(asked)[0].task, Task::regression);
    asked.spec.task = Task::steps;
    EXPECT_EQ(test::kind_of([&] { (void)judged(asked); }), ErrorKind::bad_data) << "2 is neither yes nor no";
}

TEST(Steps, StepsOfOneSoundAreDrawnTogether) {
    // Each sound is right or wrong as a whole: a hundred steps say no more than their ten sounds.
    Asked asked{.spec = {.task = Task::steps}, .form = TargetForm::whole, .answers = {{}}};
    for (std::size_t i = 0; i < 10; ++i) {
        asked.targets.push_back({.values = whole({10}, {1, 1, 1, 1, 1, 1, 1, 1, 1, 1})});
        asked.answers[0].push_back(floats({1, 10}, std::vector<float>(10, i < 7 ? 0.9F : 0.1F)));
    }
    const MetricValue accuracy = judged(asked)[0].metrics.at("decision_accuracy");
    EXPECT_EQ(accuracy.value, 70);
    ASSERT_TRUE(accuracy.interval);
    EXPECT_LT(accuracy.interval->lo, 45);
    EXPECT_GT(accuracy.interval->hi, 90);
}

TEST(Steps, NanIsWrongAndLeavesNoRanks) {
    Asked asked = sounds(4, 0);
    asked.answers[1][2] = floats({1, 10}, std::vector<float>(10, std::numeric_limits<float>::quiet_NaN()));
    const auto found = judged(asked);
    EXPECT_EQ(found[1].metrics.at("decision_accuracy").value, 75);
    EXPECT_EQ(found[1].metrics.at("decision_agreement").value, 75);
    EXPECT_FALSE(found[1].metrics.contains("auroc"));
}

TEST(Steps, WithoutTargetsTheAgreementTakesTheirPlace) {
    Asked asked = sounds(10, 3);
    for (SampleTarget& target : asked.targets) target = {};
    asked.form = TargetForm::none;
    asked.spec.task = Task::steps;
    const auto found = judged(asked);
    EXPECT_TRUE(found[0].metrics.empty());
    EXPECT_LT(found[1].metrics.at("decision_agreement").value, 100);
}

TEST(Steps, ARecordHoldsTheSteps) {
    const std::vector<Step> steps = steps_of(record_of(std::vector<Step>{{0.25, true, false}, {-3, false, true}, {7, true, true}}));
    ASSERT_EQ(steps.size(), 3U);
    EXPECT_EQ(steps[0].score, 0.25);
    EXPECT_TRUE(steps[0].yes && !steps[0].decided);
    EXPECT_TRUE(!steps[1].yes && steps[1].decided);
    EXPECT_TRUE(steps[2].yes && steps[2].decided);
}

}  // namespace
}  // namespace vernier
