// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/check_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "core/quant/quantize.h"
#include "tests/flow/masked_scores.h"
#include "tests/flow/planted.h"
#include "tests/runtime/runtime_fixture.h"
#include "tests/support/made_dataset.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using namespace test;

DatasetPtr data_of(std::vector<std::int64_t> dims, std::vector<float> row_sizes = {}) {
    return std::make_shared<MadeDataset>(0, 8, [dims, row_sizes](Split, std::uint64_t index) {
        Sample sample;
        std::vector<float> values = random_floats(element_count(dims), index + 1);
        for (std::size_t i = 0; i < values.size() && !row_sizes.empty(); ++i)
            values[i] *= row_sizes[i / static_cast<std::size_t>(dims.back()) % row_sizes.size()];
        sample.inputs["x"] = float_tensor(values, dims);
        return sample;
    });
}

CheckedFile check(const onnx::ModelProto& reference, const onnx::ModelProto& quantized, const DatasetPtr& data) {
    return check_models(Runtime::load(), {make_model(reference), make_model(quantized), data}, {});
}

std::string told(const CheckedFile& checked) {
    std::string text;
    for (const Fault& fault : checked.faults) text += fault.code + " at " + fault.label + ": " + fault.text + "\n";
    return text;
}

bool has(const CheckedFile& checked, const std::string& code, const std::string& node) {
    return std::any_of(checked.faults.begin(), checked.faults.end(),
                       [&](const Fault& fault) { return fault.code == code && fault.label == node && !fault.remedy.empty(); });
}

CheckedFile check_planted(const Planted& planted, bool tiny = false) {
    const SmallWeights weights(tiny);
    return check(small_net(weights), PlantedFile(weights, planted).build(), data_of({1, 4, 6, 6}));
}

TEST(CheckFile, ACleanFileHasNoFaults) {
    const CheckedFile checked = check_planted({});
    EXPECT_TRUE(checked.faults.empty()) << told(checked);
    EXPECT_EQ(checked.twins.found, checked.twins.counted);
    ASSERT_EQ(checked.outputs.size(), 1u);
    EXPECT_GT(checked.outputs[0].sqnr_db, 25);
}

TEST(CheckFile, ACleanFileWithOtherNamesHasNoFaults) {
    const CheckedFile checked = check_planted({.named = false});
    EXPECT_TRUE(checked.faults.empty()) << told(checked);
    EXPECT_EQ(checked.twins.found, checked.twins.counted);
}

TEST(CheckFile, NamesASaturatedScale) {
    const CheckedFile checked = check_planted({.last_scale = 0.02});
    EXPECT_TRUE(has(checked, "saturated-scale", "conv2")) << told(checked);
}

TEST(CheckFile, NamesASaturatedInputAtItsReader) {
    const CheckedFile checked = check_planted({.input_scale = 0.05});
    EXPECT_TRUE(has(checked, "saturated-scale", "conv1")) << told(checked);
}

TEST(CheckFile, NamesASaturatedWeight) {
    const CheckedFile checked = check_planted({.weight_scale = 0.1});
    EXPECT_TRUE(has(checked, "saturated-scale", "conv2")) << told(checked);
}

TEST(CheckFile, NamesADeadOutput) {
    const CheckedFile checked = check_planted({.last_scale = 5000});
    EXPECT_TRUE(has(checked, "dead-output", "conv2")) << told(checked);
}

TEST(CheckFile, NamesAFloatNodeThatTheRuntimeQuantizes) {
    const CheckedFile checked = check_planted({.float_weight = true});
    EXPECT_TRUE(has(checked, "float-node-quantized", "conv2")) << told(checked);
}

TEST(CheckFile, NamesAMissedFusion) {
    const CheckedFile checked = check_planted({.no_quantize = true});
    EXPECT_TRUE(has(checked, "missed-fusion", "conv2")) << told(checked);
}

TEST(CheckFile, NamesAWrongBiasScale) {
    const CheckedFile checked = check_planted({.bias_scale = 4});
    EXPECT_TRUE(has(checked, "wrong-bias-scale", "conv2")) << told(checked);
}

TEST(CheckFile, NamesAWeightOnAWrongAxis) {
    const CheckedFile by_attribute = check_planted({.weight_axis = 1});
    EXPECT_TRUE(has(by_attribute, "wrong-axis", "conv2")) << told(by_attribute);
    const CheckedFile by_values = check_planted({.swapped_scales = true});
    EXPECT_TRUE(has(by_values, "wrong-axis", "conv2")) << told(by_values);
}

TEST(CheckFile, NamesWhereTheLevelsPart) {
    const CheckedFile checked = check_planted({.float_bias = true}, true);
    EXPECT_TRUE(has(checked, "levels-differ", "conv2")) << told(checked);
    EXPECT_THAT(told(checked), testing::HasSubstr("This node is the first that does"));
    EXPECT_THAT(told(checked),
                testing::HasSubstr("int32 codes of its float bias, with the scale of input times weight: 1 of 4 numbers do not fit (channel 0: 2 in"));
}

