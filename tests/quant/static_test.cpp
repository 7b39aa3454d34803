// SPDX-License-Identifier: GPL-3.0-or-later
#include <set>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "core/base/error.h"
#include "core/quant/prepare.h"
#include "core/quant/quantize.h"
#include "tests/quant/static_net.h"
#include "tests/support/made_dataset.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using namespace test;

TEST(StaticInt8, AWholeNetRunsInIntegerKernels) {
    const auto model = make_model(small_net().build());
    const Quantized result = run_static(model);
    const auto ran = executed_ops(*result.proto);
    EXPECT_EQ(ran.count("Conv") + ran.count("FusedConv"), 0u);
    EXPECT_EQ(ran.at("QLinearConv"), 3);
    EXPECT_EQ(ran.at("QLinearAdd"), 1);
    EXPECT_EQ(ran.at("QGemm"), 1);
    EXPECT_EQ(ran.count("BatchNormalization") + ran.count("Clip") + ran.count("Relu"), 0u);
    EXPECT_GT(agreement_db(model, result), 25);
}

TEST(StaticInt8, TheHeadStaysFloatAtTheOutput) {
    const Quantized result = run_static(make_model(small_net().build()));
    const auto& nodes = result.proto->graph().node();
    const auto head = std::find_if(nodes.begin(), nodes.end(), [](const auto& n) { return n.name() == "head"; });
    ASSERT_NE(head, nodes.end());
    EXPECT_EQ(head->output(0), "y");
}

TEST(StaticInt8, ANodeLeftInFloatReallyRunsInFloat) {
    const auto model = make_model(small_net().build());
    const Quantized result = run_static(model, {{"name:conv_b", Method::fp32, {}}});
    onnx::ModelProto ran;
    ASSERT_TRUE(ran.ParseFromString(optimized_model(runtime(), *result.proto, {}, {.level = GraphLevel::all})));
    for (const auto& tensor : ran.graph().initializer()) EXPECT_EQ(tensor.name().find("_weight_q"), std::string::npos) << tensor.name();
    const auto ops = op_counts(ran);
    EXPECT_EQ(ops.at("QLinearConv"), 2);
    EXPECT_EQ((ops.contains("Conv") ? ops.at("Conv") : 0) + (ops.contains("FusedConv") ? ops.at("FusedConv") : 0), 1);
    EXPECT_EQ(result.plan.nodes[3].applied, Method::fp32);
    EXPECT_GT(agreement_db(model, result), 25);
}

TEST(StaticInt8, ANodeTriedInFloatLaterNeedsNoRangeThatNobodySaw) {
    const auto model = make_model(small_net().build());
    Recipe recipe;
    recipe.default_method = Method::int8_static;
    QuantizeOptions options;
    options.time_prefix = false;
    const auto data = std::make_shared<RandomData>(std::vector<std::int64_t>{1, 16, 12, 12});
    Quantization quantization({runtime(), model, recipe, data, options}, {});
    const Sample sample = data->load(Split::validation, 0);
    const auto expected = first_output(model->proto(), sample.inputs);
    for (const NodeId node : {2, 4, 6, 7})  // clamps that vanish, and the sum: what they read then needs a range of its own
        EXPECT_GT(sqnr_db(expected, first_output(quantization.emit({node}), sample.inputs)), 25) << node;
    quantization.keep_float({2, 4}, "tried");
    EXPECT_GT(sqnr_db(expected, first_output(*quantization.result().proto, sample.inputs)), 25);
}

TEST(StaticInt8, ABatchNormalizationThatWasChosenForFloatIsNotFolded) {
    const auto model = make_model(small_net().build());
    const Quantized result = run_static(model, {{"op:BatchNormalization", Method::fp32, {}}});
    const auto ran = executed_ops(*result.proto);
    EXPECT_EQ(ran.at("BatchNormalization"), 1);
    EXPECT_EQ(ran.at("QLinearConv"), 3);
    EXPECT_GT(agreement_db(model, result), 25);
}

TEST(StaticInt8, AnOwnChoiceIsNeverTakenIntoTheFloatPrefix) {
    const auto model = make_model(small_net().build());
    const Quantized result = run_static(model, {{"op:Conv", Method::int8_static, {}}}, true);
    for (const NodePlan& node : result.plan.nodes) {
        if (model->node(node.node).op_type == "Conv") {
            EXPECT_EQ(node.applied, Method::int8_static);
        }
    }
}

