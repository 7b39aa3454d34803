// SPDX-License-Identifier: GPL-3.0-or-later
// Constants and shapes that a rewriting must not take for what they are not.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <memory>
#include <utility>

#include "core/base/error.h"
#include "core/quant/passes/passes.h"
#include "core/quant/quantize.h"
#include "tests/quant/outcome.h"
#include "tests/quant/run_fixture.h"
#include "tests/support/made_dataset.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using namespace test;

TEST(Operands, PackedConstantsAreNotTurnedByBytes) {
    ModelBuilder b(21, 10);
    b.input("x", ElementType::float32, {1, 16});
    std::string raw(24 * 8, '\0');
    for (std::size_t i = 0; i < raw.size(); ++i) raw[i] = static_cast<char>(i * 37 + 11);
    b.initializer(tensor_proto("q", ElementType::int4, raw, {24, 16})).initializer("s", std::vector<float>{0.05f}, {});
    b.initializer("w", random_floats(24 * 24, 1), {24, 24});
    b.node("Transpose", {"q"}, {"qt"}, {{"perm", {1, 0}}}, "turn");
    b.node("DequantizeLinear", {"qt", "s"}, {"wf"}, {}, "dequantize");
    b.node("MatMul", {"x", "wf"}, {"a"}, {}, "first").node("Relu", {"a"}, {"r"}, {}, "relu").node("MatMul", {"r", "w"}, {"y"}, {}, "second");
    b.output("y", ElementType::float32, {1, 24});
    const auto model = make_model(b.build());
    const Outcome outcome = outcome_of(model, Method::int8_static, {1, 16});
    EXPECT_EQ(applied(outcome.quantized, model, "second"), Method::int8_static);
    EXPECT_GT(outcome.sqnr, 30);
}

/// y = Gemm(x, w, c) with M = N = 4, and a Gemm behind it so that it lies in an island.
ModelPtr gemm_with_bias(const std::vector<float>& values, const Dims& dims, bool flip = false) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {4, 16});
    b.initializer("w", random_floats(64, 1), flip ? Dims{4, 16} : Dims{16, 4}).initializer("c", values, dims).initializer("v", random_floats(16, 2), {4, 4});
    b.node("Gemm", {"x", "w", "c"}, {"a"}, {{"transB", flip ? 1 : 0}, {"alpha", 0.5f}, {"beta", 2.f}}, "gemm");
    b.node("Relu", {"a"}, {"r"}, {}, "relu").node("Gemm", {"r", "v"}, {"y"}, {}, "last");
    b.output("y", ElementType::float32, {4, 4});
    return make_model(b.build());
}

TEST(Operands, ABiasOfGemmIsKnownByItsShape) {
    const struct {
        Dims dims;
        bool row;
    } forms[] = {{{4, 1}, false}, {{4, 4}, false}, {{4}, true}, {{1, 4}, true}, {{1}, true}, {{}, true}, {{1, 1}, true}};
    for (const bool flip : {false, true})
        for (const auto& form : forms) {
            const auto model = gemm_with_bias(random_floats(element_count(form.dims), 5), form.dims, flip);
            for (const Method method : {Method::int8_static, Method::int8_dynamic}) {
                const Outcome outcome = outcome_of(model, method, {4, 16});
                EXPECT_GT(outcome.sqnr, 28) << form.dims.size() << " axes, " << id(method);
                EXPECT_TRUE(outcome.same_shape);
                if (method == Method::int8_static && !form.row) {
                    EXPECT_NE(why(outcome.quantized, model, "gemm").find("one number a column"), std::string::npos);
                }
            }
        }
}

TEST(Operands, AConstantWithMoreAxesThanTheProductWidensItInAllMethods) {
    for (const Dims& dims : {Dims{1, 1, 24}, Dims{1, 1, 1, 24}, Dims{1, 1, 1}, Dims{1, 24}, Dims{24}, Dims{2, 1, 24}}) {
        ModelBuilder b;
        b.input("x", ElementType::float32, {3, 16});
        b.initializer("w", random_floats(16 * 24, 1), {16, 24}).initializer("c", random_floats(element_count(dims), 2), dims);
        b.node("MatMul", {"x", "w"}, {"a"}, {}, "product").node("Add", {"a", "c"}, {"y"}, {}, "add");
        Axes axes(dims.size() < 3 ? 2 : dims.size(), Axis(1));
        axes.back() = 24;
        axes[axes.size() - 2] = 3;
        if (dims[0] == 2) axes[0] = 2;
        b.output("y", ElementType::float32, axes);
        const auto model = make_model(b.build());
        for (const Method method : {Method::int8_static, Method::int8_dynamic}) {
            const Outcome outcome = outcome_of(model, method, {3, 16});
            EXPECT_TRUE(outcome.same_shape) << dims.size() << " axes, " << id(method);
            EXPECT_GT(outcome.sqnr, 30) << dims.size() << " axes, " << id(method);
        }
    }
}

