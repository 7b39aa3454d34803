// SPDX-License-Identifier: GPL-3.0-or-later
// Weights in 4 bits of nodes that read floats: what is written, decoded here by hand, is what they compute with.
#include "core/quant/methods/int4_parts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/model/precision.h"
#include "core/quant/quantize.h"
#include "tests/quant/run_fixture.h"
#include "tests/support/made_dataset.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using namespace test;
using testing::HasSubstr;

const Method kInt4 = *method_from_id("int4-weight-only");

Quantized int4(const ModelPtr& model, const WeightCodes& weights = {}) {
    Recipe recipe;
    recipe.default_method = kInt4;
    recipe.weights = weights;
    return quantize({runtime(), model, recipe, nullptr}, {});
}

const onnx::TensorProto& tensor(const onnx::ModelProto& proto, const std::string& name) {
    for (const auto& each : proto.graph().initializer())
        if (each.name() == name) return each;
    ADD_FAILURE() << name << " is no initializer";
    return proto.graph().initializer(0);
}

int code_at(const onnx::TensorProto& tensor, std::size_t at) {
    const int code = static_cast<unsigned char>(tensor.raw_data()[at / 2]) >> (at % 2 * 4) & 15;
    return tensor.data_type() == onnx::TensorProto::INT4 && code > 7 ? code - 16 : code;
}

/// The weight that a DequantizeLinear makes of codes [parts, size], scales and zero points of each part.
std::vector<float> decoded(const onnx::ModelProto& proto, const onnx::NodeProto& node) {
    const auto &codes = tensor(proto, node.input(0)), &scales = tensor(proto, node.input(1));
    const auto size = static_cast<std::size_t>(codes.dims(1)), count = static_cast<std::size_t>(codes.dims(0)) * size;
    EXPECT_EQ(codes.raw_data().size(), (count + 1) / 2);
    EXPECT_EQ(scales.dims(0), codes.dims(0));
    const auto* scale = reinterpret_cast<const float*>(scales.raw_data().data());
    std::vector<float> weight(count);
    for (std::size_t i = 0; i < count; ++i) {
        const int zero = node.input_size() > 2 ? code_at(tensor(proto, node.input(2)), i / size) : 0;
        weight[i] = scale[i / size] * static_cast<float>(code_at(codes, i) - zero);
    }
    return weight;
}

/// The model with the weights that the written file decodes to, by the names that they had.
onnx::ModelProto with_decoded(onnx::ModelProto model, const onnx::ModelProto& written) {
    for (const auto& node : written.graph().node()) {
        if (node.op_type() != "DequantizeLinear") continue;
        const std::string name = node.input(0).substr(0, node.input(0).find("_4bit"));
        const auto weight = decoded(written, node);
        for (auto& initializer : *model.mutable_graph()->mutable_initializer())
            if (initializer.name() == name) initializer.set_raw_data(weight.data(), weight.size() * sizeof(float));
    }
    return model;
}

/// Groups, dilations, rows that no block of 32 divides, an odd number of codes; a transposed one; both weights of a recurrent node.
ModelPtr net(int opset) {
    ModelBuilder b(opset, opset >= 21 ? 10 : 8);
    b.input("x", ElementType::float32, {1, 6, 9, 9}).output("y", ElementType::float32, {9, 1, 1, 5}).output("h", ElementType::float32, {1, 1, 5});
    const auto weight = [&](const std::string& name, const Dims& dims) { b.initializer(name, normal_floats(element_count(dims), 3, 0, 0.2F), dims); };
    weight("wa", {15, 2, 3, 3}), weight("wb", {15, 7, 1, 1}), weight("wi", {1, 20, 63}), weight("wr", {1, 20, 5});
    b.initializer("rows", std::vector<std::int64_t>{9, 1, 63}, {3});
    b.node("Conv", {"x", "wa"}, {"a"}, {{"group", 3}, {"pads", {1, 1, 1, 1}}}, "conv").node("Relu", {"a"}, {"r"});
    b.node("ConvTranspose", {"r", "wb"}, {"t"}, {}, "up").node("Reshape", {"t", "rows"}, {"s"});
    b.node("LSTM", {"s", "wi", "wr"}, {"y", "h"}, {{"hidden_size", 5}}, "lstm");
    return make_model(b.build());
}

TEST(Int4Parts, HaveTheDivisorNearestToTheBlock) {
    EXPECT_EQ(part_size(288, 32), 32U);
    EXPECT_EQ(part_size(27, 32), 27U);
    EXPECT_EQ(part_size(9, 64), 9U);
    EXPECT_EQ(part_size(144, 32), 36U);
    EXPECT_EQ(part_size(4096, 128), 128U);
    EXPECT_EQ(part_size(3, 32), 0U);
    EXPECT_EQ(part_size(131, 32), 0U) << "a prime beyond the longest part";
    EXPECT_EQ(part_size(262, 32), 0U);
}

