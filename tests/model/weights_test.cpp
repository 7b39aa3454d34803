// SPDX-License-Identifier: GPL-3.0-or-later
// What a node reads, its attributes, and how it is titled.
#include "core/model/weights.h"

#include <gtest/gtest.h>

#include "tests/model/expect.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using test::Attrs;
using test::Dims;
using test::ModelBuilder;
using test::random_floats;
using test::tensor_proto;
using testing::ElementsAre;

/// One node over x and weights of the given shapes.
ModelPtr one_node(const std::string& op, const test::Axes& input, const std::vector<Dims>& weights, const Attrs& attrs) {
    ModelBuilder b;
    b.input("x", ElementType::float32, input);
    test::Names inputs = {"x"};
    for (std::size_t i = 0; i < weights.size(); ++i) {
        inputs.push_back("w" + std::to_string(i));
        std::size_t count = 1;
        for (const std::int64_t dim : weights[i]) count *= static_cast<std::size_t>(dim);
        b.initializer(inputs.back(), random_floats(count, i), weights[i]);
    }
    b.node(op, inputs, {"y"}, attrs);
    onnx::ValueInfoProto& out = *b.proto().mutable_graph()->add_output();
    out.set_name("y");
    out.mutable_type()->mutable_tensor_type()->set_elem_type(1);
    return make_model(b.build());
}

std::vector<int> axes(const Model& model) {
    std::vector<int> list;
    for (const Weight& weight : weights_of(model, 0)) list.push_back(weight.channel_axis);
    return list;
}

TEST(Weights, ChannelAxesFollowTheOperator) {
    EXPECT_THAT(axes(*one_node("Conv", {1, 3, 8, 8}, {{4, 3, 3, 3}, {4}}, {})), ElementsAre(0, 0));
    EXPECT_THAT(axes(*one_node("ConvTranspose", {1, 3, 8, 8}, {{3, 4, 3, 3}}, {})), ElementsAre(1));
    EXPECT_THAT(axes(*one_node("MatMul", {2, 8}, {{8, 4}}, {})), ElementsAre(1));
    EXPECT_THAT(axes(*one_node("MatMul", {2, 3, 8}, {{2, 8, 4}}, {})), ElementsAre(2));
    EXPECT_THAT(axes(*one_node("Gemm", {2, 8}, {{8, 4}}, {})), ElementsAre(1));
    EXPECT_THAT(axes(*one_node("Gemm", {2, 8}, {{4, 8}}, {{"transB", 1}})), ElementsAre(0));
    EXPECT_THAT(axes(*one_node("LSTM", {6, 1, 3}, {{1, 16, 3}, {1, 16, 4}, {1, 32}}, {{"hidden_size", 4}})), ElementsAre(1, 1, 1));
}

TEST(Weights, TheBiasComesLastAndLoneNumbersAreNotWeights) {
    const std::vector<Weight> conv = weights_of(*one_node("Conv", {1, 3, 8, 8}, {{4, 3, 3, 3}, {4}}, {}), 0);
    ASSERT_EQ(conv.size(), 2U);
    EXPECT_FALSE(conv[0].is_bias);
    EXPECT_TRUE(conv[1].is_bias);
    EXPECT_EQ(conv[0].input, 1);
    EXPECT_TRUE(weights_of(*one_node("Mul", {4}, {{}}, {}), 0).empty());
}

TEST(Weights, ViewsCopyOnlyWhatIsNotFloat32) {
    const ModelPtr model = one_node("MatMul", {2, 8}, {{8, 4}}, {});
    std::vector<float> storage;
    const std::span<const float> view = view_floats(model->initializers()[0], storage);
    EXPECT_EQ(view.size(), 32U);
    EXPECT_TRUE(storage.empty());
    Initializer shifted = model->initializers()[0];
    const std::string moved = 'x' + std::string(reinterpret_cast<const char*>(shifted.data.data()), shifted.data.size());
    shifted.data = std::as_bytes(std::span(moved)).subspan(1);
    const std::span<const float> copied = view_floats(shifted, storage);
    EXPECT_TRUE(std::equal(copied.begin(), copied.end(), view.begin(), view.end()));
}

TEST(Attributes, AreReadByTypeAndName) {
    const ModelPtr model = one_node("Gemm", {2, 8}, {{4, 8}}, {{"transB", 1}, {"alpha", 0.5F}});
    EXPECT_EQ(int_attribute(model->node(0), "transB"), 1);
    EXPECT_EQ(float_attribute(model->node(0), "alpha"), 0.5F);
    EXPECT_FALSE(int_attribute(model->node(0), "alpha").has_value());
    EXPECT_FALSE(int_attribute(model->node(0), "nothing").has_value());
    const ModelPtr pool = one_node("MaxPool", {1, 2, 8, 8}, {}, {{"kernel_shape", {2, 2}}, {"auto_pad", "SAME_UPPER"}});
    EXPECT_THAT(*ints_attribute(pool->node(0), "kernel_shape"), ElementsAre(2, 2));
    EXPECT_EQ(string_attribute(pool->node(0), "auto_pad"), "SAME_UPPER");
}

