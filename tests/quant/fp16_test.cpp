// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/methods/fp16.h"

#include <cmath>
#include <cstring>
#include <numeric>

#include <gmock/gmock.h>

#include "core/quant/methods/half.h"
#include "tests/quant/emitted.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using test::Emitted;
using test::fidelity;
using test::ModelBuilder;
using test::normal_floats;
using test::op_counts;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Key;
using testing::Not;
using testing::Pair;

/// Chooses FP16 for every node but those named.
Emitted make_half(const Model& model, const std::vector<std::string>& but = {}) {
    GraphEdit edit(model);
    std::vector<int> nodes;
    for (std::size_t i = 0; i < edit.size(); ++i)
        if (std::find(but.begin(), but.end(), edit.item(i).proto.name()) == but.end()) nodes.push_back(static_cast<int>(i));
    return test::emitted(edit, nodes, why_not_fp16, fp16_findings, emit_fp16);
}

std::map<std::string, Tensor> float_input(const std::string& name, const test::Dims& dims, float factor = 1) {
    auto values = normal_floats(element_count(dims), 9);
    for (float& value : values) value *= factor;
    return {{name, test::tensor_of(ElementType::float32, values, dims)}};
}

float from_half(std::uint16_t bits) {
    const int exponent = (bits >> 10) & 31, mantissa = bits & 1023;
    const float sign = bits & 0x8000 ? -1.f : 1.f;
    if (exponent == 31) return mantissa ? std::nanf("") : sign * INFINITY;
    return sign * (exponent == 0 ? std::ldexp(float(mantissa), -24) : std::ldexp(float(1024 + mantissa), exponent - 25));
}

TEST(Half, RoundsToTheNearestEvenOfAllHalves) {
    for (std::uint32_t bits = 0; bits < 0x7c00; ++bits) {
        const float here = from_half(static_cast<std::uint16_t>(bits));
        ASSERT_EQ(half_bits(here), bits);
        ASSERT_EQ(half_bits(-here), bits | 0x8000);
        const float next = bits == 0x7bff ? 65536.f : from_half(static_cast<std::uint16_t>(bits + 1));
        const float middle = here + (next - here) / 2;
        ASSERT_EQ(half_bits(middle), bits % 2 ? bits + 1 : bits) << here;
        ASSERT_EQ(half_bits(std::nextafterf(middle, 0.f)), bits);
        ASSERT_EQ(half_bits(std::nextafterf(middle, INFINITY)), bits + 1);
    }
    EXPECT_EQ(half_bits(INFINITY), 0x7c00);
    EXPECT_EQ(half_bits(-3e38f), 0xfc00);
    EXPECT_TRUE(std::isnan(from_half(half_bits(std::nanf("")))));
    EXPECT_EQ(half_bits(1e-45f), 0);
}

ModelBuilder three_layers() {
    ModelBuilder b;
    b.input("x", ElementType::float32, {2, 32});
    for (const std::string n : {"a", "b", "c"}) b.initializer("w" + n, normal_floats(32 * 32, 1), {32, 32});
    b.node("MatMul", {"x", "wa"}, {"ma"}, {}, "la").node("Relu", {"ma"}, {"ra"}, {}, "relu");
    b.node("MatMul", {"ra", "wb"}, {"mb"}, {}, "lb").node("MatMul", {"mb", "wc"}, {"y"}, {}, "lc");
    b.value_info("ra", ElementType::float32, {2, 32});
    b.output("y", ElementType::float32, {2, 32});
    return b;
}

