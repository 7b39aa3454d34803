// SPDX-License-Identifier: GPL-3.0-or-later
// Regression and enhancement against scikit-learn and torchmetrics, which task is proposed for which targets, and paired changes.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/evidence/compare.h"
#include "core/evidence/gate_text.h"
#include "core/measure/statistics.h"
#include "tests/evidence/task_cases.h"
#include "tests/support/error_kind.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using test::Asked;
using test::floats;
using test::judged;

TEST(Regression, MetricsAreThoseOfScikitLearn) { test::expect_reference("regression", 1e-9); }

TEST(Enhancement, MetricsAreThoseOfTorchmetrics) { test::expect_reference("enhancement", 1e-9); }

/// Targets of so many values, and two models that are off by noise.
Asked noisy(std::size_t samples, std::int64_t values, float first, float second) {
    test::Random random(5);
    Asked asked{.form = TargetForm::numbers, .answers = {{}, {}}};
    for (std::size_t i = 0; i < samples; ++i) {
        std::vector<float> target, one, other;
        for (std::int64_t k = 0; k < values; ++k) {
            target.push_back(static_cast<float>(random.normal()));
            one.push_back(target.back() + first * static_cast<float>(random.normal()));
            other.push_back(one.back() + second * static_cast<float>(random.normal()));
        }
        asked.targets.push_back({.values = floats({values}, target)});
        asked.answers[0].push_back(floats({1, values}, one));
        asked.answers[1].push_back(floats({1, values}, other));
    }
    return asked;
}

TEST(Tasks, TargetsOfNumbersAreRegressionAndLongOnesEnhancement) {
    const auto few = judged(noisy(10, 3, 0.1F, 0.1F));
    EXPECT_EQ(few[0].task, Task::regression);
    EXPECT_TRUE(few[0].task_proposed);
    EXPECT_TRUE(few[0].metrics.contains("r2"));
    EXPECT_FALSE(few[0].metrics.contains("si_sdr"));
    const auto signals = judged(noisy(10, 1200, 0.1F, 0.1F));
    EXPECT_EQ(signals[0].task, Task::enhancement);
    EXPECT_NEAR(signals[0].metrics.at("si_sdr").value, 20, 0.3) << "noise of a tenth is 20 dB below";
    EXPECT_FALSE(signals[0].metrics.contains("r2"));
}

TEST(Tasks, NoneOrAnotherCanBeNamed) {
    Asked asked = noisy(10, 1200, 0.1F, 0.1F);
    asked.spec.task = Task::regression;
    const auto named = judged(asked);
    EXPECT_EQ(named[0].task, Task::regression);
    EXPECT_FALSE(named[0].task_proposed);
    EXPECT_FALSE(named[0].metrics.contains("si_sdr"));
    asked.spec.task = Task::none;
    EXPECT_TRUE(judged(asked)[0].metrics.empty());
    EXPECT_EQ(judged(asked)[0].task, Task::none);
}

TEST(Tasks, TargetsThatNoOutputFitsAreNoTask) {
    Asked asked = noisy(4, 3, 0.1F, 0.1F);
    for (SampleTarget& target : asked.targets) target.values = floats({2}, {1, 2});
    EXPECT_EQ(judged(asked)[0].task, Task::none);
    asked.spec.task = Task::regression;
    EXPECT_EQ(test::kind_of([&] { (void)judged(asked); }), ErrorKind::bad_data);
}

TEST(Tasks, ATargetOfAnotherShapeThanTheFirstIsAnErrorThatNamesTheSample) {
    Asked asked = noisy(4, 3, 0.1F, 0.1F);
    asked.targets[2].values = floats({2}, {1, 2});
    try {
        (void)judged(asked);
        FAIL();
    } catch (const Error& error) {
        EXPECT_NE(std::string(error.what()).find("#2"), std::string::npos) << error.what();
        EXPECT_NE(std::string(error.what()).find("[2]"), std::string::npos) << error.what();
        EXPECT_EQ(error.where().tensor, "y");
    }
}

TEST(Regression, AnswersThatAreNotFiniteLeaveNoFigure) {
    Asked asked = noisy(5, 2, 0.1F, 0.1F);
    asked.answers[0][3] = floats({1, 2}, {1, std::numeric_limits<float>::infinity()});
    EXPECT_TRUE(judged(asked)[0].metrics.empty());
}

TEST(Regression, AWorseModelFailsTheLimitsThatOneAsGoodPasses) {
    const auto find = [](const CandidateComparison& candidate, const std::string& id) {
        for (const GateLine& line : candidate.gate_lines)
            if (line.figure == id) return line.outcome;
        return Outcome::not_judged;
    };
    Gate gate;
    for (const char* limit : {"rmse rise<=0.05", "target_mae rise<=0.05", "r2 drop<=0.05", "rmse<=0.2"}) add_limit(gate, limit);
    for (const float more : {0.01F, 1.0F}) {
        const Comparison comparison = compare(judged(noisy(200, 2, 0.1F, more)), gate);
        const CandidateComparison& candidate = comparison.candidates.at(0);
        for (const char* id : {"rmse", "target_mae", "r2"}) {
            EXPECT_EQ(find(candidate, id), more < 0.5F ? Outcome::passed : Outcome::failed) << id;
            ASSERT_TRUE(candidate.changes.contains(id));
            EXPECT_EQ(candidate.changes.at(id).differs(), more > 0.5F) << id;
        }
    }
}

TEST(Regression, EqualModelsLeaveAsMuchOpenAsTheirSamplesDo) {
    Asked asked = noisy(20, 1, 0.5F, 0);
    const Comparison comparison = compare(judged(asked), {});
    for (const char* id : {"rmse", "target_mae", "r2"}) {
        const MetricChange& change = comparison.candidates.at(0).changes.at(id);
        EXPECT_EQ(change.delta, 0) << id;
        ASSERT_TRUE(change.interval) << id;
        EXPECT_LT(change.interval->lo, 0) << id;
        EXPECT_GT(change.interval->hi, 0) << id;
    }
}

TEST(Regression, TheIntervalOfRmseCoversIt) {
    int covered = 0;
    constexpr int kTurns = 200, kSamples = 40;
    test::Random random(11);
    for (int turn = 0; turn < kTurns; ++turn) {
        Asked asked{.form = TargetForm::numbers, .answers = {{}}};
        for (int i = 0; i < kSamples; ++i) {
            const auto target = static_cast<float>(random.normal());
            asked.targets.push_back({.values = floats({1}, {target})});
            asked.answers[0].push_back(floats({1, 1}, {target + static_cast<float>(random.normal())}));
        }
        const Interval interval = judged(asked)[0].metrics.at("rmse").interval.value();
        covered += interval.lo <= 1 && 1 <= interval.hi ? 1 : 0;
    }
    EXPECT_GE(covered, 178) << "of 200; 95 % less three and a half standard deviations";
}

}  // namespace
}  // namespace vernier