TEST(CheckFile, NamesAnOpsetThatGivesAnotherMeaning) {
    const auto softmax_net = [](int opset) {
        ModelBuilder b(opset);
        b.input("x", ElementType::float32, {1, 4, 8}).output("y", ElementType::float32, {1, 4, 8});
        b.node("Relu", {"x"}, {"r"}, {}, "relu");
        b.node("Softmax", {"r"}, {"y"}, {}, "softmax");
        return b.build();
    };
    const CheckedFile checked = check(softmax_net(11), softmax_net(13), data_of({1, 4, 8}));
    EXPECT_TRUE(has(checked, "opset", "softmax")) << told(checked);
    EXPECT_TRUE(check(softmax_net(13), softmax_net(13), data_of({1, 4, 8})).faults.empty());
}

TEST(CheckFile, NamesMaskedScoresAsTheFirstPlace) {
    const CheckedFile checked = check(scores_net(false), scores_net(true), data_of({1, 4, 8}));
    ASSERT_FALSE(checked.faults.empty());
    EXPECT_EQ(checked.faults[0].code, "masked-scores-quantized") << told(checked);
    EXPECT_EQ(checked.faults[0].label, "add_mask");
    ASSERT_TRUE(checked.way.first);
    EXPECT_EQ(checked.reference->node(checked.way.first->node).label, "add_mask");
}

onnx::ModelProto norm_net(bool with_codes) {
    ModelBuilder b(13);
    b.input("x", ElementType::float32, {1, 4, 16}).output("y", ElementType::float32, {1, 4, 16});
    b.initializer("two", std::vector<float>{2}, {}).initializer("epsilon", std::vector<float>{1e-9f}, {});
    b.node("ReduceMean", {"x"}, {"mean"}, {{"axes", {-1}}}, "mean");
    b.node("Sub", {"x", "mean"}, {"centred"}, {}, "centre");
    b.node("Pow", {"centred", "two"}, {"square"}, {}, "square");
    b.node("ReduceMean", {"square"}, {"variance"}, {{"axes", {-1}}}, "variance");
    if (with_codes) quantized(b, "variance", "variance_dq", 60.0 / 255, 0);
    b.node("Add", {with_codes ? "variance_dq" : "variance", "epsilon"}, {"sum"}, {}, "add_epsilon");
    b.node("Sqrt", {"sum"}, {"root"}, {}, "root");
    b.node("Div", {"centred", "root"}, {"y"}, {}, "divide");
    return b.build();
}

TEST(CheckFile, NamesATakenApartLayerNorm) {
    const CheckedFile checked = check(norm_net(false), norm_net(true), data_of({1, 4, 16}, {10, 0.1f, 3, 0.05f}));
    ASSERT_FALSE(checked.faults.empty());
    EXPECT_EQ(checked.faults[0].code, "layernorm-quantized") << told(checked);
    ASSERT_TRUE(checked.way.first);
}

/// A normalisation that loses rows which are then multiplied by zero, and masked scores behind it.
onnx::ModelProto padded_net(bool with_codes) {
    onnx::ModelProto norm = norm_net(with_codes);
    ModelBuilder b(13);
    b.proto() = norm;
    b.proto().mutable_graph()->clear_output();
    b.output("z", ElementType::float32, {1, 4, 16});
    b.initializer("rows", std::vector<float>{1, 0, 1, 0}, {4, 1});
    std::vector<float> mask(16, 0);
    std::fill(mask.begin() + 10, mask.end(), -1e9f);
    b.initializer("mask", mask, {16});
    b.node("Mul", {"y", "rows"}, {"kept"}, {}, "keep_rows");
    b.node("Add", {"kept", "mask"}, {"masked"}, {}, "add_mask");
    if (with_codes) quantized(b, "masked", "masked_dq", 1e9 / 255, 255);
    b.node("Softmax", {with_codes ? "masked_dq" : "masked"}, {"z"}, {{"axis", -1}}, "softmax");
    return b.build();
}

TEST(CheckFile, WhatNoReaderShowsIsNotTheFirstPlace) {
    const CheckedFile checked = check(padded_net(false), padded_net(true), data_of({1, 4, 16}, {10, 0.1f, 3, 0.05f}));
    ASSERT_FALSE(checked.faults.empty());
    EXPECT_EQ(checked.faults[0].code, "masked-scores-quantized") << told(checked);
    ASSERT_TRUE(checked.way.first);
    EXPECT_EQ(checked.reference->node(checked.way.first->node).label, "add_mask");
}