TEST(Fp16, WholeModelHasCastsAtItsBordersOnly) {
    const ModelPtr model = make_model(three_layers().build());
    const Emitted emitted = make_half(*model);
    EXPECT_THAT(emitted.reasons, testing::Each(IsEmpty()));
    EXPECT_THAT(op_counts(emitted.proto), ElementsAre(Pair("Cast", 2), Pair("MatMul", 3), Pair("Relu", 1)));
    for (const auto& tensor : emitted.proto.graph().initializer()) EXPECT_EQ(tensor.data_type(), onnx::TensorProto::FLOAT16);
    EXPECT_EQ(emitted.proto.graph().input(0).type().tensor_type().elem_type(), onnx::TensorProto::FLOAT);
    EXPECT_EQ(emitted.proto.graph().output(0).name(), "y");
    EXPECT_EQ(emitted.proto.graph().output(0).type().tensor_type().elem_type(), onnx::TensorProto::FLOAT);
    ASSERT_EQ(emitted.proto.graph().value_info_size(), 1);
    EXPECT_EQ(emitted.proto.graph().value_info(0).type().tensor_type().elem_type(), onnx::TensorProto::FLOAT16);
    EXPECT_GT(fidelity(*model, emitted, float_input("x", {2, 32})), 55);
}

TEST(Fp16, AFloatNodeInTheMiddleCostsOneCastEachWay) {
    const ModelPtr model = make_model(three_layers().build());
    const Emitted emitted = make_half(*model, {"relu"});
    EXPECT_THAT(op_counts(emitted.proto), Contains(Pair("Cast", 4)));
    EXPECT_GT(fidelity(*model, emitted, float_input("x", {2, 32})), 55);
}

TEST(Fp16, EveryChoiceOfNodesGivesAModelThatRuns) {
    const ModelPtr model = make_model(three_layers().build());
    const std::vector<std::string> names = {"la", "relu", "lb", "lc"};
    for (unsigned subset = 0; subset < 16; ++subset) {
        std::vector<std::string> but;
        for (unsigned i = 0; i < 4; ++i)
            if (subset >> i & 1) but.push_back(names[i]);
        EXPECT_GT(fidelity(*model, make_half(*model, but), float_input("x", {2, 32})), 55) << subset;
    }
}

TEST(Fp16, ATensorOfManyReadersIsCastOnce) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {2, 8});
    b.initializer("w", normal_floats(64, 1), {8, 8});
    b.node("MatMul", {"x", "w"}, {"a"}, {}, "a").node("MatMul", {"x", "w"}, {"b"}, {}, "b");
    b.node("Add", {"a", "b"}, {"mid"}, {}, "add");  // FP16, read by two floats, an FP16 and the caller
    b.node("Exp", {"mid"}, {"e"}, {}, "exp").node("Tanh", {"mid"}, {"t"}, {}, "tanh").node("Relu", {"mid"}, {"r"}, {}, "relu");
    b.node("Sum", {"e", "t", "r"}, {"y"}, {}, "sum");
    b.output("y", ElementType::float32, {2, 8}).output("mid", ElementType::float32, {2, 8});
    const ModelPtr model = make_model(b.build());
    const Emitted emitted = make_half(*model, {"exp", "tanh", "sum"});
    EXPECT_THAT(op_counts(emitted.proto), Contains(Pair("Cast", 3)));  // x down, mid up, r up
    EXPECT_EQ(emitted.proto.graph().initializer_size(), 1);
    EXPECT_GT(fidelity(*model, emitted, float_input("x", {2, 8})), 50);
}

TEST(Fp16, ASharedWeightIsSplitOnlyWhenAFloatNodeReadsItToo) {
    const auto weights = [](const std::vector<std::string>& but) {
        ModelBuilder b;
        b.input("x", ElementType::float32, {2, 8});
        b.initializer("w", normal_floats(64, 1), {8, 8});
        b.node("MatMul", {"x", "w"}, {"a"}, {}, "a").node("MatMul", {"a", "w"}, {"y"}, {}, "b");
        b.output("y", ElementType::float32, {2, 8});
        return make_half(*make_model(b.build()), but).proto.graph().initializer_size();
    };
    EXPECT_EQ(weights({}), 1);
    EXPECT_EQ(weights({"a"}), 2);
}

