// SPDX-License-Identifier: GPL-3.0-or-later
// Classes of tokens and their entities against seqeval.
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "core/evidence/compare.h"
#include "core/evidence/gate_text.h"
#include "core/evidence/tasks/tokens.h"
#include "tests/evidence/task_cases.h"
#include "tests/support/error_kind.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using test::Asked;
using test::floats;
using test::judged;
using test::whole;

TEST(Tokens, MetricsAreThoseOfSeqeval) { test::expect_reference("tokens", 1e-9); }

/// Sentences of ten tokens, the last two of which do not count; the second model is wrong on so many tokens.
Asked sentences(std::size_t samples, std::size_t wrong) {
    test::Random random(4);
    Asked asked{.names = {"O", "B-X", "I-X"}, .form = TargetForm::whole, .answers = {{}, {}}};
    for (std::size_t i = 0; i < samples; ++i) {
        std::vector<std::int64_t> target = {0, 1, 2, 0, 0, 1, 0, 1, -100, -100}, own = target;
        for (std::size_t k = 0; k < wrong; ++k) own[random.below(8)] = 0;
        for (std::size_t model = 0; model < 2; ++model) {
            std::vector<float> scores(30);
            for (std::size_t t = 0; t < 10; ++t) {
                const std::int64_t best = t >= 8 ? static_cast<std::int64_t>(random.below(3)) : (model == 0 ? target : own)[t];
                scores[3 * t + static_cast<std::size_t>(best)] = 1;
            }
            asked.answers[model].push_back(floats({1, 10, 3}, scores));
        }
        asked.targets.push_back({.values = whole({10}, target)});
    }
    return asked;
}

TEST(Tokens, AreProposedForTargetsOfAClassEachAndLimited) {
    Gate gate;
    for (const char* limit : {"token_accuracy drop<=5", "entity_f1 drop<=5", "token_agreement>=95"}) add_limit(gate, limit);
    const Comparison good = compare(judged(sentences(100, 0)), gate), bad = compare(judged(sentences(100, 3)), gate);
    EXPECT_EQ(good.baseline.measurement.task, Task::tokens);
    ASSERT_EQ(good.candidates[0].gate_lines.size(), 3U);
    for (const GateLine& line : good.candidates[0].gate_lines) EXPECT_EQ(line.outcome, Outcome::passed) << line.figure << " " << line.text;
    for (const GateLine& line : bad.candidates[0].gate_lines) EXPECT_EQ(line.outcome, Outcome::failed) << line.figure << " " << line.text;
    EXPECT_EQ(good.candidates[0].measurement.metrics.at("token_agreement").value, 100) << "padding differs, and does not count";
}

/// Speech or none in each step, as a detector of voices says it by one score.
TEST(Tokens, ASingleScoreOfEachStepIsYesFromTheThresholdOn) {
    Asked asked{.spec = {.task = Task::tokens}, .names = {"O", "speech"}, .form = TargetForm::whole, .answers = {{}, {}}};
    asked.targets = {{.values = whole({6}, {0, 1, 1, 0, 0, 1})}, {.values = whole({6}, {0, 0, 0, 0, 1, 1})}};
    asked.answers[0] = {floats({1, 6}, {0.1F, 0.9F, 0.6F, 0.2F, 0.3F, 0.5F}), floats({1, 6}, {0.1F, 0.2F, 0.1F, 0.2F, 0.9F, 0.2F})};
    asked.answers[1] = {floats({1, 1, 6}, {0.1F, 0.9F, 0.2F, 0.2F, 0.3F, 0.5F}), floats({1, 1, 6}, {0.1F, 0.2F, 0.1F, 0.2F, 0.9F, 0.2F})};
    const auto found = judged(asked);
    EXPECT_NEAR(found[0].metrics.at("token_accuracy").value, 100.0 * 11 / 12, 1e-9);
    EXPECT_NEAR(found[0].metrics.at("entity_f1").value, 100.0 * 2 * 2 / (3 + 3), 1e-9) << "two of three stretches have their ends right";
    EXPECT_NEAR(found[1].metrics.at("token_accuracy").value, 100.0 * 10 / 12, 1e-9);
    EXPECT_NEAR(found[1].metrics.at("token_agreement").value, 100.0 * 11 / 12, 1e-9);
    asked.spec.threshold = 0.55;
    EXPECT_NEAR(judged(asked)[0].metrics.at("token_accuracy").value, 100.0 * 10 / 12, 1e-9);
    asked.targets[0] = {.values = whole({6}, {0, 2, 1, 0, 0, 1})};
    EXPECT_EQ(test::kind_of([&] { (void)judged(asked); }), ErrorKind::bad_data);
}

TEST(Tokens, WithoutNamesThereAreNoEntities) {
    Asked asked = sentences(10, 1);
    asked.names.clear();
    const auto found = judged(asked);
    EXPECT_TRUE(found[0].metrics.contains("token_accuracy"));
    EXPECT_FALSE(found[0].metrics.contains("entity_f1"));
}

TEST(Tokens, WithoutTargetsTheAgreementTakesTheirPlace) {
    Asked asked = sentences(10, 2);
    for (SampleTarget& target : asked.targets) target = {};
    asked.form = TargetForm::none;
    asked.spec.task = Task::tokens;
    const auto found = judged(asked);
    EXPECT_TRUE(found[0].metrics.empty());
    EXPECT_LT(found[1].metrics.at("token_agreement").value, 100);
}

TEST(Tokens, ATokenWithNanIsWrongAndAClassThatIsNotThereIsAnError) {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    Asked asked{.form = TargetForm::whole, .targets = {{.values = whole({2}, {0, 1})}}};
    asked.answers = {{floats({1, 2, 2}, {1, nan, 0, 1})}};
    EXPECT_EQ(judged(asked)[0].metrics.at("token_accuracy").value, 50);
    asked.targets[0].values = whole({2}, {0, 2});
    EXPECT_EQ(test::kind_of([&] { (void)judged(asked); }), ErrorKind::bad_data);
}

TEST(Tokens, EntitiesFollowTheRulesOfConlleval) {
    const std::vector<std::string> tags = {"B-A", "I-A", "I-B", "O", "E-A", "S-A", "S-A"};
    EXPECT_EQ(entities_of(tags), (std::vector<Entity>{{"A", 0, 1}, {"B", 2, 2}, {"A", 4, 4}, {"A", 5, 5}, {"A", 6, 6}}));
    EXPECT_TRUE(entities_of({}).empty());
}

}  // namespace
}  // namespace vernier
