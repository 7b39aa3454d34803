// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/methods/fp16_activations.h"

#include <gmock/gmock.h>

#include "core/quant/quantize.h"
#include "tests/quant/run_fixture.h"
#include "tests/support/made_dataset.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using test::ModelBuilder;
using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StrNe;

constexpr int kWidth = 8;

test::MadeDataset samples(float factor, std::uint64_t calibration = 12) {
    return {calibration, 4, [factor](Split, std::uint64_t index) {
                auto values = test::random_floats(kWidth, index + 1);
                for (float& value : values) value *= factor;
                values[0] = factor;
                Sample sample;
                sample.inputs["x"] = test::tensor_of(ElementType::float32, values, {1, kWidth});
                return sample;
            }};
}

/// tanh, a factor, its square and back: with 400 the square reaches 160,000, with 1e-3 it is at most 1e-6.
ModelPtr squares(float factor) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, kWidth});
    b.initializer("w", test::random_floats(kWidth * kWidth, 3), {kWidth, kWidth}).initializer("k", std::vector<float>{factor}, {});
    b.node("Clip", {"x"}, {"t"}, {}, "head").node("Mul", {"t", "k"}, {"m"}, {}, "scale").node("Mul", {"m", "m"}, {"q"}, {}, "square");
    b.node("Sqrt", {"q"}, {"r"}, {}, "root").node("MatMul", {"r", "w"}, {"y"}, {}, "product");
    b.output("y", ElementType::float32, {1, kWidth});
    return make_model(b.build());
}

Quantized halve(const ModelPtr& model, const DatasetPtr& data, std::vector<Rule> rules = {}) {
    Recipe recipe;
    recipe.default_method = Method::fp16;
    recipe.rules = std::move(rules);
    return quantize({test::runtime(), model, recipe, data, {}}, {});
}

DatasetPtr unit_samples() { return std::make_shared<test::MadeDataset>(samples(1)); }

std::vector<std::string> floats_of(const Quantized& result, const ModelPtr& model) {
    std::vector<std::string> names;
    for (const NodePlan& node : result.plan.nodes)
        if (node.applied == Method::fp32) names.push_back(model->node(node.node).label);
    return names;
}

double db(const ModelPtr& model, const Quantized& result) {
    const Sample sample = samples(1).load(Split::validation, 40);
    return test::sqnr_db(test::first_output(model->proto(), sample.inputs), test::first_output(*result.proto, sample.inputs));
}

TEST(Fp16Activations, WhatOverflowsOnTheSamplesStaysInFloat) {
    const ModelPtr model = squares(400);
    const Quantized result = halve(model, unit_samples());
    EXPECT_THAT(floats_of(result, model), ElementsAre("square", "root"));
    EXPECT_THAT(result.plan.nodes[2].why, HasSubstr("its output q reaches 1.6e+05"));
    EXPECT_THAT(result.plan.nodes[3].why, HasSubstr("its input q reaches 1.6e+05"));
    ASSERT_EQ(result.findings.size(), 1u);
    const Finding& finding = result.findings[0];
    EXPECT_EQ(finding.code, "fp16-overflow");
    EXPECT_EQ(finding.severity, Severity::serious);
    EXPECT_EQ(finding.tensor, "q");
    EXPECT_EQ(finding.node_name, "square");
    EXPECT_THAT(finding.text, HasSubstr("q reaches 160000 on the calibration samples, beyond FP16's 65504: square and 1 more stay in FP32"));
    EXPECT_GT(db(model, result), 55);
}

TEST(Fp16Activations, AnExplicitChoiceIsCarriedOutAndReported) {
    const ModelPtr model = squares(400);
    const Quantized result = halve(model, unit_samples(), {{.select = "name:square", .method = Method::fp16, .per_channel = {}}});
    EXPECT_THAT(floats_of(result, model), ElementsAre("root"));
    ASSERT_EQ(result.findings.size(), 1u);
    EXPECT_EQ(result.findings[0].severity, Severity::serious);
    EXPECT_THAT(result.findings[0].text, HasSubstr("root stays in FP32; square was chosen for FP16 and becomes it, and the values become infinite"));
    EXPECT_THAT(result.findings[0].remedy, HasSubstr("square should be left in FP32"));
    EXPECT_THAT(test::op_counts(*result.proto), Contains(testing::Pair("Cast", 4)));  // around root, at the input and the output
}