TEST(Fp16, OverflowIsNeverClampedButKeptInFloatWithAFinding) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 4});
    b.initializer("w", normal_floats(16, 1), {4, 4});
    b.initializer("mask", std::vector<float>{0, 0, -1e9f, -1e9f}, {4});
    b.node("MatMul", {"x", "w"}, {"s"}, {}, "scores").node("Add", {"s", "mask"}, {"m"}, {}, "masked");
    b.node("Softmax", {"m"}, {"p"}, {}, "softmax").node("MatMul", {"p", "w"}, {"y"}, {}, "out");
    b.output("y", ElementType::float32, {1, 4});
    const ModelPtr model = make_model(b.build());
    const Emitted emitted = make_half(*model);
    EXPECT_THAT(emitted.reasons, ElementsAre("", HasSubstr("beyond FP16's 65504"), HasSubstr("may be beyond"), ""));
    ASSERT_FALSE(emitted.findings.empty());
    EXPECT_EQ(emitted.findings[0].code, "fp16-overflow");
    EXPECT_EQ(emitted.findings[0].severity, Severity::serious);
    EXPECT_EQ(emitted.findings[0].tensor, "mask");
    EXPECT_GT(fidelity(*model, emitted, float_input("x", {1, 4})), 50);
}

TEST(Fp16, AVanishingEpsilonKeepsTheNormalizationInFloat) {
    ModelBuilder b(16);
    b.input("x", ElementType::float32, {3, 16});
    b.initializer("two", std::vector<float>{2}, {}).initializer("eps", std::vector<float>{1e-12f}, {});
    b.node("ReduceMean", {"x"}, {"mean"}, {{"axes", {-1}}}).node("Sub", {"x", "mean"}, {"d"}).node("Pow", {"d", "two"}, {"sq"});
    b.node("ReduceMean", {"sq"}, {"var"}, {{"axes", {-1}}}).node("Add", {"var", "eps"}, {"ve"}, {}, "add").node("Sqrt", {"ve"}, {"sd"}, {}, "sqrt");
    b.node("Div", {"d", "sd"}, {"y"}, {}, "div");
    b.output("y", ElementType::float32, {3, 16});
    const ModelPtr model = make_model(b.build());
    const Emitted emitted = make_half(*model);
    EXPECT_THAT(emitted.reasons, ElementsAre("", "", "", "", HasSubstr("would become zero"), HasSubstr("may vanish"), HasSubstr("may vanish")));
    EXPECT_THAT(emitted.findings, testing::SizeIs(1));
    EXPECT_EQ(emitted.findings[0].code, "fp16-vanishes");
    // A constant row has variance zero: only the epsilon keeps it from 0/0.
    auto constant = float_input("x", {3, 16}, 0);
    for (float value : test::first_output(emitted.proto, constant)) EXPECT_EQ(value, 0);
}

TEST(Fp16, CountsWeightsThatVanishOrLoseBits) {
    ModelBuilder b;
    auto weights = normal_floats(64, 1);
    weights[3] = 1e-9f;
    weights[4] = -2e-6f;
    weights[5] = 0;
    b.input("x", ElementType::float32, {2, 8}).initializer("w", weights, {8, 8});
    b.node("MatMul", {"x", "w"}, {"y"});
    b.output("y", ElementType::float32, {2, 8});
    const Emitted emitted = make_half(*make_model(b.build()));
    ASSERT_EQ(emitted.findings.size(), 1u);
    EXPECT_EQ(emitted.findings[0].code, "fp16-range");
    EXPECT_THAT(emitted.findings[0].text, HasSubstr("of 63 weights, 1 becomes zero and 1 loses bits"));
}

