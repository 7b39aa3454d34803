// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "core/quant/quantize.h"
#include "tests/quant/run_fixture.h"
#include "tests/support/made_dataset.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using namespace test;
using testing::HasSubstr;

const Method kWeightOnly = *method_from_id("int8-weight-only");

Quantized weight_only(const ModelPtr& model, const std::vector<Rule>& rules = {}, bool per_channel = true) {
    Recipe recipe;
    recipe.default_method = kWeightOnly;
    recipe.per_channel = per_channel;
    recipe.rules = rules;
    return quantize({runtime(), model, recipe, nullptr}, {});
}

/// SQNR against the opened model on random inputs of a shape.
double kept_db(const ModelPtr& model, const Quantized& result, const std::vector<std::int64_t>& dims) {
    const std::map<std::string, Tensor> inputs{{"x", tensor_of(ElementType::float32, random_floats(element_count(dims), 99), dims)}};
    return sqnr_db(first_output(model->proto(), inputs), first_output(*result.proto, inputs));
}

std::size_t bytes_of(const onnx::ModelProto& proto, int type) {
    std::size_t bytes = 0;
    for (const auto& tensor : proto.graph().initializer())
        if (tensor.data_type() == type) bytes += tensor.raw_data().size();
    return bytes;
}

/// Conv, BatchNormalization, Relu, depthwise Conv, Conv, Gemm: weights of 16x3x3x3, 16x1x3x3, 32x16x3x3 and 10x32.
ModelPtr conv_net() {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 3, 12, 12}).output("y", ElementType::float32, {1, 10});
    b.initializer("w1", random_floats(16 * 3 * 9, 1), {16, 3, 3, 3}).initializer("w2", random_floats(16 * 9, 2), {16, 1, 3, 3});
    b.initializer("w3", random_floats(32 * 16 * 9, 3), {32, 16, 3, 3}).initializer("w4", random_floats(10 * 32, 4), {10, 32});
    b.initializer("gamma", random_floats(16, 5, 0.5F, 2), {16}).initializer("beta", random_floats(16, 6), {16});
    b.initializer("mean", random_floats(16, 7), {16}).initializer("variance", random_floats(16, 8, 0.5F, 2), {16});
    b.initializer("bias", random_floats(32, 9), {32});
    b.node("Conv", {"x", "w1"}, {"c1"}, {{"pads", {1, 1, 1, 1}}}).node("BatchNormalization", {"c1", "gamma", "beta", "mean", "variance"}, {"n1"});
    b.node("Relu", {"n1"}, {"r1"}).node("Conv", {"r1", "w2"}, {"c2"}, {{"group", 16}, {"pads", {1, 1, 1, 1}}});
    b.node("Conv", {"c2", "w3", "bias"}, {"c3"}).node("Relu", {"c3"}, {"r3"}).node("GlobalAveragePool", {"r3"}, {"p"}).node("Flatten", {"p"}, {"f"});
    b.node("Gemm", {"f", "w4"}, {"y"}, {{"transB", 1}});
    return make_model(b.build());
}

TEST(Int8WeightOnly, StoresWeightsInEightBitsAndKeepsWhatANetworkSays) {
    const ModelPtr model = conv_net();
    const Quantized result = weight_only(model);
    EXPECT_GT(kept_db(model, result, {1, 3, 12, 12}), 30);
    EXPECT_EQ(bytes_of(*result.proto, onnx::TensorProto::INT8), 16U * 27 + 16 * 9 + 32 * 16 * 9 + 10 * 32);
    EXPECT_LE(bytes_of(*result.proto, onnx::TensorProto::FLOAT), 4U * (16 + 16 + 32 + 10 + 16 + 32)) << "scales and biases only";
    EXPECT_EQ(op_counts(*result.proto).at("DequantizeLinear"), 4);
    EXPECT_FALSE(op_counts(*result.proto).contains("QuantizeLinear")) << "activations stay float";
    EXPECT_FALSE(op_counts(*result.proto).contains("BatchNormalization")) << "in the weights of its Conv";
    EXPECT_EQ(result.plan.count(kWeightOnly), 5U);
    const auto& findings = result.findings;
    EXPECT_TRUE(std::any_of(findings.begin(), findings.end(), [](const Finding& finding) { return finding.code == "weights-dequantized"; }));
}

