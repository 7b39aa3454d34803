// SPDX-License-Identifier: GPL-3.0-or-later
// What the inspector says of a node's weights: of what is quantized, not of what the file holds.
#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "core/base/job.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"
#include "tests/support/temp_dir.h"
#include "ui/inspect/advice.h"
#include "ui/inspect/weight_facts.h"

namespace vernier::ui {
namespace {

using test::Attr;
using test::random_floats;

ModelPtr opened(const test::ModelBuilder& builder) {
    const test::TempDir folder;
    return open_model(folder.write("m.onnx", builder.bytes()));
}

/// A depthwise Conv of even channels, and behind it a BatchNormalization that makes one of them a thousand times wider.
ModelPtr convAndNorm(bool transposed) {
    test::ModelBuilder b;
    b.input("x", ElementType::float32, {1, 4, 8, 8});
    b.initializer("w", random_floats(4 * 9, 1), {4, 1, 3, 3});
    std::vector<float> scale(4, 0.01F);
    scale[2] = 10;
    b.initializer("scale", scale, {4});
    b.initializer("bias", std::vector<float>(4, 0.F), {4});
    b.initializer("mean", std::vector<float>(4, 0.F), {4});
    b.initializer("var", std::vector<float>(4, 1.F), {4});
    b.node(transposed ? "ConvTranspose" : "Conv", {"x", "w"}, {"c"}, {Attr("group", 4), Attr("kernel_shape", {3, 3})}, "dw");
    b.node("BatchNormalization", {"c", "scale", "bias", "mean", "var"}, {"y"}, {}, "bn");
    b.output("y", ElementType::float32, {1, 4, transposed ? 10 : 6, transposed ? 10 : 6});
    return opened(b);
}

double errorOf(const WeightFacts& weight, WeightFormat format) {
    for (const FormatError& error : weight.errors) {
        if (error.format == format) {
            return error.sqnr_db;
        }
    }
    return NAN;
}

TEST(WeightFacts, AreThoseWithTheBatchNormFoldedIn) {
    for (const bool transposed : {false, true}) {
        const auto facts = weightFacts(convAndNorm(transposed), 0, Job());
        ASSERT_FALSE(facts.empty());
        const WeightFacts& weight = facts.front();
        EXPECT_TRUE(weight.folded);
        EXPECT_GT(std::max(weight.stats.max, -weight.stats.min), 5) << "the channel that the normalization makes wide";
        // One scale for all leaves the narrow channels nothing: they are a thousandth of the widest.
        EXPECT_GT(errorOf(weight, WeightFormat::int8_per_channel), 40);
        if (!transposed) {
            EXPECT_LT(weight.stats.channel_max[0], 0.02F);
            EXPECT_LT(errorOf(weight, WeightFormat::int8_per_tensor), 10) << "three of four channels are lost";
        }
    }
}

TEST(WeightFacts, AreTheFilesOwnWhereNothingIsFolded) {
    test::ModelBuilder b;
    b.input("x", ElementType::float32, {1, 4, 8, 8});
    b.initializer("w", random_floats(4 * 9, 1), {4, 1, 3, 3});
    b.node("Conv", {"x", "w"}, {"y"}, {Attr("group", 4), Attr("kernel_shape", {3, 3})}, "dw");
    b.output("y", ElementType::float32, {1, 4, 6, 6});
    const auto facts = weightFacts(opened(b), 0, Job());
    ASSERT_FALSE(facts.empty());
    EXPECT_FALSE(facts.front().folded);
    EXPECT_LE(facts.front().stats.max, 1);
}

TEST(NodeAdvice, WarnsOfAConvInInt8Dynamic) {
    NodeState state;
    state.chosen = state.applied = Method::int8_dynamic;
    state.own = true;
    const NodeAdvice conv = nodeAdvice(state, {}, "Conv");
    EXPECT_TRUE(conv.warning);
    EXPECT_EQ(conv.action, NodeAdvice::Action::useOther);
    EXPECT_EQ(conv.instead, Method::int8_static);
    EXPECT_TRUE(conv.text.contains(QStringLiteral("slower"))) << conv.text.toStdString();
    EXPECT_FALSE(nodeAdvice(state, {}, "MatMul").warning);
}

TEST(NodeAdvice, SaysThatOneScaleForAllChannelsIsTooCoarse) {
    const auto facts = weightFacts(convAndNorm(false), 0, Job());
    NodeState state;
    state.chosen = state.applied = Method::int8_static;
    state.per_channel = false;
    const NodeAdvice advice = nodeAdvice(state, facts, "Conv");
    EXPECT_EQ(advice.action, NodeAdvice::Action::usePerChannel) << advice.text.toStdString();
    state.per_channel = true;
    EXPECT_EQ(nodeAdvice(state, facts, "Conv").action, NodeAdvice::Action::none);
}

}  // namespace
}  // namespace vernier::ui