TEST(Int4Parts, NodesComputeWithWhatTheCodesSay) {
    for (const int opset : {9, 17, 21}) {
        const ModelPtr model = net(opset);
        const std::map<std::string, Tensor> inputs = {{"x", tensor_of(ElementType::float32, random_floats(6 * 81, 9), {1, 6, 9, 9})}};
        for (const bool zero_points : {false, true}) {
            const Quantized result = int4(model, {"fitted", 32, zero_points});
            EXPECT_EQ(result.plan.count(kInt4), 3U);
            auto ops = op_counts(*result.proto);
            EXPECT_EQ(ops["DequantizeLinear"], 4);
            EXPECT_EQ(result.proto->ir_version(), 10);
            const auto said = first_output(*result.proto, inputs), by_hand = first_output(with_decoded(model->proto(), *result.proto), inputs);
            EXPECT_GT(sqnr_db(by_hand, said), 100) << opset << zero_points;
            EXPECT_GT(sqnr_db(first_output(model->proto(), inputs), said), 12) << opset << zero_points;
        }
    }
}

/// What a convolution loses on average, over all positions of its outputs, is given back by a bias that it may not have had.
TEST(Int4Parts, SamplesGiveBackWhatRoundingTakesOnAverage) {
    struct Form {
        std::string op;
        Dims weight;
        Attrs attributes;
    };
    const std::vector<Form> forms = {
        {"Conv", {8, 3, 3, 3}, {{"group", 2}, {"pads", {1, 1, 1, 1}}, {"strides", {2, 1}}}},
        {"ConvTranspose", {6, 4, 3, 3}, {{"strides", {2, 2}}, {"pads", {1, 0, 0, 1}}, {"output_padding", {1, 0}}}},
        {"ConvTranspose", {6, 2, 2, 4}, {{"group", 3}, {"strides", {3, 1}}, {"dilations", {1, 2}}}},
    };
    const auto data = std::make_shared<MadeDataset>(24, 0, [](Split, std::uint64_t index) {
        Sample sample;
        sample.inputs["x"] = tensor_of(ElementType::float32, random_floats(6 * 49, index + 3, 1.F, 3.F), {1, 6, 7, 7});
        return sample;
    });
    for (const Form& form : forms) {
        ModelBuilder b;
        b.input("x", ElementType::float32, {1, 6, 7, 7}).output("y", ElementType::float32, {1, "c", "h", "w"});
        b.initializer("w", normal_floats(element_count(form.weight), 3, 0.1F, 0.2F), form.weight).node(form.op, {"x", "w"}, {"y"}, form.attributes);
        const ModelPtr model = make_model(b.build());
        Recipe recipe;
        recipe.default_method = kInt4;
        const auto worst_mean = [&](const DatasetPtr& samples) {
            const Quantized result = quantize({runtime(), model, recipe, samples}, {});
            const auto fp32 = open_proto(model->proto()), other = open_proto(*result.proto);
            std::vector<double> sums;
            for (std::uint64_t i = 0; i < 24; ++i) {
                const auto inputs = load_run(*data, Split::calibration, std::vector<std::uint64_t>{i});
                const auto x = fp32->run(inputs), y = other->run(inputs);
                sums.resize(static_cast<std::size_t>(x[0].dims[1]), 0.0);
                const std::size_t plane = x[0].count() / sums.size();
                for (std::size_t k = 0; k < x[0].count(); ++k) sums[k / plane] += (double(x[0].as<float>()[k]) - y[0].as<float>()[k]) / double(24 * plane);
            }
            double worst = 0;
            for (const double sum : sums) worst = std::max(worst, std::fabs(sum));
            return worst;
        };
        EXPECT_LT(worst_mean(data), 0.05 * worst_mean(nullptr)) << form.op << form.weight[1];
    }
}

