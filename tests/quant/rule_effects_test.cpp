// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/rule_effects.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/quant/plan.h"
#include "tests/quant/run_fixture.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using namespace test;
using testing::HasSubstr;
using testing::Not;

/// Three convolutions, with x * sigmoid(x) between the first two.
ModelPtr gated_net() {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 16, 8, 8}).output("y", ElementType::float32, {1, 16, 8, 8});
    for (const std::string name : {"wa", "wb", "wc"}) b.initializer(name, random_floats(16 * 16, name[1]), {16, 16, 1, 1});
    b.node("Conv", {"x", "wa"}, {"a"}, {}, "conv_a").node("Sigmoid", {"a"}, {"s"}, {}, "sigmoid").node("Mul", {"a", "s"}, {"m"}, {}, "swish");
    b.node("Conv", {"m", "wb"}, {"b"}, {}, "conv_b").node("Conv", {"b", "wc"}, {"c"}, {}, "conv_c").node("Sigmoid", {"c"}, {"y"}, {}, "last");
    return make_model(b.build());
}

std::vector<Finding> effects(const Recipe& recipe, const std::string& code) {
    std::vector<Finding> found;
    for (Finding& finding : make_plan(gated_net(), recipe).findings)
        if (finding.code == code) found.push_back(std::move(finding));
    return found;
}

TEST(RuleEffects, AFloatNodeThatFreesOthersIsNamedWithThem) {
    Recipe recipe{.default_method = Method::int8_static, .per_channel = true, .rules = {}, .calibration = {}};
    EXPECT_TRUE(effects(recipe, "float-frees").empty());
    recipe.rules.push_back({"name:\"conv_b\"", Method::fp32, {}});
    const auto found = effects(recipe, "float-frees");
    ASSERT_EQ(found.size(), 1U);
    EXPECT_THAT(found[0].text, HasSubstr("Beside conv_b"));
    EXPECT_THAT(found[0].text, HasSubstr("sigmoid and swish stay in FP32 too"));
    EXPECT_THAT(found[0].text, Not(HasSubstr("last"))) << "it was at an edge before";
}

TEST(RuleEffects, AChoiceThatChangesNothingIsSaid) {
    Recipe recipe{.default_method = Method::fp32, .per_channel = true, .rules = {{"name:\"conv_c\"", Method::int8_static, {}}}, .calibration = {}};
    EXPECT_TRUE(effects(recipe, "rule-without-effect").empty());
    recipe.rules.push_back({"op:Sigmoid", Method::int8_static, {}});
    const auto found = effects(recipe, "rule-without-effect");
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].severity, Severity::warning);
    EXPECT_THAT(found[0].text, HasSubstr("INT8 static was chosen for sigmoid and last by a rule or a click, but they stay in FP32: lies at the edge"));
    recipe.rules[0].select = "name:\"conv_a\" or name:\"conv_c\" or name:\"swish\" or name:\"conv_b\"";
    EXPECT_TRUE(effects(recipe, "rule-without-effect").empty()) << "one of its nodes gets it";
}

}  // namespace
}  // namespace vernier
