// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "ui/session/recipe_edit.h"

namespace vernier::ui {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> selects(const Recipe& recipe) {
    std::vector<std::string> texts;
    for (const Rule& rule : recipe.rules) {
        texts.push_back(rule.select);
    }
    return texts;
}

Rule rule(const std::string& select, Method method) {
    Rule rule;
    rule.select = select;
    rule.method = method;
    return rule;
}

TEST(RecipeEdit, ReadsNodeRules) {
    EXPECT_EQ(node_range("#12"), (std::pair<NodeId, NodeId>{12, 12}));
    EXPECT_EQ(node_range("#3..9"), (std::pair<NodeId, NodeId>{3, 9}));
    for (const char* text : {"", "#", "#x", "12", "#9..3", "#1..", "#-1", "op:Conv", "#1 or #2", "#99999999999999"}) {
        EXPECT_FALSE(node_range(text)) << text;
    }
}

TEST(RecipeEdit, OwnChoicesComeLastAndRising) {
    Recipe recipe;
    recipe.rules.push_back(rule("op:Gemm", Method::fp16));
    recipe = with_choice(recipe, {7, 2}, Method::int8_static);
    recipe = with_choice(recipe, {4}, Method::fp32);
    EXPECT_THAT(selects(recipe), ElementsAre("op:Gemm", "#2", "#4", "#7"));
    EXPECT_EQ(recipe.rules[2].method, Method::fp32);
}

TEST(RecipeEdit, ResetTakesTheOwnChoiceAwayAndNothingElse) {
    Recipe recipe = with_choice({}, {1, 2, 3}, Method::fp16);
    recipe = with_choice(recipe, {2}, std::nullopt);
    EXPECT_THAT(selects(recipe), ElementsAre("#1", "#3"));
    EXPECT_EQ(with_choice(recipe, {1, 3}, std::nullopt), Recipe{});
}

TEST(RecipeEdit, ManyNeighboursBecomeARangeAndSplitAgain) {
    std::vector<NodeId> many(100);
    std::iota(many.begin(), many.end(), 10);
    Recipe recipe = with_choice({}, many, Method::int8_static);
    EXPECT_THAT(selects(recipe), ElementsAre("#10..109"));
    recipe = with_choice(recipe, {50}, Method::fp32);
    EXPECT_THAT(selects(recipe), ElementsAre("#10..49", "#50", "#51..109"));
    recipe = with_choice(recipe, {50}, Method::int8_static);
    EXPECT_THAT(selects(recipe), ElementsAre("#10..109"));
}

TEST(RecipeEdit, ARuleForAllTakesCoveredOwnChoicesAway) {
    Recipe recipe = with_choice({}, {0, 1, 2}, Method::fp16);
    recipe = with_rule(recipe, "op:Conv", Method::int8_static, {true, false, true});
    EXPECT_THAT(selects(recipe), ElementsAre("op:Conv", "#1"));
    recipe = with_rule(recipe, "op:Conv", Method::fp32, {true, false, true});
    EXPECT_THAT(selects(recipe), ElementsAre("op:Conv", "#1"));
    EXPECT_EQ(recipe.rules[0].method, Method::fp32);
}

TEST(RecipeEdit, WholeModelKeepsCalibration) {
    Recipe recipe = with_choice({}, {0}, Method::fp16);
    recipe.calibration.samples = 33;
    recipe = with_whole_model(recipe, Method::int8_static);
    EXPECT_TRUE(recipe.rules.empty());
    EXPECT_EQ(recipe.default_method, Method::int8_static);
    EXPECT_EQ(recipe.calibration.samples, 33U);
}

TEST(RecipeEdit, TitlesCountWhatDiffers) {
    Recipe recipe;
    recipe.default_method = Method::int8_static;
    std::vector<Choice> choices(5);
    for (Choice& choice : choices) {
        choice.method = Method::int8_static;
    }
    EXPECT_EQ(recipe_title(recipe, choices), "INT8 static");
    choices[0].method = Method::fp32;
    EXPECT_EQ(recipe_title(recipe, choices), "INT8 static, 1 node FP32");
    choices[1].method = Method::fp32;
    choices[2].method = Method::fp16;
    EXPECT_EQ(recipe_title(recipe, choices), "INT8 static, 2 nodes FP32, 1 node FP16");
}

TEST(RecipeEdit, TitlesTellPerTensorFromPerChannel) {
    Recipe recipe;
    recipe.default_method = Method::int8_static;
    std::vector<Choice> choices(4, Choice{Method::int8_static, false, 0});
    EXPECT_EQ(recipe_title(recipe, choices), "INT8 static per tensor");
    choices[0].method = Method::fp32;
    EXPECT_EQ(recipe_title(recipe, choices), "INT8 static per tensor, 1 node FP32");
    choices[1].per_channel = true;
    EXPECT_EQ(recipe_title(recipe, choices), "INT8 static, 1 node FP32, 2 per tensor");
    recipe.default_method = Method::fp32;
    choices.assign(4, Choice{});
    choices[3] = {Method::int8_static, false, 0};
    EXPECT_EQ(recipe_title(recipe, choices), "FP32, 1 node INT8 static, per tensor");
}

}  // namespace
}  // namespace vernier::ui
