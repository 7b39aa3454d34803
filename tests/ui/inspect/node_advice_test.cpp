// SPDX-License-Identifier: GPL-3.0-or-later
// What the inspector says of a choice, and what a click on its link would do.
#include "ui/inspect/advice.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace vernier::ui {
namespace {

NodeState in(Method method) {
    NodeState state;
    state.chosen = state.applied = method;
    return state;
}

TEST(NodeAdvice, SaysWhoChose) {
    NodeState state = in(Method::fp16);
    EXPECT_EQ(nodeAdvice(state, {}, "MatMul").text, QStringLiteral("Inherited from the default."));
    EXPECT_EQ(nodeAdvice(state, {}, "MatMul").action, NodeAdvice::Action::none);
    state.rule = 1;
    EXPECT_EQ(nodeAdvice(state, {}, "MatMul").text, QStringLiteral("Chosen by rule 2.")) << "people count from one";
    state.own = true;
    const NodeAdvice own = nodeAdvice(state, {}, "MatMul");
    EXPECT_EQ(own.text, QStringLiteral("Set for this node."));
    EXPECT_EQ(own.action, NodeAdvice::Action::reset);
    EXPECT_EQ(own.link, QStringLiteral("Clear override"));
    EXPECT_FALSE(own.warning);
    state.absorbed = true;
    EXPECT_EQ(nodeAdvice(state, {}, "MatMul").text, QStringLiteral("Set for this node. Folded into a neighbouring node."));
}

TEST(NodeAdvice, SaysWhyTheChoiceIsNotWhatComes) {
    NodeState state = in(Method::int8_static);
    state.applied = Method::fp32;
    state.why = QStringLiteral("its weight is computed");
    EXPECT_EQ(nodeAdvice(state, {}, "MatMul").text, QStringLiteral("Chosen INT8 static, stays in FP32: its weight is computed."));
    EXPECT_FALSE(nodeAdvice(state, {}, "MatMul").warning) << "nobody chose it for this node";
    state.own = state.written = true;
    EXPECT_EQ(nodeAdvice(state, {}, "MatMul").text, QStringLiteral("Chosen INT8 static, written as FP32: its weight is computed."));
    EXPECT_TRUE(nodeAdvice(state, {}, "MatMul").warning);
}

TEST(NodeAdvice, LeavesWhatIsQuantizedAlready) {
    NodeState state = in(Method::fp32);
    state.already = Precision::fp16;
    EXPECT_EQ(nodeAdvice(state, {}, "MatMul").text, QStringLiteral("FP16 already in the file; it stays as it is."));
}

TEST(NodeAdvice, WarnsOfWeightsThatHalfCannotHold) {
    WeightFacts weight;
    weight.stats.fp16_overflow = 3;
    const NodeAdvice half = nodeAdvice(in(Method::fp16), {weight}, "MatMul");
    EXPECT_EQ(half.text, QStringLiteral("3 weights are too large for FP16."));
    EXPECT_TRUE(half.warning);
    EXPECT_FALSE(nodeAdvice(in(Method::int8_static), {weight}, "MatMul").warning);
}

TEST(NodeAdvice, AScaleAChannelIsWorthALinkFromOneBitOn) {
    WeightFacts weight;
    weight.stats.channel_min = {-1, -0.1F};
    weight.stats.channel_max = {0.5F, 0.05F};
    weight.errors = {{.format = WeightFormat::int8_per_tensor, .sqnr_db = 30}, {.format = WeightFormat::int8_per_channel, .sqnr_db = 35}};
    NodeState state = in(Method::int8_static);
    state.per_channel = false;
    EXPECT_EQ(nodeAdvice(state, {weight}, "Gemm").action, NodeAdvice::Action::none) << "5 dB are less than a bit";
    weight.errors[1].sqnr_db = 44;
    const NodeAdvice advice = nodeAdvice(state, {weight}, "Gemm");
    EXPECT_EQ(advice.action, NodeAdvice::Action::usePerChannel);
    EXPECT_TRUE(advice.text.contains(QStringLiteral("30.0 dB"))) << advice.text.toStdString();
    EXPECT_TRUE(advice.text.contains(QStringLiteral("44.0 dB"))) << advice.text.toStdString();
    EXPECT_TRUE(advice.text.contains(QStringLiteral("differ 10×"))) << advice.text.toStdString();
    EXPECT_EQ(nodeAdvice(in(Method::fp32), {weight}, "Gemm").action, NodeAdvice::Action::none) << "float has no scales";
}

}  // namespace
}  // namespace vernier::ui
