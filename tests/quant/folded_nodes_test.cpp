// SPDX-License-Identifier: GPL-3.0-or-later
// What a plan says of a node that is folded into another one: what that one became.
#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

#include "core/quant/quantize.h"
#include "tests/quant/run_fixture.h"
#include "tests/support/made_dataset.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using namespace test;

constexpr NodeId kConv = 0, kNorm = 1, kSecond = 3, kSecondNorm = 4;

/// Twice Conv and BatchNormalization, with a Relu between them.
ModelPtr two_norms() {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 16, 12, 12});
    b.initializer("wa", random_floats(16 * 16 * 9, 1), {16, 16, 3, 3}).initializer("wb", random_floats(16 * 16 * 9, 2), {16, 16, 3, 3});
    b.initializer("g", std::vector<float>(16, 0.3F), {16}).initializer("beta", random_floats(16, 3), {16});
    b.initializer("mean", random_floats(16, 4), {16}).initializer("var", std::vector<float>(16, 2.F), {16});
    b.node("Conv", {"x", "wa"}, {"a0"}, {{"pads", {1, 1, 1, 1}}}, "conv_a");
    b.node("BatchNormalization", {"a0", "g", "beta", "mean", "var"}, {"a1"}, {}, "bn_a");
    b.node("Relu", {"a1"}, {"a2"}, {}, "relu_a");
    b.node("Conv", {"a2", "wb"}, {"b0"}, {{"pads", {1, 1, 1, 1}}}, "conv_b");
    b.node("BatchNormalization", {"b0", "g", "beta", "mean", "var"}, {"y"}, {}, "bn_b");
    b.output("y", ElementType::float32, {1, 16, 12, 12});
    return make_model(b.build());
}

std::shared_ptr<MadeDataset> images() {
    return std::make_shared<MadeDataset>(8, 8, [](Split, std::uint64_t index) {
        Sample sample;
        sample.inputs["x"] = tensor_of(ElementType::float32, random_floats(16 * 12 * 12, static_cast<unsigned>(index + 1)), {1, 16, 12, 12});
        return sample;
    });
}

Quantization quantization_of(const ModelPtr& model, const Recipe& recipe) {
    QuantizeOptions options;
    options.time_prefix = false;
    return Quantization({runtime(), model, recipe, images(), options}, {});
}

TEST(FoldedNodes, AreWhatTheirConvBecame) {
    const ModelPtr model = two_norms();
    Recipe recipe;
    recipe.default_method = Method::int8_static;
    Quantization quantization = quantization_of(model, recipe);
    quantization.keep_float({kConv}, "tried");
    const Quantized result = quantization.result();
    EXPECT_EQ(op_counts(*result.proto).count("BatchNormalization"), 0U);
    const auto& nodes = result.plan.nodes;
    ASSERT_EQ(nodes[kConv].applied, Method::fp32);
    EXPECT_EQ(nodes[kNorm].applied, Method::fp32);
    EXPECT_TRUE(nodes[kNorm].absorbed);
    EXPECT_EQ(nodes[kNorm].why, "it is folded into conv_a, which stays in float");
    ASSERT_EQ(nodes[kSecond].applied, Method::int8_static);
    EXPECT_EQ(nodes[kSecondNorm].applied, Method::int8_static);
    EXPECT_TRUE(nodes[kSecondNorm].absorbed);
    EXPECT_TRUE(nodes[kSecondNorm].why.empty());
}

TEST(FoldedNodes, OfAnotherDefaultSayWhereTheyWent) {
    const ModelPtr model = two_norms();
    Recipe recipe;
    recipe.default_method = Method::fp32;
    recipe.rules.push_back({"op:Conv", Method::int8_static, {}});
    const Quantized result = quantization_of(model, recipe).result();
    ASSERT_EQ(op_counts(*result.proto).count("BatchNormalization"), 0U);
    for (const auto& [conv, norm] : {std::pair{kConv, kNorm}, {kSecond, kSecondNorm}}) {
        const NodePlan& plan = result.plan.nodes[static_cast<std::size_t>(norm)];
        EXPECT_EQ(result.plan.nodes[static_cast<std::size_t>(conv)].applied, Method::int8_static);
        EXPECT_EQ(plan.applied, Method::fp32) << "nobody chose INT8 for it, and nothing of it runs so";
        EXPECT_TRUE(plan.absorbed);
        EXPECT_EQ(plan.why, norm == kNorm ? "it is folded into conv_a" : "it is folded into conv_b");
    }
}

TEST(FoldedNodes, ChosenForFp32StayInTheFile) {
    const ModelPtr model = two_norms();
    Recipe recipe;
    recipe.default_method = Method::int8_static;
    recipe.rules.push_back({"op:BatchNormalization", Method::fp32, {}});
    const Quantized result = quantization_of(model, recipe).result();
    EXPECT_EQ(op_counts(*result.proto).at("BatchNormalization"), 2);
    for (const NodeId norm : {kNorm, kSecondNorm}) {
        const NodePlan& plan = result.plan.nodes[static_cast<std::size_t>(norm)];
        EXPECT_EQ(plan.applied, Method::fp32);
        EXPECT_FALSE(plan.absorbed);
        EXPECT_EQ(plan.why, "");
    }
}

}  // namespace
}  // namespace vernier
