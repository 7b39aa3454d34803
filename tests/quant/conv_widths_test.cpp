// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/methods/conv_widths.h"

#include <gtest/gtest.h>

#include "core/quant/quantize.h"
#include "tests/quant/run_fixture.h"
#include "tests/support/made_dataset.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using namespace test;

constexpr int kWide = 24;

Tensor image(unsigned seed) { return tensor_of(ElementType::float32, random_floats(16 * 10 * 10, seed), {1, 16, 10, 10}); }

/// 1x1 to 24 channels, a constant factor a channel, depthwise, squeeze-and-excitation, 1x1 back.
ModelBuilder inverted_residual(const std::string& activation, bool show_inside = false) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 16, 10, 10});
    b.initializer("w_up", random_floats(kWide * 16, 1), {kWide, 16, 1, 1}).initializer("b_up", random_floats(kWide, 2), {kWide});
    b.initializer("factor", random_floats(kWide, 3), {kWide, 1, 1});
    b.initializer("w_dw", random_floats(kWide * 9, 4), {kWide, 1, 3, 3}).initializer("b_dw", random_floats(kWide, 5), {kWide});
    b.initializer("w_se1", random_floats(6 * kWide, 6), {6, kWide, 1, 1}).initializer("w_se2", random_floats(kWide * 6, 7), {kWide, 6, 1, 1});
    b.initializer("w_down", random_floats(16 * kWide, 8), {16, kWide, 1, 1});
    b.node("Conv", {"x", "w_up", "b_up"}, {"u0"}, {}, "up");
    b.node("Mul", {"u0", "factor"}, {"u1"}, {}, "scale");
    b.node(activation, {"u1"}, {"u2"}, {}, "act");
    b.node("Conv", {"u2", "w_dw", "b_dw"}, {"d0"}, {{"group", kWide}, {"pads", {1, 1, 1, 1}}}, "depthwise");
    b.node("GlobalAveragePool", {"d0"}, {"s0"}, {}, "squeeze");
    b.node("Conv", {"s0", "w_se1"}, {"s1"}, {}, "se1");
    b.node("Relu", {"s1"}, {"s2"}, {}, "se_relu");
    b.node("Conv", {"s2", "w_se2"}, {"s3"}, {}, "se2");
    b.node("Sigmoid", {"s3"}, {"s4"}, {}, "excite");
    b.node("Mul", {"d0", "s4"}, {"d1"}, {}, "se_mul");
    b.node("Conv", {"d1", "w_down"}, {"y"}, {}, "down");
    b.output("y", ElementType::float32, {1, 16, 10, 10});
    if (show_inside) b.output("d0", ElementType::float32, {1, kWide, 10, 10});
    return b;
}

ModelBuilder grouped(int channels, int groups) {
    ModelBuilder b;
    const int a_group = channels / groups;
    b.input("x", ElementType::float32, {1, channels, 8, 8});
    b.initializer("w", random_floats(static_cast<std::size_t>(channels * a_group * 9), 1), {channels, a_group, 3, 3});
    b.initializer("w_big", random_floats(static_cast<std::size_t>(3000 * channels), 2), {3000, channels, 1, 1});
    b.node("Conv", {"x", "w"}, {"h"}, {{"group", groups}, {"pads", {1, 1, 1, 1}}}, "grouped");
    b.node("Conv", {"h", "w_big"}, {"y"}, {}, "big");
    b.output("y", ElementType::float32, {1, 3000, 8, 8});
    return b;
}

StaticPlan whole_plan(const GraphEdit& edit) { return plan_static(edit, std::vector<bool>(edit.size(), true)); }

std::vector<std::int64_t> weight_dims(const GraphEdit& edit, const std::string& node) {
    for (std::size_t i = 0; i < edit.size(); ++i)
        if (edit.item(i).proto.name() == node) return edit.dims(edit.item(i).proto.input(1));
    return {};
}