TEST(StaticInt8, AStemOfThreeChannelsGetsAFourthOfZeros) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 3, 12, 12});
    b.initializer("wa", random_floats(16 * 27, 1), {16, 3, 3, 3}).initializer("ba", random_floats(16, 2), {16});
    b.initializer("wb", random_floats(16 * 16, 3), {16, 16, 1, 1});
    b.node("Conv", {"x", "wa", "ba"}, {"a"}, {{"pads", {1, 1, 1, 1}}}, "stem");
    b.node("Conv", {"a", "wb"}, {"y"}, {}, "next");
    b.output("y", ElementType::float32, {1, 16, 12, 12});
    const auto model = make_model(b.build());
    const Quantized result = run_static_on({1, 3, 12, 12}, model, {}, false);
    const auto ran = executed_ops(*result.proto);
    EXPECT_EQ(ran.at("QLinearConv"), 2);
    EXPECT_EQ(ran.at("Pad"), 1);
    EXPECT_EQ(ran.at("DequantizeLinear"), 1) << "at the output: none is left of the tensor that only the padded one is read of";
    for (const auto& tensor : result.proto->graph().initializer())
        if (tensor.name() == "wa_quantized") {
            EXPECT_EQ(tensor.dims(1), 4);
        }
    const Sample sample = RandomData({1, 3, 12, 12}).load(Split::validation, 0);
    EXPECT_GT(sqnr_db(first_output(model->proto(), sample.inputs), first_output(*result.proto, sample.inputs)), 30);
}

TEST(StaticInt8, PerTensorHasOneScaleAWeight) {
    const auto model = make_model(small_net().build());
    const Quantized result = run_static(model, {{"op:Conv", {}, false}});
    for (const auto& tensor : result.proto->graph().initializer()) {
        if (tensor.name() == "wb_scale") {
            EXPECT_EQ(tensor.dims_size(), 0);
        }
    }
    EXPECT_GT(agreement_db(model, result), 20);
}

TEST(StaticInt8, ASharedWeightIsStoredOnce) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 64}).initializer("w", random_floats(64 * 64, 3), {64, 64});
    b.node("MatMul", {"x", "w"}, {"a"}, {}, "first").node("Relu", {"a"}, {"r"}, {}, "relu").node("MatMul", {"r", "w"}, {"y"}, {}, "second");
    b.output("y", ElementType::float32, {1, 64});
    const auto model = make_model(b.build());
    const Quantized result = run_static_on({1, 64}, model, {{"op:MatMul", Method::int8_static, {}}}, false);
    int weights = 0;
    for (const auto& tensor : result.proto->graph().initializer()) weights += tensor.data_type() == onnx::TensorProto::INT8 && tensor.dims_size() == 2 ? 1 : 0;
    EXPECT_EQ(weights, 1);
    const Sample sample = RandomData({1, 64}).load(Split::validation, 0);
    EXPECT_GT(sqnr_db(first_output(model->proto(), sample.inputs), first_output(*result.proto, sample.inputs)), 25);
}

TEST(StaticInt8, AModelOfAFixedBatchIsCalibratedWithStackedSamples) {
    ModelBuilder fixed = small_net();
    for (auto* value : {fixed.proto().mutable_graph()->mutable_input(0), fixed.proto().mutable_graph()->mutable_output(0)})
        value->mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim(0)->set_dim_value(4);
    const auto data = std::make_shared<RandomData>(std::vector<std::int64_t>{1, 16, 12, 12});
    data->set_batch(4);
    Recipe recipe;
    recipe.default_method = Method::int8_static;
    recipe.calibration.method = "minmax";
    const auto ranges_of = [](const onnx::ModelProto& model) {
        std::map<std::string, std::string> found;
        for (const auto& tensor : model.graph().initializer())
            if (tensor.name().ends_with("_scale") && tensor.dims_size() == 0) found[tensor.name()] = tensor.raw_data();
        return found;
    };
    const Quantized stacked = quantize({runtime(), make_model(fixed.build()), recipe, data, {.time_prefix = false}}, {});
    const auto one_by_one = std::make_shared<RandomData>(std::vector<std::int64_t>{1, 16, 12, 12});
    const Quantized single = quantize({runtime(), make_model(small_net().build()), recipe, one_by_one, {.time_prefix = false}}, {});
    EXPECT_FALSE(ranges_of(*single.proto).empty());
    EXPECT_EQ(ranges_of(*stacked.proto), ranges_of(*single.proto)) << "24 samples in 6 runs show the same values";
}