TEST(Int8WeightOnly, OneScaleATensorIsPossibleToo) {
    const ModelPtr model = conv_net();
    const Quantized result = weight_only(model, {}, false);
    EXPECT_GT(kept_db(model, result, {1, 3, 12, 12}), 25);
    for (const auto& node : result.proto->graph().node()) {
        if (node.op_type() != "DequantizeLinear") continue;
        EXPECT_EQ(node.attribute_size(), 0) << node.name();
    }
}

TEST(Int8WeightOnly, ProductsOfAnyRankAndSideAndRecurrentLayers) {
    const auto weights = [](std::size_t count, std::uint64_t seed) { return random_floats(count, seed, -0.3F, 0.3F); };
    ModelBuilder b;
    b.input("x", ElementType::float32, {5, 2, 16}).output("y", ElementType::float32, {24, 24});
    b.initializer("w", weights(16 * 32, 1), {16, 32}).initializer("stack", weights(5 * 32 * 16, 2), {5, 32, 16});
    b.initializer("wi", weights(48 * 16, 3), {1, 48, 16}).initializer("wr", weights(48 * 12, 4), {1, 48, 12});
    b.initializer("left", weights(24 * 5, 5), {24, 5}).initializer("rows", std::vector<std::int64_t>{5, 24}, {2});
    b.node("MatMul", {"x", "w"}, {"m"}).node("Tanh", {"m"}, {"t"}).node("MatMul", {"t", "stack"}, {"s"});
    b.node("LSTM", {"s", "wi", "wr"}, {"l"}, {{"hidden_size", 12}}).node("Reshape", {"l", "rows"}, {"r"}).node("MatMul", {"left", "r"}, {"y"});
    const ModelPtr model = make_model(b.build());
    const Quantized result = weight_only(model);
    EXPECT_GT(kept_db(model, result, {5, 2, 16}), 30);
    EXPECT_EQ(result.plan.count(kWeightOnly), 4U);
    EXPECT_EQ(bytes_of(*result.proto, onnx::TensorProto::INT8), 16U * 32 + 5 * 32 * 16 + 48 * 16 + 48 * 12 + 24 * 5);
}

/// With samples: of what a single layer's outputs lose on average nothing is left, whatever bias it had. They are too few to hold it against
/// the layer without (choose_rounding).
TEST(Int8WeightOnly, SamplesGiveBackWhatRoundingTakesOnAverage) {
    const auto data = std::make_shared<MadeDataset>(12, 0, [](Split, std::uint64_t index) {
        Sample sample;
        sample.inputs["x"] = tensor_of(ElementType::float32, random_floats(6 * 8, index + 3, 0.F, 4.F), {8, 6});
        return sample;
    });
    const auto weights = random_floats(6 * 5, 1, -0.3F, 0.3F), bias = random_floats(5, 2);
    const auto layer = [&](int form) {
        ModelBuilder b;
        b.input("x", ElementType::float32, {8, 6}).output("y", ElementType::float32, {8, 5});
        b.initializer("w", weights, {6, 5}).initializer("b", bias, form == 1 ? Dims{1, 5} : Dims{5}).initializer("one", std::vector<float>{0.5F}, {1});
        if (form == 0) b.node("Gemm", {"x", "w"}, {"y"}, {{"alpha", 2.F}});
        if (form == 1) b.node("Gemm", {"x", "w", "b"}, {"y"}, {{"beta", 0.5F}});
        if (form == 2) b.node("Gemm", {"x", "w", "one"}, {"y"});
        if (form == 3) b.node("MatMul", {"x", "w"}, {"m"}).node("Add", {"b", "m"}, {"y"});
        if (form == 4)
            b.initializer("image", std::vector<std::int64_t>{8, 6, 1}, {3})
                .initializer("flat", std::vector<std::int64_t>{8, 5}, {2})
                .node("Reshape", {"x", "image"}, {"i"})
                .initializer("k", weights, {5, 6, 1})
                .node("Conv", {"i", "k"}, {"c"})
                .node("Reshape", {"c", "flat"}, {"y"});
        return make_model(b.build());
    };
    const auto worst_mean = [&](const ModelPtr& model, const Quantized& result) {
        const auto fp32 = open_proto(model->proto()), other = open_proto(*result.proto);
        std::vector<double> sums(5, 0);
        for (std::uint64_t i = 0; i < 12; ++i) {
            const auto inputs = load_run(*data, Split::calibration, std::vector<std::uint64_t>{i});
            const auto x = fp32->run(inputs), y = other->run(inputs);
            for (std::size_t k = 0; k < 40; ++k) sums[k % 5] += (x[0].as<float>()[k] - y[0].as<float>()[k]) / 96;
        }
        return std::fabs(*std::max_element(sums.begin(), sums.end(), [](double a, double b) { return std::fabs(a) < std::fabs(b); }));
    };
    for (const int form : {0, 1, 2, 3, 4}) {
        const ModelPtr model = layer(form);
        Recipe recipe;
        recipe.default_method = kWeightOnly;
        recipe.per_channel = false;
        const Quantized mended = quantize({runtime(), model, recipe, data}, {}), plain = quantize({runtime(), model, recipe, nullptr}, {});
        ASSERT_GT(mended.plan.count(kWeightOnly), 0U) << form;
        // What the runtime makes of a MatMul, and of a Gemm without factors, rounds its activations as well (MatMulNBits).
        EXPECT_LT(worst_mean(model, mended), (form == 2 || form == 3 ? 0.5 : 0.05) * worst_mean(model, plain)) << form;
    }
}

