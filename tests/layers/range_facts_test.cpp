// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layers/range_facts.h"

#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <vector>

#include "tests/support/model_builder.h"

namespace vernier::test {
namespace {

/// Channels of 1, 0.5 and 0, and behind them what a test adds.
ModelBuilder conv() {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 2, 4, 4}).output("y", ElementType::float32, {1, 3, 4, 4});
    b.initializer("w", std::vector<float>{1, -1, 0.5F, -0.5F, 0, 0}, {3, 2, 1, 1});
    return b;
}

TEST(RangeFacts, LookAtChannelsAndLeaveOutTheDeadOnes) {
    ModelBuilder b = conv();
    b.node("Conv", {"x", "w"}, {"y"}, {}, "conv");
    const ModelPtr model = make_model(b.build());
    const auto facts = range_facts(*model, 0);
    ASSERT_TRUE(facts.has_value());
    EXPECT_DOUBLE_EQ(facts->channel_ratio, 2);
    EXPECT_EQ(facts->dead_channels, 1U);
    EXPECT_NEAR(facts->outlier, 1 / 0.6454972, 1e-5) << "deviation is the root of 2.5 / 6";
}

TEST(RangeFacts, AreThoseOfTheFoldedWeight) {
    ModelBuilder b = conv();
    b.initializer("scale", std::vector<float>{1, 20, 1}, {3})
        .initializer("zero", std::vector<float>{0, 0, 0}, {3})
        .initializer("one", std::vector<float>{1, 1, 1}, {3});
    b.node("Conv", {"x", "w"}, {"c"}, {}, "conv").node("BatchNormalization", {"c", "scale", "zero", "zero", "one"}, {"y"}, {{"epsilon", 0.0F}}, "norm");
    const auto facts = range_facts(*make_model(b.build()), 0);
    ASSERT_TRUE(facts.has_value());
    EXPECT_NEAR(facts->channel_ratio, 10, 1e-4);
}

TEST(RangeFacts, NeedAConstantWeight) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 4}).output("y", ElementType::float32, {1, 4});
    b.node("Relu", {"x"}, {"y"}, {}, "relu");
    EXPECT_FALSE(range_facts(*make_model(b.build()), 0).has_value());
}

}  // namespace
}  // namespace vernier::test