TEST(Fp16, OpsThatDoNotAllowHalfStayInFloat) {
    ModelBuilder b(17), yes(17), no(17);
    yes.node("Neg", {"r"}, {"n"}).output("n", ElementType::float32, {"A", "B", "C", "D"});
    no.node("Abs", {"r"}, {"m"}).output("m", ElementType::float32, {"A", "B", "C", "D"});
    b.input("x", ElementType::float32, {1, 2, 4, 4}).input("c", ElementType::boolean, {});
    b.initializer("scales", std::vector<float>{1, 1, 2, 2}, {4});
    b.node("Relu", {"x"}, {"a"}, {}, "relu").node("Resize", {"a", "", "scales"}, {"r"}, {{"mode", "nearest"}}, "resize");
    b.node("If", {"c"}, {"i"}, {{"then_branch", yes.graph()}, {"else_branch", no.graph()}}, "if");
    b.node("Shape", {"i"}, {"shape"}, {}, "shape").node("Size", {"shape"}, {"size"}, {}, "size").node("Sigmoid", {"i"}, {"y"}, {}, "sigmoid");
    b.output("y", ElementType::float32, {1, 2, 8, 8}).output("size", ElementType::int64, {});
    const ModelPtr model = make_model(b.build());
    const Emitted emitted = make_half(*model);
    EXPECT_THAT(emitted.reasons, ElementsAre("", HasSubstr("Resize stays in float"), HasSubstr("subgraphs"), "", HasSubstr("no float tensors"), "", "", ""))
        << "the last two lie in the bodies";
    auto inputs = float_input("x", {1, 2, 4, 4});
    inputs["c"] = test::tensor_of<std::uint8_t>(ElementType::boolean, {1}, {});
    EXPECT_GT(fidelity(*model, emitted, inputs), 50);
}

TEST(Fp16, CastsAndFillsInsideARegionBecomeHalf) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {2, 3}).input("k", ElementType::uint8, {2, 3});
    b.node("Cast", {"k"}, {"kf"}, {{"to", 1}}, "cast").node("Shape", {"x"}, {"s"}, {}, "shape");
    b.node("ConstantOfShape", {"s"}, {"f"}, {{"value", test::tensor_proto("", std::vector<float>{1.5f}, {1})}}, "fill");
    b.node("Add", {"x", "kf"}, {"a"}, {}, "add").node("Mul", {"a", "f"}, {"y"}, {}, "mul");
    b.output("y", ElementType::float32, {2, 3});
    const ModelPtr model = make_model(b.build());
    const Emitted emitted = make_half(*model);
    EXPECT_THAT(op_counts(emitted.proto), Contains(Pair("Cast", 3)));  // the model's own, x down, y up
    auto inputs = float_input("x", {2, 3});
    inputs["k"] = test::tensor_of<std::uint8_t>(ElementType::uint8, {1, 2, 3, 4, 5, 200}, {2, 3});
    EXPECT_GT(fidelity(*model, emitted, inputs), 55);
}

TEST(Fp16, BatchNormKeepsItsParametersInFloatWhereTheOpsetAllows) {
    for (const int opset : {9, 15}) {
        ModelBuilder b(opset);
        b.input("x", ElementType::float32, {1, 2, 3, 3});
        for (const std::string n : {"scale", "bias", "mean"}) b.initializer(n, std::vector<float>{1, 2}, {2});
        b.initializer("var", std::vector<float>{3e-6f, 1}, {2});
        b.node("BatchNormalization", {"x", "scale", "bias", "mean", "var"}, {"y"}, {{"epsilon", 1e-6f}});
        b.output("y", ElementType::float32, {1, 2, 3, 3});
        const ModelPtr model = make_model(b.build());
        const Emitted emitted = make_half(*model);
        EXPECT_EQ(emitted.proto.graph().initializer(0).data_type(), opset < 15 ? onnx::TensorProto::FLOAT16 : onnx::TensorProto::FLOAT);
        EXPECT_GT(fidelity(*model, emitted, float_input("x", {1, 2, 3, 3})), opset < 15 ? 30 : 55);
    }
}

TEST(Fp16, SequencesKeepTheirTypes) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {4, 2});
    b.initializer("at", std::vector<std::int64_t>{1}, {});
    b.node("Relu", {"x"}, {"r"}, {}, "relu").node("SplitToSequence", {"r"}, {"s"}, {{"axis", 0}}, "split");
    b.node("SequenceAt", {"s", "at"}, {"e"}, {}, "pick").node("Sigmoid", {"e"}, {"y"}, {}, "sigmoid");
    b.output("y", ElementType::float32, {1, 2});
    const ModelPtr model = make_model(b.build());
    const Emitted emitted = make_half(*model);
    EXPECT_THAT(emitted.reasons, ElementsAre("", HasSubstr("sequences"), HasSubstr("sequences"), ""));
    EXPECT_GT(fidelity(*model, emitted, float_input("x", {4, 2})), 55);
}

}  // namespace
}  // namespace vernier