TEST(StaticInt8, WithoutDataItSaysWhatIsMissing) {
    Recipe recipe;
    recipe.default_method = Method::int8_static;
    try {
        (void)quantize({runtime(), make_model(small_net().build()), recipe, nullptr, {}}, {});
        FAIL() << "no error";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::usage);
        EXPECT_NE(error.line().find("--data"), std::string::npos);
    }
}

TEST(StaticInt8, FloatRecipeKeepsEveryByte) {
    const auto model = make_model(small_net().build());
    const Quantized result = quantize({runtime(), model, {}, nullptr, {}}, {});
    EXPECT_EQ(result.proto->SerializeAsString(), model->proto().SerializeAsString());
}

TEST(StaticInt8, ATakenApartLayerNormStaysFloat) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 16, 12, 12});
    b.initializer("w", random_floats(12 * 12, 1), {12, 12}).initializer("v", random_floats(12 * 12, 2), {12, 12});
    b.initializer("eps", std::vector<float>{1e-5f}, {}).initializer("two", std::vector<float>{2.f}, {});
    b.initializer("gamma", random_floats(12, 3), {12}).initializer("beta", random_floats(12, 4), {12});
    b.node("MatMul", {"x", "w"}, {"h"}, {}, "first");
    b.node("ReduceMean", {"h"}, {"m"}, {{"axes", {-1}}}).node("Sub", {"h", "m"}, {"d"}).node("Pow", {"d", "two"}, {"s"});
    b.node("ReduceMean", {"s"}, {"var"}, {{"axes", {-1}}}).node("Add", {"var", "eps"}, {"ve"}).node("Sqrt", {"ve"}, {"sd"});
    b.node("Div", {"d", "sd"}, {"n"}).node("Mul", {"n", "gamma"}, {"ng"}).node("Add", {"ng", "beta"}, {"nb"});
    b.node("MatMul", {"nb", "v"}, {"y"}, {}, "second");
    b.output("y", ElementType::float32, {1, 16, 12, 12});
    const auto model = make_model(b.build());
    const Quantized result = run_static(model);
    EXPECT_EQ(result.plan.count(Method::int8_static), 2u);
    EXPECT_GT(agreement_db(model, result), 30);
}

/// Conv, HardSwish in one of its forms, Conv, HardSigmoid gate, Conv.
ModelPtr hard_net(const std::string& form) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 16, 12, 12});
    for (const std::string name : {"a", "b", "c"}) b.initializer("w" + name, random_floats(16 * 16, name[0]), {16, 16, 1, 1});
    b.initializer("three", std::vector<float>{3.f}, {}).initializer("zero", std::vector<float>{0.f}, {});
    b.initializer("six", std::vector<float>{6.f}, {}).initializer("sixth", std::vector<float>{1.f / 6.f}, {});
    b.node("Conv", {"x", "wa"}, {"a0"}, {}, "conv_a");
    if (form == "operator") {
        b.node("HardSwish", {"a0"}, {"a1"}, {}, "swish");
    } else {
        b.node("Add", {"a0", "three"}, {"s0"}, {}, "plus");
        b.node("Clip", {"s0", "zero", "six"}, {"s1"}, {}, "clip");
        const bool early = form == "scaled first";
        b.node("Mul", {"s1", early ? "sixth" : "a0"}, {"s2"}, {}, "first");
        b.node(early ? "Mul" : "Div", early ? std::vector<std::string>{"a0", "s2"} : std::vector<std::string>{"s2", "six"}, {"a1"}, {}, "second");
    }
    b.node("Conv", {"a1", "wb"}, {"b0"}, {}, "conv_b");
    b.node("HardSigmoid", {"b0"}, {"b1"}, {}, "gate");
    b.node("Mul", {"b1", "a1"}, {"b2"}, {}, "gated");
    b.node("Conv", {"b2", "wc"}, {"y"}, {}, "conv_c");
    b.output("y", ElementType::float32, {1, 16, 12, 12});
    return make_model(b.build());
}