TEST(Attributes, TextsAreShort) {
    ModelBuilder b;
    b.node("Constant", {}, {"c"}, {{"value_floats", std::vector<float>(20, 0.5F)}}).node("Relu", {"c"}, {"y"});
    b.node("Constant", {}, {"d"}, {{"value", test::tensor_proto("", random_floats(6, 1), {2, 3})}});
    b.output("y", ElementType::float32, {20});
    const ModelPtr model = make_model(b.build());
    EXPECT_EQ(attribute_texts(model->node(0))[0].value, "[0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, … 20 in all]");
    EXPECT_EQ(attribute_texts(model->node(2))[0].value, "float32[2,3]");
    EXPECT_EQ(attribute_texts(model->node(2))[0].name, "value");
}

std::string title(const ModelPtr& model) { return title_of(*model, 0); }

TEST(Titles, SayTheFormOfTheNode) {
    EXPECT_EQ(title(one_node("Conv", {1, 3, 8, 8}, {{4, 3, 3, 3}}, {{"strides", {2, 2}}})), "Conv 3×3 /2");
    EXPECT_EQ(title(one_node("Conv", {1, 4, 8, 8}, {{4, 1, 3, 3}}, {{"group", 4}})), "DwConv 3×3");
    EXPECT_EQ(title(one_node("Conv", {1, 4, 8, 8}, {{4, 2, 1, 3}}, {{"group", 2}, {"strides", {2, 1}}})), "GroupConv 1×3 /2×1");
    EXPECT_EQ(title(one_node("MaxPool", {1, 4, 8, 8}, {}, {{"kernel_shape", {2, 2}}, {"strides", {2, 2}}})), "MaxPool 2×2 /2");
    EXPECT_EQ(title(one_node("Gemm", {2, 8}, {{4, 8}}, {{"transB", 1}})), "Gemm 8→4");
    EXPECT_EQ(title(one_node("MatMul", {2, 8}, {{8, 4}}, {})), "MatMul 8→4");
    EXPECT_EQ(title(one_node("LSTM", {6, 1, 3}, {{2, 16, 3}, {2, 16, 4}}, {{"hidden_size", 4}, {"direction", "bidirectional"}})), "BiLSTM 3→4");
    EXPECT_EQ(title(one_node("Relu", {2}, {}, {})), "Relu");
}

TEST(Weights, StoredCodesAreShownWithTheirScaleAndNotTheScales) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 4}).output("y", ElementType::float32, {1, 4});
    b.initializer(tensor_proto("q", ElementType::int8, std::string(16, '\3'), {4, 4})).initializer("s", std::vector<float>{0.1F, 0.2F, 0.3F, 0.4F}, {4});
    b.node("DequantizeLinear", {"q", "s"}, {"w"}, {{"axis", 1}}).node("MatMul", {"x", "w"}, {"m"});
    b.node("Transpose", {"v"}, {"t"})
        .initializer("v", std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}, {4, 4})
        .node("MatMul", {"m", "t"}, {"y"});
    const ModelPtr model = make_model(b.build());
    for (const NodeId id : {0, 1}) {
        const std::vector<Weight> weights = weights_of(*model, id);
        ASSERT_EQ(weights.size(), 1U);
        EXPECT_EQ(weights[0].tensor->name, "q");
        ASSERT_NE(weights[0].scale, nullptr);
        EXPECT_EQ(weights[0].scale->name, "s");
        EXPECT_EQ(weights[0].channel_axis, 1);
    }
    EXPECT_TRUE(weights_of(*model, 3).empty());
    const std::vector<Weight> computed = weights_of(*model, 3, ComputedWeights::included);
    ASSERT_EQ(computed.size(), 1U);
    EXPECT_EQ(to_floats(*computed[0].tensor)[1], 5.F);
}

TEST(Weights, FourBitCodesAreUnpacked) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 32}).output("y", ElementType::float32, {1, 2}).domain("com.microsoft", 1);
    b.initializer(tensor_proto("q", ElementType::uint8, std::string(32, '\x21'), {2, 1, 16})).initializer("s", std::vector<float>{0.1F, 0.2F}, {2});
    b.node("MatMulNBits", {"x", "q", "s"}, {"y"}, {{"K", 32}, {"N", 2}, {"bits", 4}, {"block_size", 32}}, "", "com.microsoft");
    const ModelPtr model = make_model(b.build());
    const std::vector<Weight> weights = weights_of(*model, 0);
    ASSERT_EQ(weights.size(), 1U);
    const std::vector<float> values = to_floats(*weights[0].tensor);
    ASSERT_EQ(values.size(), 64U);
    EXPECT_EQ(values[0], 1.F);
    EXPECT_EQ(values[1], 2.F);
}

}  // namespace
}  // namespace vernier