TEST(Operands, AHardSigmoidWhoseNumbersWidenItIsLeftAsItIs) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 8, 6, 6});
    b.initializer("w", random_floats(64, 1), {8, 8, 1, 1}).initializer("three", std::vector<float>{3.f}, {1, 1, 1, 1, 1});
    b.initializer("lo", std::vector<float>{0.f}, {}).initializer("hi", std::vector<float>{6.f}, {}).initializer("six", std::vector<float>{6.f}, {});
    b.node("Conv", {"x", "w"}, {"c"}, {}, "conv").node("Add", {"c", "three"}, {"a"}, {}, "add");
    b.node("Clip", {"a", "lo", "hi"}, {"l"}, {}, "clip").node("Div", {"l", "six"}, {"y"}, {}, "div");
    b.output("y", ElementType::float32, {1, 1, 8, 6, 6});
    const Outcome outcome = outcome_of(make_model(b.build()), Method::int8_static, {1, 8, 6, 6});
    EXPECT_TRUE(outcome.same_shape);
    EXPECT_GT(outcome.sqnr, 25);
}

TEST(Operands, ASizeThatIsOnlyDeclaredIsNoReasonForAGlobalPool) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 3, "H", "W"});
    b.initializer("w", random_floats(16 * 27, 1), {16, 3, 3, 3}).initializer("v", random_floats(256, 2), {16, 16, 1, 1});
    b.node("Conv", {"x", "w"}, {"c"}, {{"pads", {1, 1, 1, 1}}}, "conv").node("Relu", {"c"}, {"r"}, {}, "relu");
    b.node("AveragePool", {"r"}, {"p"}, {{"kernel_shape", {6, 6}}}, "pool").node("Conv", {"p", "v"}, {"q"}, {}, "next");
    b.node("ReduceMax", {"q"}, {"y"}, {{"axes", {2, 3}}, {"keepdims", 0}}, "max");
    for (const std::string name : {"c", "r"}) b.value_info(name, ElementType::float32, {1, 16, 6, 6});
    b.output("y", ElementType::float32, {1, 16});
    const auto model = make_model(b.build());
    EXPECT_GT(outcome_of(model, Method::int8_static, {1, 3, 9, 10}).sqnr, 28);
    GraphEdit edit(*model);
    EXPECT_EQ(edit.type("r").dims.at(2).value, -1);
    EXPECT_EQ(edit.type("r").dims.at(1).value, 16);
}

/// Conv, then op with a constant, then Conv.
ModelPtr between(const std::string& op, const std::vector<float>& constant, const Dims& dims) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 8, 8, 8});
    b.initializer("w", random_floats(8 * 72, 1), {8, 8, 3, 3}).initializer("v", random_floats(64, 2), {8, 8, 1, 1}).initializer("c", constant, dims);
    b.node("Conv", {"x", "w"}, {"a"}, {{"pads", {1, 1, 1, 1}}}, "conv").node(op, {"a", "c"}, {"b"}, {}, "middle");
    b.node("MaxPool", {"b"}, {"p"}, {{"kernel_shape", {2, 2}}, {"strides", {2, 2}}}, "pool").node("Conv", {"p", "v"}, {"y"}, {}, "last");
    b.output("y", ElementType::float32, {1, 8, 4, 4});
    return make_model(b.build());
}

TEST(Operands, ConstantsThatInt8CannotHoldStayFloatAndThePlanSaysWhy) {
    std::vector<float> mask(64, 0.f), huge(64, 0.f);
    for (std::size_t i = 0; i < 64; i += 2) mask[i] = -std::numeric_limits<float>::infinity(), huge[i] = -3.4e38f;
    const struct {
        std::string op;
        std::vector<float> values;
        Dims dims;
        std::string why;
    } cases[] = {
        {"Add", mask, {1, 1, 8, 8}, "infinity"},
        {"Add", huge, {1, 1, 8, 8}, "3.4e+38"},
        {"Mul", {1e-4f, 1e-3f, 1e-2f, .1f, 1, 10, 1, .01f}, {8, 1, 1}, "too small beside the largest"},
        {"Mul", {1e-30f}, {}, "scales in INT8 vanish"},
    };
    for (const auto& c : cases) {
        const auto model = between(c.op, c.values, c.dims);
        const Outcome outcome = outcome_of(model, Method::int8_static, {1, 8, 8, 8});
        EXPECT_EQ(applied(outcome.quantized, model, "middle"), Method::fp32) << c.why;
        EXPECT_NE(why(outcome.quantized, model, "middle").find(c.why), std::string::npos) << why(outcome.quantized, model, "middle");
    }
    const auto plain = between("Mul", random_floats(8, 4), {8, 1, 1});
    EXPECT_EQ(applied(outcome_of(plain, Method::int8_static, {1, 8, 8, 8}).quantized, plain, "middle"), Method::int8_static);
}