TEST(StaticInt8, KnowsTheTensorsThatOnlyLeadToTheOutput) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 16, 6, 6}).output("y", ElementType::float32, {1, 16, 6, 6});
    b.initializer("wa", random_floats(16 * 16, 1), {16, 16, 1, 1}).initializer("wb", random_floats(16 * 16, 2), {16, 16, 1, 1});
    b.node("Conv", {"x", "wa"}, {"a"}, {}, "first");
    b.node("Relu", {"a"}, {"r"}, {}, "relu");
    b.node("Conv", {"r", "wb"}, {"y"}, {}, "second");
    const ModelPtr model = make_model(b.build());
    Recipe recipe;
    recipe.default_method = Method::int8_static;
    for (const bool second : {true, false}) {
        if (!second) recipe.rules = {{.select = "name:second", .method = Method::fp32, .per_channel = {}}};
        const auto tensors = prepare(model, recipe).static_plan.tensors;
        EXPECT_FALSE(tensors.at("x").last);
        EXPECT_FALSE(tensors.at("r").last) << "a node that stays in float mixes it with others, too";
        ASSERT_EQ(tensors.contains("y"), second);
        if (second) {
            EXPECT_TRUE(tensors.at("y").last);
        }
    }
}

TEST(StaticInt8, HardSwishAndHardSigmoidStayInTheIsland) {
    for (const std::string form : {"operator", "scaled first", "scaled last"}) {
        const auto model = hard_net(form);
        const Quantized result = run_static(model);
        const auto ran = executed_ops(*result.proto);
        EXPECT_EQ(ran.count("HardSwish") + ran.count("HardSigmoid") + ran.count("Clip") + ran.count("Div"), 0u) << form;
        EXPECT_EQ(ran.at("QLinearConv"), 3) << form;
        EXPECT_EQ(ran.at("QLinearMul"), 2) << form;
        EXPECT_EQ(ran.at("QLinearAdd"), 2) << form;
        EXPECT_EQ(ran.at("QuantizeLinear"), 1) << form;
        EXPECT_GT(agreement_db(model, result), 30) << form;
    }
}

TEST(StaticInt8, AClampBehindSigmoidIsKept) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 16, 12, 12});
    for (const std::string name : {"a", "b"}) b.initializer("w" + name, random_floats(16 * 16, name[0]), {16, 16, 1, 1});
    b.initializer("lo", std::vector<float>{0.f}, {}).initializer("hi", std::vector<float>{0.5f}, {});
    b.node("Conv", {"x", "wa"}, {"a0"}, {}, "conv_a");
    b.node("Sigmoid", {"a0"}, {"a1"}, {}, "sigmoid");
    b.node("Clip", {"a1", "lo", "hi"}, {"a2"}, {}, "clip");
    b.node("Conv", {"a2", "wb"}, {"y"}, {}, "conv_b");
    b.output("y", ElementType::float32, {1, 16, 12, 12});
    const auto model = make_model(b.build());
    EXPECT_GT(agreement_db(model, run_static(model)), 30);
}

TEST(StaticInt8, AConcatDoesNotUndoAReluInItsOperand) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 16, 12, 12});
    for (const std::string name : {"a", "b", "c"}) b.initializer("w" + name, random_floats(16 * 16, name[0]), {16, 16, 1, 1});
    b.initializer("wd", random_floats(16 * 32, 7), {16, 32, 1, 1});
    b.node("Conv", {"x", "wa"}, {"a0"}, {}, "conv_a");
    b.node("Conv", {"a0", "wb"}, {"b0"}, {}, "conv_b");
    b.node("Relu", {"b0"}, {"b1"}, {}, "relu");
    b.node("Conv", {"a0", "wc"}, {"c0"}, {}, "conv_c");
    b.node("Concat", {"b1", "c0"}, {"d"}, {{"axis", 1}}, "concat");
    b.node("Conv", {"d", "wd"}, {"y"}, {}, "conv_d");
    b.output("y", ElementType::float32, {1, 16, 12, 12});
    const auto model = make_model(b.build());
    EXPECT_GT(agreement_db(model, run_static(model)), 30);
}

TEST(MixedMethods, Fp16FoldsBatchNormOnlyWhereBothAreFp16) {
    const auto model = make_model(small_net().build());
    for (const bool norm_too : {true, false}) {
        Recipe recipe;
        recipe.default_method = Method::fp16;
        if (!norm_too) recipe.rules.push_back({"op:BatchNormalization", Method::fp32, {}});
        const Quantized result = quantize({runtime(), model, recipe, nullptr, {}}, {});
        EXPECT_EQ(op_counts(*result.proto).count("BatchNormalization"), norm_too ? 0u : 1u);
        EXPECT_GT(agreement_db(model, result), 50);
    }
}

}  // namespace
}  // namespace vernier