TEST(Fp16Activations, ATensorThatIsBelowTheNormalNumbersIsReported) {
    const ModelPtr model = squares(1e-3f);
    const Quantized result = halve(model, unit_samples());
    EXPECT_THAT(floats_of(result, model), IsEmpty());
    ASSERT_EQ(result.findings.size(), 1u);
    EXPECT_EQ(result.findings[0].code, "fp16-underflow");
    EXPECT_EQ(result.findings[0].severity, Severity::warning);
    EXPECT_EQ(result.findings[0].tensor, "q");
    EXPECT_THAT(result.findings[0].text, HasSubstr("at most 1e-06"));
}

TEST(Fp16Activations, ATensorThatWouldVanishKeepsItsNodesInFloat) {
    const ModelPtr model = squares(1.2e-4f);  // the square is 1.44e-8, half of FP16's smallest step is 2.98e-8
    const Quantized result = halve(model, unit_samples());
    EXPECT_THAT(floats_of(result, model), ElementsAre("square", "root"));
    ASSERT_EQ(result.findings.size(), 1u);
    EXPECT_EQ(result.findings[0].code, "fp16-vanishes");
    EXPECT_GT(db(model, result), 50);
}

TEST(Fp16Activations, OrdinaryValuesGiveNoFinding) {
    const ModelPtr model = squares(2);
    const Quantized result = halve(model, unit_samples());
    EXPECT_THAT(result.findings, IsEmpty());
    EXPECT_EQ(result.plan.count(Method::fp16), result.plan.nodes.size());
    EXPECT_THAT(result.ranges, Contains(testing::Key("q")));
}

TEST(Fp16Activations, WithoutSamplesThatIsSaid) {
    const ModelPtr model = squares(400);
    for (const DatasetPtr& data : {DatasetPtr(), DatasetPtr(std::make_shared<test::MadeDataset>(samples(1, 0)))}) {
        const Quantized result = halve(model, data);
        EXPECT_EQ(result.plan.count(Method::fp16), result.plan.nodes.size());
        ASSERT_EQ(result.findings.size(), 1u);
        EXPECT_EQ(result.findings[0].code, "fp16-unchecked");
        EXPECT_EQ(result.findings[0].severity, Severity::info);
        EXPECT_THAT(result.findings[0].remedy, HasSubstr("--data"));
    }
}

TEST(Fp16Activations, InputsThatOverflowAreJudgedToo) {
    const ModelPtr model = squares(1);
    const Quantized result = halve(model, std::make_shared<test::MadeDataset>(samples(1e5f)));
    EXPECT_THAT(result.findings, Contains(AllOf(Field(&Finding::tensor, "x"), Field(&Finding::code, "fp16-overflow"))));
    EXPECT_THAT(floats_of(result, model), Contains("head"));
}

TEST(Fp16Activations, InfinityOfTheFloatModelIsNoOverflow) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, kWidth});
    b.initializer("zero", std::vector<float>{0}, {});
    b.node("Greater", {"x", "zero"}, {"c"}, {}, "greater").node("Abs", {"x"}, {"p"}, {}, "abs").node("Div", {"p", "zero"}, {"inf"}, {}, "div");
    b.node("Where", {"c", "p", "inf"}, {"s"}, {}, "where").node("Neg", {"s"}, {"n"}, {}, "neg").node("Softmax", {"n"}, {"y"}, {}, "softmax");
    b.output("y", ElementType::float32, {1, kWidth});
    const ModelPtr model = make_model(b.build());
    const Quantized result = halve(model, unit_samples());
    EXPECT_THAT(result.findings, Each(Field(&Finding::code, StrNe("fp16-overflow"))));
    EXPECT_GT(db(model, result), 50);
}

TEST(Fp16Activations, AMixedRecipeChecksItsHalfNodesInTheSameRun) {
    const ModelPtr model = squares(400);
    const Quantized result = halve(model, unit_samples(), {{.select = "op:MatMul", .method = Method::int8_static, .per_channel = {}}});
    EXPECT_THAT(floats_of(result, model), ElementsAre("square", "root"));
    EXPECT_EQ(result.plan.count(Method::int8_static), 1u);
    EXPECT_EQ(result.plan.count(Method::fp16), 2u);
}

}  // namespace
}  // namespace vernier