TEST(Operands, AWeightThatIsNotFiniteIsNamed) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 8, 4, 4});
    auto bad = random_floats(64, 1);
    bad[5] = std::numeric_limits<float>::quiet_NaN();
    b.initializer("bad", bad, {8, 8, 1, 1}).initializer("good", random_floats(64, 2), {8, 8, 1, 1});
    b.node("Conv", {"x", "bad"}, {"a"}, {}, "first").node("Conv", {"a", "good"}, {"y"}, {}, "second");
    b.output("y", ElementType::float32, {1, 8, 4, 4});
    try {  // every output of the second one is NaN
        (void)outcome_of(make_model(b.build()), Method::int8_static, {1, 8, 4, 4});
        FAIL() << "no error";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::bad_model);
        EXPECT_NE(std::string(error.what()).find("the constant 'bad' holds such values"), std::string::npos) << error.what();
        EXPECT_EQ(error.where().node, "first");
    }
}

TEST(Operands, AWeightThatIsNotFiniteInOneChannelIsNamed) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 8, 4, 4});
    auto bad = random_floats(64, 1);
    bad[5] = std::numeric_limits<float>::quiet_NaN();
    b.initializer("bad", bad, {8, 8, 1, 1}).initializer("good", random_floats(8, 2), {8, 1, 1, 1});
    b.node("Conv", {"x", "bad"}, {"a"}, {}, "first").node("Conv", {"a", "good"}, {"y"}, {{"group", 8}}, "second");
    b.output("y", ElementType::float32, {1, 8, 4, 4});
    const auto model = make_model(b.build());
    const Outcome outcome = outcome_of(model, Method::int8_static, {1, 8, 4, 4});
    EXPECT_NE(why(outcome.quantized, model, "first").find("'bad' holds NaN"), std::string::npos);
    EXPECT_TRUE(tells(outcome.quantized, "calibration-nan", "'bad' of first holds such values", Severity::serious));
}

TEST(Operands, ATableWhoseRowsDifferInSizeGetsAScaleARow) {
    for (const Method method : {Method::int8_static, Method::int8_dynamic}) {
        auto table = random_floats(200 * 32, 3);
        for (std::size_t i = 0; i < 32 * 20; ++i) table[i] *= 300;
        ModelBuilder b;
        b.input("x", ElementType::float32, {1, 8});
        b.initializer("table", table, {200, 32}).initializer("k", std::vector<float>{40.f}, {}).initializer("far", std::vector<float>{110.f}, {});
        b.node("Mul", {"x", "k"}, {"m"}, {}, "spread").node("Add", {"m", "far"}, {"f"}, {}, "shift");
        b.node("Cast", {"f"}, {"at"}, {{"to", 7}}, "whole").node("Gather", {"table", "at"}, {"y"}, {}, "look_up");
        b.output("y", ElementType::float32, {1, 8, 32});
        const auto model = make_model(b.build());
        const Outcome outcome = outcome_of(model, method, {1, 8});
        EXPECT_EQ(applied(outcome.quantized, model, "look_up"), method);
        EXPECT_GT(outcome.sqnr, 35) << id(method);
    }
}

/// Conv, Reshape to 4 x 16, Conv with a border. computed: the new shape depends on x, as far as inference can tell.
ModelPtr reshaped(bool computed) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 8, 8, 8}).initializer("w", random_floats(8 * 8, 1), {8, 8, 1, 1});
    b.initializer("v", random_floats(8 * 8 * 9, 2), {8, 8, 3, 3}).initializer("c", std::vector<float>(8, 3.f), {8});
    b.node("Conv", {"x", "w", "c"}, {"a"}, {}, "first");
    if (computed) {
        b.initializer("zero", std::vector<float>{0.f}, {}).initializer("sizes", std::vector<float>{1.f, 8.f, 4.f, 16.f}, {4});
        b.node("ReduceMax", {"x"}, {"m"}, {{"keepdims", 0}}, "largest").node("Mul", {"m", "zero"}, {"z"}, {}, "none");
        b.node("Add", {"z", "sizes"}, {"f"}, {}, "sum").node("Cast", {"f"}, {"shape"}, {{"to", 7}}, "whole");
    } else {
        b.initializer("shape", std::vector<std::int64_t>{1, 8, 4, 16}, {4});
    }
    b.node("Reshape", {"a", "shape"}, {"r"}, {}, "reshape").node("Conv", {"r", "v", "c"}, {"y"}, {{"pads", {1, 1, 1, 1}}}, "second");
    b.output("y", ElementType::float32, {1, 8, 4, 16});
    return make_model(b.build());
}

TEST(Operands, AConvOfAMapThatNoInferenceKnowsIsWrittenAsOneOfAKnownMap) {
    const auto known = reshaped(false), unknown = reshaped(true);
    const Outcome of_known = outcome_of(known, Method::int8_static, {1, 8, 8, 8}), of_unknown = outcome_of(unknown, Method::int8_static, {1, 8, 8, 8});
    EXPECT_EQ(applied(of_known.quantized, known, "second"), Method::int8_static);
    EXPECT_EQ(applied(of_unknown.quantized, unknown, "second"), Method::int8_static);
    const std::map<std::string, Tensor> inputs = {{"x", tensor_of(ElementType::float32, random_floats(512, 99), {1, 8, 8, 8})}};
    EXPECT_EQ(first_output(*of_unknown.quantized.proto, inputs), first_output(*of_known.quantized.proto, inputs));
    EXPECT_GT(of_known.sqnr, 30);
}

}  // namespace
}  // namespace vernier
