// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/look.h"

#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <stop_token>

#include "core/base/error.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace vernier::test {
namespace {

const Finding* find(const std::vector<Finding>& findings, const std::string& code) {
    const auto found = std::find_if(findings.begin(), findings.end(), [&](const Finding& each) { return each.code == code; });
    return found == findings.end() ? nullptr : &*found;
}

/// Depthwise Conv over two channels with these ranges, and a BatchNormalization with these scales when there are any.
ModelPtr depthwise(float first, float second, const std::vector<float>& scales) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 2, 8, 8}).output("y", ElementType::float32, {1, 2, 8, 8});
    std::vector<float> weights(18, 0.01F);
    weights[0] = first;
    weights[9] = second;
    b.initializer("w", weights, {2, 1, 3, 3}).node("Conv", {"x", "w"}, {scales.empty() ? "y" : "c"}, {{"group", 2}, {"pads", {1, 1, 1, 1}}}, "dw");
    if (scales.empty()) return make_model(b.build());
    b.initializer("scale", scales, {2}).initializer("shift", std::vector<float>{0, 0}, {2});
    b.initializer("mean", std::vector<float>{0, 0}, {2}).initializer("variance", std::vector<float>{1, 1}, {2});
    b.node("BatchNormalization", {"c", "scale", "shift", "mean", "variance"}, {"y"});
    return make_model(b.build());
}

TEST(Look, FindsWideDepthwiseChannels) {
    EXPECT_NE(find(look(*depthwise(10, 0.1F, {}), {}), "wide-channel-ranges"), nullptr);
    EXPECT_EQ(find(look(*depthwise(1, 0.5F, {}), {}), "wide-channel-ranges"), nullptr);
}

TEST(Look, JudgesChannelsAsTheyAreAfterFolding) {
    const std::vector<Finding> widened = look(*depthwise(1, 1, {1, 0.01F}), {});
    ASSERT_NE(find(widened, "wide-channel-ranges"), nullptr);
    EXPECT_EQ(find(widened, "wide-channel-ranges")->node_name, "dw");
    EXPECT_NE(find(widened, "unfolded-batchnorm"), nullptr);
    EXPECT_EQ(find(look(*depthwise(1, 0.01F, {1, 100}), {}), "wide-channel-ranges"), nullptr);
}

TEST(Look, CountsNoDeadChannelAsNarrow) {
    EXPECT_EQ(find(look(*depthwise(1, 1, {1, 1e-30F}), {}), "wide-channel-ranges"), nullptr);
    EXPECT_NE(find(look(*depthwise(1, 1, {1, 1e-5F}), {}), "wide-channel-ranges"), nullptr);
}

TEST(Look, FindsValuesThatHalfCannotHold) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {2}).output("y", ElementType::float32, {2});
    b.initializer("big", std::vector<float>{1e6F, 1}, {2}).node("Add", {"x", "big"}, {"y"});
    const std::vector<Finding> findings = look(*make_model(b.build()), {});
    ASSERT_NE(find(findings, "fp16-overflow"), nullptr);
    EXPECT_EQ(find(findings, "fp16-overflow")->tensor, "big");
}

/// Scores of attention, to which (1 - mask) * scale is added.
ModelPtr attention(float scale) {
    ModelBuilder b;
    b.input("scores", ElementType::float32, {1, 4}).input("mask", ElementType::float32, {1, 4}).output("p", ElementType::float32, {1, 4});
    b.initializer("one", std::vector<float>{1}, {}).initializer("low", std::vector<float>{scale}, {});
    b.node("Sub", {"one", "mask"}, {"inverse"}).node("Mul", {"inverse", "low"}, {"shifts"});
    b.node("Add", {"scores", "shifts"}, {"masked"}, {}, "add_mask").node("Softmax", {"masked"}, {"p"}, {{"axis", -1}});
    return make_model(b.build());
}

TEST(Look, FindsTheMaskInFrontOfASoftmax) {
    const ModelPtr model = attention(-10000);
    ASSERT_EQ(masked_scores(*model).size(), 1U);
    EXPECT_EQ(model->node(masked_scores(*model)[0]).label, "add_mask");
    EXPECT_TRUE(masked_scores(*attention(-2)).empty());
}

TEST(Look, FindsALayerNormalizationInPieces) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 8}).output("y", ElementType::float32, {1, 8});
    b.initializer("two", std::vector<float>{2}, {}).initializer("epsilon", std::vector<float>{1e-5F}, {});
    b.node("ReduceMean", {"x"}, {"m"}, {{"axes", {-1}}}).node("Sub", {"x", "m"}, {"d"}).node("Pow", {"d", "two"}, {"s"});
    b.node("ReduceMean", {"s"}, {"v"}, {{"axes", {-1}}}, "variance")
        .node("Add", {"v", "epsilon"}, {"e"})
        .node("Sqrt", {"e"}, {"r"})
        .node("Div", {"d", "r"}, {"y"});
    const ModelPtr model = make_model(b.build());
    ASSERT_EQ(open_layer_norms(*model).size(), 1U);
    EXPECT_EQ(model->node(open_layer_norms(*model)[0]).label, "variance");
    EXPECT_NE(find(look(*model, {}), "open-layernorm"), nullptr);
}

TEST(Look, SaysWhenAModelIsTinyOrOld) {
    ModelBuilder b(9, 4);
    b.input("x", ElementType::float32, {1, 8}).output("y", ElementType::float32, {1, 8});
    b.initializer("w", random_floats(64, 1), {8, 8}).node("MatMul", {"x", "w"}, {"y"});
    const std::vector<Finding> findings = look(*make_model(b.build()), {});
    EXPECT_NE(find(findings, "tiny-model"), nullptr);
    EXPECT_NE(find(findings, "opset-upgrade"), nullptr);
}

TEST(Look, Stops) {
    std::stop_source source;
    source.request_stop();
    EXPECT_THROW((void)look(*depthwise(1, 1, {}), Job(source.get_token(), {})), Error);
}

/// What a node reads many times is followed once: 30 times 8 nodes deep would be more ways than a computer can go.
TEST(Look, FollowsWhatIsReadManyTimesOnce) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 8});
    std::string last = "x";
    for (int i = 0; i < 12; ++i) {
        const std::string next = "m" + std::to_string(i);
        b.node("Max", Names(30, last), {next});
        last = next;
    }
    b.node("Sqrt", {last}, {"root"}).node("Where", {"c", last, last}, {"masked"}).node("Softmax", {"masked"}, {"s"});
    b.input("c", ElementType::boolean, {1, 8}).output("root", ElementType::float32, {1, 8}).output("s", ElementType::float32, {1, 8});
    const ModelPtr model = make_model(b.build());
    EXPECT_TRUE(open_layer_norms(*model).empty());
    EXPECT_TRUE(masked_scores(*model).empty());
}

}  // namespace
}  // namespace vernier::test