/// The bias of gates [directions, 2 * gates] takes what the weight of the input loses at the mean of the input, in front of that of the state.
TEST(Int4Parts, GatesGetBackWhatTheWeightOfTheInputLoses) {
    const auto data = std::make_shared<MadeDataset>(16, 0, [](Split, std::uint64_t index) {
        Sample sample;
        sample.inputs["x"] = tensor_of(ElementType::float32, random_floats(5 * 8, index + 3, 0.F, 2.F), {5, 1, 8});
        return sample;
    });
    std::vector<double> mean(8, 0);
    for (std::uint64_t i = 0; i < 16; ++i) {
        const auto x = random_floats(5 * 8, i + 3, 0.F, 2.F);
        for (std::size_t k = 0; k < x.size(); ++k) mean[k % 8] += x[k] / 80.0;
    }
    for (const bool has_bias : {false, true}) {
        ModelBuilder b;
        const auto weight = normal_floats(2 * 12 * 8, 1, 0.1F, 0.3F), bias = random_floats(2 * 24, 2);
        b.input("x", ElementType::float32, {5, 1, 8}).output("y", ElementType::float32, {5, 2, 1, 3});
        b.initializer("w", weight, {2, 12, 8}).initializer("r", normal_floats(2 * 12 * 3, 4), {2, 12, 3}).initializer("b", bias, {2, 24});
        std::vector<std::string> inputs = {"x", "w", "r"};
        if (has_bias) inputs.emplace_back("b");
        b.node("LSTM", inputs, {"y"}, {{"hidden_size", 3}, {"direction", "bidirectional"}});
        const ModelPtr model = make_model(b.build());
        Recipe recipe;
        recipe.default_method = *method_from_id("int8-weight-only");
        const Quantized result = quantize({runtime(), model, recipe, data}, {});
        const auto codes = tensor(*result.proto, "w_s8"), scales = tensor(*result.proto, "w_s8_scale");
        const auto& corrected = tensor(*result.proto, has_bias ? "b_corrected" : "w_bias_corrected");
        ASSERT_EQ(corrected.raw_data().size(), 48 * sizeof(float));
        const auto* got = reinterpret_cast<const float*>(corrected.raw_data().data());
        for (std::size_t row = 0; row < 24; ++row) {
            double lost = 0;
            for (std::size_t i = 0; i < 8; ++i) {
                const float scale = reinterpret_cast<const float*>(scales.raw_data().data())[row % 12];
                lost += mean[i] * (double(weight[row * 8 + i]) - scale * static_cast<float>(static_cast<signed char>(codes.raw_data()[row * 8 + i])));
            }
            const std::size_t at = row / 12 * 24 + row % 12;
            EXPECT_NEAR(got[at], (has_bias ? bias[at] : 0.F) + lost, 1e-5);
            EXPECT_EQ(got[at + 12], has_bias ? bias[at + 12] : 0.F);
        }
    }
}

TEST(Int4Parts, AWrittenFileIsKnownAgain) {
    const Quantized result = int4(net(17));
    const ModelPtr again = make_model(*result.proto);
    std::size_t seen = 0;
    for (const Node& node : again->nodes())
        if (node.op_type == "Conv" || node.op_type == "ConvTranspose" || node.op_type == "LSTM")
            seen += precision_of(*again, node.id) == Precision::int4_weights ? 1 : 0;
    EXPECT_EQ(seen, 3U);
    const Plan plan = int4(again).plan;
    EXPECT_TRUE(plan.changes_nothing());
    for (const Node& node : again->nodes())
        if (node.op_type == "Conv") {
            EXPECT_THAT(plan.nodes[static_cast<std::size_t>(node.id)].why, HasSubstr("stored in integers already"));
        }
}

TEST(Int4Parts, ThatTheFileGetsNoFasterIsSaid) {
    const Quantized result = int4(net(17));
    const auto found = std::find_if(result.findings.begin(), result.findings.end(), [](const Finding& each) { return each.code == "weights-dequantized"; });
    ASSERT_NE(found, result.findings.end());
    EXPECT_THAT(found->text, HasSubstr("INT4 weights of 3 nodes"));
}

/// A depthwise Conv between two others.
ModelPtr depthwise_net(int opset) {
    ModelBuilder b(opset);
    b.input("x", ElementType::float32, {1, 8, 9, 9}).output("y", ElementType::float32, {1, 8, 9, 9});
    const auto weight = [&](const std::string& name, const Dims& dims) { b.initializer(name, normal_floats(element_count(dims), 3, 0, 0.2F), dims); };
    weight("wa", {16, 8, 1, 1}), weight("wd", {16, 1, 3, 3}), weight("wb", {8, 16, 1, 1});
    b.node("Conv", {"x", "wa"}, {"a"}, {}, "in").node("Conv", {"a", "wd"}, {"d"}, {{"group", 16}, {"pads", {1, 1, 1, 1}}}, "deep");
    b.node("Conv", {"d", "wb"}, {"y"}, {}, "out");
    return make_model(b.build());
}

TEST(Int4Parts, DepthwiseConvolutionsHaveEightBitsUnlessTheyAreChosen) {
    const Method int8 = *method_from_id("int8-weight-only");
    const Quantized usual = int4(depthwise_net(17));
    EXPECT_EQ(usual.plan.count(kInt4), 2U);
    EXPECT_EQ(usual.plan.count(int8), 1U);
    const auto said = [](const Quantized& result) {
        return std::any_of(result.findings.begin(), result.findings.end(), [](const Finding& each) { return each.code == "int4-depthwise"; });
    };
    EXPECT_TRUE(said(usual));
    Recipe recipe;
    recipe.default_method = kInt4;
    Rule& rule = recipe.rules.emplace_back();
    rule.select = "depthwise";
    rule.method = kInt4;
    const Quantized chosen = quantize({runtime(), depthwise_net(17), recipe, nullptr}, {});
    EXPECT_EQ(chosen.plan.count(kInt4), 3U);
    EXPECT_FALSE(said(chosen));
    EXPECT_EQ(int4(depthwise_net(11)).plan.count(kInt4), 3U) << "an opset that knows no scale a channel";
}

}  // namespace
}  // namespace vernier