TEST(ConvWidths, DepthwiseChannelsGrowWithAllThatSharesThem) {
    for (const std::string activation : {"Relu", "Sigmoid", "HardSwish"}) {
        const auto model = make_model(inverted_residual(activation).build());
        GraphEdit edit(*model);
        EXPECT_EQ(pad_depthwise_channels(edit, whole_plan(edit)), 1) << activation;
        EXPECT_EQ(weight_dims(edit, "up"), (std::vector<std::int64_t>{32, 16, 1, 1}));
        EXPECT_EQ(weight_dims(edit, "depthwise"), (std::vector<std::int64_t>{32, 1, 3, 3}));
        EXPECT_EQ(weight_dims(edit, "se1"), (std::vector<std::int64_t>{6, 32, 1, 1}));
        EXPECT_EQ(weight_dims(edit, "se2"), (std::vector<std::int64_t>{32, 6, 1, 1}));
        EXPECT_EQ(weight_dims(edit, "down"), (std::vector<std::int64_t>{16, 32, 1, 1}));
        EXPECT_GT(sqnr_db(first_output(model->proto(), {{"x", image(40)}}), first_output(edit.build(), {{"x", image(40)}})), 120);
    }
}

TEST(ConvWidths, AWidthThatTheCallerSeesIsLeft) {
    const auto model = make_model(inverted_residual("Relu", true).build());
    GraphEdit edit(*model);
    EXPECT_EQ(pad_depthwise_channels(edit, whole_plan(edit)), 0);
    EXPECT_EQ(weight_dims(edit, "depthwise"), (std::vector<std::int64_t>{kWide, 1, 3, 3}));
}

TEST(ConvWidths, AConvolutionLeftInFloatIsNotTouched) {
    const auto model = make_model(inverted_residual("Relu").build());
    GraphEdit edit(*model);
    std::vector<bool> wants(edit.size(), true);
    wants[0] = false;
    EXPECT_EQ(pad_depthwise_channels(edit, plan_static(edit, wants)), 0);
    EXPECT_EQ(weight_dims(edit, "up"), (std::vector<std::int64_t>{kWide, 16, 1, 1}));
}

TEST(ConvWidths, SmallGroupsAreMergedToThirtyTwoChannels) {
    const auto model = make_model(grouped(64, 16).build());
    GraphEdit edit(*model);
    EXPECT_EQ(merge_conv_groups(edit, whole_plan(edit)), 1);
    EXPECT_EQ(weight_dims(edit, "grouped"), (std::vector<std::int64_t>{64, 32, 3, 3}));
    const Tensor x = tensor_of(ElementType::float32, random_floats(64 * 64, 9), {1, 64, 8, 8});
    EXPECT_GT(sqnr_db(first_output(model->proto(), {{"x", x}}), first_output(edit.build(), {{"x", x}})), 120);
}

TEST(ConvWidths, GroupsStayWhereZerosWouldSpoilTheSize) {
    const auto model = make_model([&] {
        ModelBuilder only;
        only.input("x", ElementType::float32, {1, 64, 8, 8});
        only.initializer("w", random_floats(64 * 4 * 9, 1), {64, 4, 3, 3});
        only.node("Conv", {"x", "w"}, {"y"}, {{"group", 16}, {"pads", {1, 1, 1, 1}}}, "grouped");
        only.output("y", ElementType::float32, {1, 64, 8, 8});
        return only.build();
    }());
    GraphEdit edit(*model);
    EXPECT_EQ(merge_conv_groups(edit, whole_plan(edit)), 0);
}

TEST(ConvWidths, AQuantizedBlockKeepsItsAccuracyAndItsBiasCorrection) {
    const auto model = make_model(inverted_residual("Relu").build());
    const auto data = std::make_shared<MadeDataset>(16, 4, [](Split, std::uint64_t index) {
        Sample sample;
        sample.inputs["x"] = image(static_cast<unsigned>(index));
        return sample;
    });
    Recipe recipe;
    recipe.default_method = Method::int8_static;
    QuantizeOptions options;
    options.time_prefix = false;
    const Quantized result = quantize({runtime(), model, recipe, data, options}, {});
    const auto ran = executed_ops(*result.proto);
    EXPECT_EQ(ran.at("QLinearConv"), 5);
    EXPECT_GT(sqnr_db(first_output(model->proto(), {{"x", image(90)}}), first_output(*result.proto, {{"x", image(90)}})), 25);
}

}  // namespace
}  // namespace vernier
