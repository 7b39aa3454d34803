// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/chance.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace vernier::test {
namespace {

/// n samples of k classes in turns, and what is answered to each.
Measurement answering(int n, int k, const std::function<int(int i, int label)>& answer) {
    Measurement first;
    first.task = Task::classification;
    for (int i = 0; i < n; ++i) {
        first.answers.label.push_back(i % k);
        first.answers.predicted.push_back(answer(i, i % k));
    }
    return first;
}

std::string code_of(const std::optional<Finding>& finding) { return finding ? finding->code : std::string(); }

TEST(Chance, AModelThatKnowsSomethingIsLeftInPeace) {
    EXPECT_EQ(code_of(chance_finding(answering(200, 10, [](int i, int label) { return i % 3 == 0 ? label : i % 10; }))), "");
    EXPECT_EQ(code_of(chance_finding(answering(200, 2, [](int i, int label) { return i % 3 == 0 ? 1 - label : label; }))), "");
    EXPECT_EQ(code_of(chance_finding(answering(12, 10, [](int, int) { return 0; }))), "") << "too few to say";
    EXPECT_EQ(code_of(chance_finding(answering(200, 10, [](int i, int label) { return i % 5 == 0 ? label : (label + i / 10) % 10; }))), "");
}

TEST(Chance, OneAnswerToAllIsChanceHoweverOftenItIsRight) {
    EXPECT_EQ(code_of(chance_finding(answering(200, 10, [](int, int) { return 3; }))), "at-chance");
    Measurement unbalanced = answering(200, 2, [](int, int) { return 0; });
    for (std::size_t i = 0; i < 180; ++i) unbalanced.answers.label[i] = 0;
    EXPECT_EQ(code_of(chance_finding(unbalanced)), "at-chance") << "95 % are right";
    EXPECT_EQ(code_of(chance_finding(answering(300, 10, [](int i, int) { return (i * 7919 / 13) % 10; }))), "at-chance");
}

TEST(Chance, ClassesUnderOtherNumbersAreNamed) {
    EXPECT_EQ(code_of(chance_finding(answering(200, 10, [](int, int label) { return label + 1; }))), "label-order");
    const auto shuffled = chance_finding(answering(200, 10, [](int i, int label) { return i % 9 == 0 ? 0 : (3 * label + 4) % 10; }));
    EXPECT_EQ(code_of(shuffled), "label-order");
}

TEST(Chance, OtherTasksHaveTheirOwnBounds) {
    Measurement first;
    first.task = Task::detection;
    first.metrics["map50"] = {0.2, {}, 50};
    EXPECT_EQ(code_of(chance_finding(first)), "at-chance");
    first.metrics["map50"] = {31, {}, 50};
    EXPECT_EQ(code_of(chance_finding(first)), "");
    first.task = Task::ctc;
    first.metrics["char_error_rate"] = {97, {}, 50};
    EXPECT_EQ(code_of(chance_finding(first)), "at-chance");
    first.metrics["char_error_rate"] = {7, {}, 50};
    EXPECT_EQ(code_of(chance_finding(first)), "");
    first.task = Task::none;
    EXPECT_EQ(code_of(chance_finding(first)), "");
}

}  // namespace
}  // namespace vernier::test