/// The same, where the lost rows are mixed with others before they are multiplied by zero: readers show the noise, the outputs do not.
onnx::ModelProto mixed_net(bool with_codes) {
    ModelBuilder b(13);
    b.proto() = norm_net(with_codes);
    b.proto().mutable_graph()->clear_output();
    b.output("z", ElementType::float32, {1, 4, 16});
    b.initializer("w", random_floats(256, 5, -0.3f, 0.3f), {16, 16}).initializer("rows", std::vector<float>{1, 0, 1, 0}, {4, 1});
    std::vector<float> mask(16, 0);
    std::fill(mask.begin() + 10, mask.end(), -1e9f);
    b.initializer("mask", mask, {16});
    b.node("MatMul", {"y", "w"}, {"mixed"}, {}, "mix");
    b.node("Tanh", {"mixed"}, {"bent"}, {}, "bend");
    b.node("Mul", {"bent", "rows"}, {"kept"}, {}, "keep_rows");
    b.node("Add", {"kept", "mask"}, {"masked"}, {}, "add_mask");
    if (with_codes) quantized(b, "masked", "masked_dq", 1e9 / 255, 255);
    b.node("Softmax", {with_codes ? "masked_dq" : "masked"}, {"z"}, {{"axis", -1}}, "softmax");
    return b.build();
}

TEST(CheckFile, WhatReachesNoOutputIsNotTheFirstPlace) {
    const CheckedFile checked = check(mixed_net(false), mixed_net(true), data_of({1, 4, 16}, {10, 0.1f, 10, 0.05f}));
    ASSERT_FALSE(checked.faults.empty());
    EXPECT_EQ(checked.faults[0].code, "masked-scores-quantized") << told(checked);
    ASSERT_TRUE(checked.way.first);
    EXPECT_TRUE(checked.way.by_reach);
    EXPECT_EQ(checked.reference->node(checked.way.first->node).label, "add_mask");
    EXPECT_LT(checked.way.first->outputs_db(), 20);
    for (const Parting& parting : checked.way.partings) {
        const std::string& label = checked.reference->node(parting.node).label;
        if (label == "add_mask" || label == "softmax" || !parting.reach) continue;
        EXPECT_LT(*parting.reach, 0.003) << label;
    }
}

TEST(CheckFile, AVarianceWithoutStepsIsBlamedBeforeTheRootThatBreaksOfIt) {
    const CheckedFile checked = check(norm_net(false), norm_net(true), data_of({1, 4, 16}, {10, 0.1f, 3, 0.05f}));
    ASSERT_TRUE(checked.way.first);
    EXPECT_TRUE(checked.way.by_reach);
    EXPECT_EQ(checked.reference->node(checked.way.first->node).label, "variance");
    EXPECT_LT(checked.way.first->outputs_db(), 10) << "of a row of four that is lost";
}

TEST(CheckFile, AFactorThatIsPartOfAnIntegerWeightIsNoFault) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {8, 32}).output("y", ElementType::float32, {8, 16});
    b.initializer("w1", random_floats(32 * 32, 1), {32, 32}).initializer("b1", random_floats(32, 2), {32});
    b.initializer("w2", random_floats(32 * 16, 3), {32, 16}).initializer("b2", random_floats(16, 4), {16});
    b.node("Gemm", {"x", "w1", "b1"}, {"h"}, {{"alpha", 3.F}, {"transB", 1}}, "first").node("Relu", {"h"}, {"r"}, {}, "relu");
    b.node("Gemm", {"r", "w2", "b2"}, {"y"}, {{"alpha", -0.5F}}, "second");
    const ModelPtr model = make_model(b.build());
    const DatasetPtr data = data_of({8, 32});
    Recipe recipe;
    recipe.default_method = Method::int8_static;
    QuantizeOptions options;
    options.time_prefix = false;
    const auto calibrating = std::make_shared<MadeDataset>(8, 8, [&](Split, std::uint64_t index) { return data->load(Split::validation, index); });
    const Quantized quantized = quantize({Runtime::load(), model, recipe, calibrating, options}, {});
    ASSERT_GE(quantized.plan.count(Method::int8_static), 2U);
    const CheckedFile checked = check(model->proto(), *quantized.proto, data);
    EXPECT_TRUE(checked.faults.empty()) << told(checked);
}

TEST(CheckFile, AnFp32FileThatDoesNotRunIsNoFaultOfTheOther) {
    const SmallWeights weights(false);
    onnx::ModelProto reference = small_net(weights);
    reference.mutable_graph()->mutable_node(0)->set_domain("nowhere");
    reference.add_opset_import()->set_domain("nowhere");
    reference.mutable_opset_import(reference.opset_import_size() - 1)->set_version(1);
    try {
        (void)check(reference, PlantedFile(weights, {}).build(), data_of({1, 4, 6, 6}));
        FAIL() << "nothing was thrown";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::bad_model);
        EXPECT_THAT(error.line(), testing::HasSubstr("cannot be run, so that no file can be held against it"));
    }
}

TEST(CheckFile, SaysInItsDocumentWhatWasFound) {
    const Json json = to_json(check_planted({.bias_scale = 4}));
    ASSERT_FALSE(json.at("faults").empty());
    for (const char* key : {"code", "node", "text", "remedy"}) EXPECT_TRUE(json.at("faults")[0].contains(key)) << key;
    EXPECT_EQ(json.at("nodes").at("counted"), json.at("nodes").at("found"));
}

}  // namespace
}  // namespace vernier