TEST(Int8WeightOnly, SaysWhyANodeStays) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {4, 8}).output("y", ElementType::float32, {4, 4}).output("z", ElementType::float32, {4, 1});
    b.initializer("w", random_floats(8 * 8, 1), {8, 8}).initializer("tied", random_floats(8 * 4, 2), {8, 4}).initializer("thin", random_floats(4, 3), {4, 1});
    b.initializer("narrow", random_floats(4, 4), {1, 4});
    b.node("MatMul", {"x", "w"}, {"a"}).node("Relu", {"a"}, {"r"}).node("MatMul", {"r", "tied"}, {"y"});
    b.node("Transpose", {"y"}, {"t"}).node("MatMul", {"y", "t"}, {"p"}).node("MatMul", {"p", "thin"}, {"q"}).node("MatMul", {"q", "narrow"}, {"n"});
    b.node("Mul", {"tied", "tied"}, {"square"}).node("ReduceMean", {"square"}, {"m"}).node("Add", {"n", "m"}, {"z4"}).node("MatMul", {"z4", "thin"}, {"z"});
    const ModelPtr model = make_model(b.build());
    const Plan plan = weight_only(model).plan;
    const auto why = [&](NodeId node) { return plan.nodes[static_cast<std::size_t>(node)].why; };
    EXPECT_EQ(plan.nodes[0].applied, kWeightOnly);
    EXPECT_THAT(why(1), HasSubstr("it has no weight"));
    EXPECT_THAT(why(2), HasSubstr("read in float elsewhere"));
    EXPECT_THAT(why(4), HasSubstr("computed, not constant"));
    EXPECT_THAT(why(6), HasSubstr("no fewer bytes"));
}

/// Between nodes in INT8 static the runtime would make an integer kernel of a Conv whose weight comes from DequantizeLinear.
TEST(Int8WeightOnly, ANodeBetweenIntegerOnesComputesInFloat) {
    const ModelPtr model = conv_net();
    Recipe recipe;
    recipe.default_method = Method::int8_static;
    recipe.rules.push_back({"#3", kWeightOnly, {}});
    QuantizeOptions options;
    options.time_prefix = false;
    const auto data = std::make_shared<MadeDataset>(12, 2, [](Split, std::uint64_t index) {
        Sample sample;
        sample.inputs["x"] = tensor_of(ElementType::float32, random_floats(3 * 12 * 12, index + 11), {1, 3, 12, 12});
        return sample;
    });
    const Quantized result = quantize({runtime(), model, recipe, data, options}, {});
    EXPECT_EQ(result.plan.nodes[3].applied, kWeightOnly);
    EXPECT_GT(kept_db(model, result, {1, 3, 12, 12}), 25);
    auto ran = executed_ops(*result.proto);
    EXPECT_EQ(ran["QLinearConv"], 2);
    EXPECT_EQ(ran["Conv"] + ran["FusedConv"], 1);
}

}  // namespace
}  // namespace vernier
