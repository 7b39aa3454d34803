// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/folds.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "core/base/half.h"
#include "core/quant/quantize.h"
#include "tests/quant/run_fixture.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using test::ModelBuilder;
using test::normal_floats;
using test::op_counts;
using test::tensor_proto;
using testing::HasSubstr;
using testing::Not;

onnx::TensorProto halves(const std::string& name, const std::vector<float>& values, const test::Dims& dims) {
    std::string raw;
    for (const float value : values) {
        const std::uint16_t half = float_to_half(value);
        raw.append(reinterpret_cast<const char*>(&half), 2);
    }
    return tensor_proto(name, ElementType::float16, raw, dims);
}

onnx::TensorProto codes(const std::string& name, std::size_t count, const test::Dims& dims) {
    std::string raw;
    for (std::size_t i = 0; i < count; ++i) raw.push_back(static_cast<char>(static_cast<int>(i * 37 % 251) - 125));
    return tensor_proto(name, ElementType::int8, raw, dims);
}

struct Chain {
    std::string name;
    std::function<void(ModelBuilder&)> make;  ///< makes "w" [4, 6] or what Add broadcasts
    int opset = 21;
};

/// Weights that are stored as something else than floats.
std::vector<Chain> stored_chains() {
    const auto a = normal_floats(24, 3);
    return {
        {"half",
         [=](ModelBuilder& b) {
             b.initializer(halves("a", a, {4, 6})).node("Cast", {"a"}, {"w"}, {{"to", 1}});
         }},
        {"half arithmetic",
         [=](ModelBuilder& b) {
             b.initializer(halves("a", a, {4, 6}))
                 .initializer(halves("c", normal_floats(6, 5), {6}))
                 .node("Mul", {"a", "c"}, {"m"})
                 .node("Cast", {"m"}, {"w"}, {{"to", 1}});
         }},
        {"double",
         [=](ModelBuilder& b) {
             b.initializer("a", a, {4, 6})
                 .node("Cast", {"a"}, {"d"}, {{"to", 11}})
                 .node("Sqrt", {"d2"}, {"r"})
                 .node("Mul", {"d", "d"}, {"d2"})
                 .node("Cast", {"r"}, {"w"}, {{"to", 1}});
         }},
        {"bfloat16",
         [=](ModelBuilder& b) {
             b.initializer("a", a, {4, 6}).node("Cast", {"a"}, {"d"}, {{"to", 16}}).node("Cast", {"d"}, {"w"}, {{"to", 1}});
         }},
        {"codes per row",
         [=](ModelBuilder& b) {
             b.initializer(codes("q", 24, {4, 6}))
                 .initializer("s", std::vector<float>{0.1F, 0.02F, 0.3F, 0.004F}, {4})
                 .initializer(tensor_proto("z", ElementType::int8, std::string("\x01\x02\x00\x7f", 4), {4}));
             b.node("DequantizeLinear", {"q", "s", "z"}, {"w"}, {{"axis", 0}});
         }},
        {"codes in blocks",
         [=](ModelBuilder& b) {
             b.initializer(codes("q", 24, {4, 6})).initializer("s", normal_floats(12, 8), {4, 3});
             b.node("DequantizeLinear", {"q", "s"}, {"w"}, {{"axis", 1}, {"block_size", 2}});
         }},
        {"INT4 codes",
         [=](ModelBuilder& b) {
             b.initializer(tensor_proto("q", ElementType::int4, std::string("\x12\x34\x56\x78\x9a\xbc\xde\xf0\x11\x22\x33\x44", 12), {6, 4}))
                 .initializer("s", normal_floats(4, 8), {4});
             b.node("DequantizeLinear", {"q", "s"}, {"d"}, {{"axis", 1}}).node("Transpose", {"d"}, {"w"}, {{"perm", {1, 0}}});
         }},
        {"INT4 transposed",
         [=](ModelBuilder& b) {
             b.initializer(tensor_proto("q", ElementType::int4, std::string("\x12\x34\x56\x78\x9a\xbc\xde\xf0\x11\x22\x33\x44", 12), {6, 4}))
                 .initializer("s", std::vector<float>{0.5F}, {});
             b.node("Transpose", {"q"}, {"t"}, {{"perm", {1, 0}}}).node("DequantizeLinear", {"t", "s"}, {"w"});
         }},
        {"cast and scale",
         [=](ModelBuilder& b) {
             b.initializer(codes("q", 24, {4, 6}))
                 .initializer("s", normal_floats(4, 8), {4, 1})
                 .node("Cast", {"q"}, {"c"}, {{"to", 1}})
                 .node("Mul", {"c", "s"}, {"w"});
         }},
    };
}

/// Weights that float arithmetic makes.
std::vector<Chain> float_chains() {
    const auto a = normal_floats(24, 3);
    return {
        {"transpose of rank 4",
         [=](ModelBuilder& b) {
             b.initializer("a", a, {2, 3, 1, 4})
                 .node("Transpose", {"a"}, {"t"}, {{"perm", {2, 3, 1, 0}}})
                 .initializer("s", std::vector<std::int64_t>{4, -1}, {2})
                 .node("Reshape", {"t", "s"}, {"w"});
         }},
        {"transpose without perm",
         [=](ModelBuilder& b) {
             b.initializer("a", a, {6, 4}).node("Transpose", {"a"}, {"w"});
         }},
        {"weight norm",
         [=](ModelBuilder& b) {
             b.initializer("v", a, {4, 6}).initializer("g", normal_floats(4, 6), {4, 1}).initializer("axes", std::vector<std::int64_t>{1}, {1});
             b.node("ReduceL2", {"v", "axes"}, {"n"}).node("Div", {"v", "n"}, {"u"}).node("Mul", {"u", "g"}, {"w"});
         }},
        {"pieces",
         [=](ModelBuilder& b) {
             b.initializer("a", a, {4, 6})
                 .initializer("from", std::vector<std::int64_t>{-1}, {1})
                 .initializer("to", std::vector<std::int64_t>{-100}, {1})
                 .initializer("ax", std::vector<std::int64_t>{1}, {1})
                 .initializer("step", std::vector<std::int64_t>{-2}, {1});
             b.node("Slice", {"a", "from", "to", "ax", "step"}, {"h"})
                 .node("Split", {"a"}, {"l", "r"}, {{"axis", 1}, {"num_outputs", 2}})
                 .node("Concat", {"h", "r"}, {"w"}, {{"axis", 1}});
         }},
        {"low rank",
         [=](ModelBuilder& b) {
             b.initializer("a", a, {4, 6}).initializer("p", normal_floats(8, 2), {4, 2}).initializer("q", normal_floats(12, 4), {2, 6});
             b.node("MatMul", {"p", "q"}, {"pq"}).node("Add", {"a", "pq"}, {"w"});
         }},
        {"picked",
         [=](ModelBuilder& b) {
             b.initializer("a", a, {4, 6}).initializer("i", std::vector<std::int64_t>{2, -1, 0, 1}, {4}).node("Gather", {"a", "i"}, {"w"}, {{"axis", 0}});
         }},
        {"axes as attributes",
         [=](ModelBuilder& b) {
             b.initializer("a", a, {4, 6})
                 .node("Unsqueeze", {"a"}, {"u"}, {{"axes", {0}}})
                 .node("Squeeze", {"u"}, {"k"}, {{"axes", {0}}})
                 .node("Slice", {"k"}, {"w"}, {{"starts", {0}}, {"ends", {1}}, {"axes", {0}}});
         },
         9},
        {"filled",
         [=](ModelBuilder& b) {
             b.initializer("s", std::vector<std::int64_t>{4, 6}, {2})
                 .node("ConstantOfShape", {"s"}, {"f"})
                 .initializer("a", a, {4, 6})
                 .node("Sub", {"f", "a"}, {"w"});
         }},
        {"unary",
         [=](ModelBuilder& b) {
             b.initializer("a", a, {4, 6}).node("Neg", {"a"}, {"n"}).node("Abs", {"n"}, {"p"}).node("Reciprocal", {"p"}, {"r"}).node("Floor", {"r"}, {"w"});
         }},
    };
}

/// Arithmetic of integers, as shapes, axes and counts are made by it.
std::vector<Chain> integer_chains() {
    std::vector<std::int64_t> a, c;
    for (std::int64_t i = 0; i < 24; ++i) {
        a.push_back(5 * i - 60);
        c.push_back(i % 2 == 0 ? i + 2 : -i - 2);
    }
    std::vector<Chain> chains;
    for (const std::string op : {"Add", "Sub", "Mul", "Div", "Max", "Min"})
        for (const std::int64_t type : {6, 7})
            chains.push_back({op + (type == 6 ? " of int32" : " of int64"), [=](ModelBuilder& b) {
                                  b.initializer("a", a, {4, 6}).initializer("c", c, {4, 6});
                                  b.node("Cast", {"a"}, {"i"}, {{"to", type}}).node("Cast", {"c"}, {"k"}, {{"to", type}});
                                  b.node(op, {"i", "k"}, {"r"}).node("Cast", {"r"}, {"w"}, {{"to", 1}});
                              }});
    return chains;
}

TEST(Folds, GiveWhatTheRuntimeComputes) {
    std::vector<Chain> all = stored_chains();
    for (Chain& chain : float_chains()) all.push_back(std::move(chain));
    for (Chain& chain : integer_chains()) all.push_back(std::move(chain));
    for (const Chain& chain : all) {
        ModelBuilder b(chain.opset, 10);
        b.input("x", ElementType::float32, {4, 6}).output("y", ElementType::float32, {4, 6});
        chain.make(b);
        b.node("Add", {"x", "w"}, {"y"}, {}, "reader");
        const ModelPtr model = make_model(b.build());
        GraphEdit edit(*model);
        int reader = -1;
        for (std::size_t i = 0; i < edit.size(); ++i)
            if (edit.item(i).proto.name() == "reader") reader = static_cast<int>(i);
        const std::vector<FoldFor> chosen = {{reader, 32, true}};
        const Folds folds = fold_constants(edit, chosen);
        ASSERT_EQ(folds.reads.size(), 1U) << chain.name;
        unfold(edit, folds, [](int) { return false; });
        const onnx::ModelProto folded = edit.build();
        EXPECT_EQ(folded.graph().node_size(), 1) << chain.name;
        const std::map<std::string, Tensor> inputs = {{"x", test::tensor_of(ElementType::float32, std::vector<float>(24, 0.F), {4, 6})}};
        const auto expected = test::first_output(model->proto(), inputs), got = test::first_output(folded, inputs);
        ASSERT_EQ(expected.size(), got.size()) << chain.name;
        // The runtime computes half nodes in float, and leaves out the rounding between them.
        const float tolerance = chain.name == "half arithmetic" ? 1e-3F : 1e-6F;
        for (std::size_t i = 0; i < got.size(); ++i)
            EXPECT_NEAR(got[i], expected[i], tolerance * std::max(1.F, std::fabs(expected[i]))) << chain.name << " at " << i;
    }
}

TEST(Folds, FloatNodesReadTheirSubGraphsAgain) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 24}).output("y", ElementType::float32, {1, 24});
    b.initializer(halves("a", normal_floats(24 * 24, 3), {24, 24})).node("Cast", {"a"}, {"w"}, {{"to", 1}}, "bring");
    b.node("MatMul", {"x", "w"}, {"m"}, {}, "first").node("MatMul", {"m", "w"}, {"y"}, {}, "second");
    const ModelPtr model = make_model(b.build());
    Recipe recipe;
    recipe.rules.push_back({"#1", Method::int8_dynamic, {}});
    const Quantized mixed = quantize({test::runtime(), model, recipe, nullptr, {}}, {});
    EXPECT_EQ(op_counts(*mixed.proto)["Cast"], 2);  // that of the weight, and that of MatMulInteger
    EXPECT_EQ(mixed.plan.nodes[0].applied, Method::fp32);
    EXPECT_EQ(mixed.plan.nodes[2].applied, Method::fp32);
    recipe.rules.push_back({"#2", Method::int8_dynamic, {}});
    const Quantized both = quantize({test::runtime(), model, recipe, nullptr, {}}, {});
    EXPECT_EQ(op_counts(*both.proto)["Cast"], 2);  // none but those of the products
    for (const auto& tensor : both.proto->graph().initializer()) EXPECT_NE(tensor.name(), "a");
    const std::map<std::string, Tensor> inputs = {{"x", test::tensor_of(ElementType::float32, normal_floats(24, 9), {1, 24})}};
    EXPECT_GT(test::sqnr_db(test::first_output(model->proto(), inputs), test::first_output(*both.proto, inputs)), 30);
}

TEST(Folds, NothingGrows) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 512}).output("y", ElementType::float32, {1, 512});
    b.initializer("a", std::vector<float>{0.5F}, {1}).initializer("s", std::vector<std::int64_t>{512, 512}, {2}).node("Expand", {"a", "s"}, {"w"});
    b.node("MatMul", {"x", "w"}, {"y"});
    Recipe recipe;
    recipe.rules.push_back({"op:MatMul", Method::int8_dynamic, {}});
    const Plan plan = make_plan(make_model(b.build()), recipe);
    EXPECT_EQ(plan.nodes[1].applied, Method::fp32);
    EXPECT_TRUE(plan.changes_nothing());
}

TEST(Folds, StoredCodesDoNotBecomeHalf) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 128}).output("y", ElementType::float32, {1, 128});
    b.initializer(codes("q", 128 * 128, {128, 128}))
        .initializer("s", std::vector<float>{0.01F}, {})
        .node("DequantizeLinear", {"q", "s"}, {"w"})
        .node("MatMul", {"x", "w"}, {"y"});
    const ModelPtr model = make_model(b.build());
    Recipe recipe;
    recipe.default_method = Method::fp16;
    const Plan plan = make_plan(model, recipe);
    EXPECT_THAT(plan.nodes[1].why, HasSubstr("stored in integers"));
    EXPECT_EQ(plan.nodes[1].already, Precision::int8_weights);
    ASSERT_FALSE(plan.findings.empty());
    EXPECT_EQ(plan.findings.back().code, "nothing-changed");
    recipe.default_method = Method::int8_dynamic;
    EXPECT_EQ(make_plan(model, recipe).nodes[1].applied, Method::int8_dynamic);
}

/// x -> Gemm -> Relu -> MatMul -> Softmax in one float type.
ModelPtr model_of(ElementType type) {
    ModelBuilder b;
    b.input("x", type, {1, 16}).output("y", type, {1, 8});
    const auto weight = [&](const std::string& name, std::uint64_t seed, const test::Dims& dims) {
        const auto values = normal_floats(element_count(dims), seed);
        if (type == ElementType::float16) {
            b.initializer(halves(name, values, dims));
            return;
        }
        const std::vector<double> wide(values.begin(), values.end());
        b.initializer(tensor_proto(name, type, std::string(reinterpret_cast<const char*>(wide.data()), wide.size() * 8), dims));
    };
    weight("w", 1, {16, 32});
    weight("b", 2, {32});
    weight("v", 3, {32, 8});
    b.node("Gemm", {"x", "w", "b"}, {"g"}).node("Relu", {"g"}, {"r"}).node("MatMul", {"r", "v"}, {"m"}).node("Softmax", {"m"}, {"y"});
    return make_model(b.build());
}

std::vector<float> answer(const onnx::ModelProto& proto, ElementType type) {
    const auto values = normal_floats(16, 7);
    std::vector<std::uint16_t> half;
    for (const float value : values) half.push_back(float_to_half(value));
    const std::vector<double> wide(values.begin(), values.end());
    const Tensor input = type == ElementType::float16 ? test::tensor_of(type, half, {1, 16}) : test::tensor_of(type, wide, {1, 16});
    const Tensor output = test::open_proto(proto)->run({{"x", input}}).at(0);
    EXPECT_EQ(output.type, type);
    std::vector<float> floats;
    if (type == ElementType::float16)
        for (const auto bits : output.as<std::uint16_t>()) floats.push_back(half_to_float(bits));
    else
        for (const auto value : output.as<double>()) floats.push_back(static_cast<float>(value));
    return floats;
}

TEST(OtherFloats, EveryMethodWorksAndBordersKeepTheirTypes) {
    for (const ElementType type : {ElementType::float16, ElementType::float64})
        for (const Method method : {Method::int8_dynamic, Method::fp16}) {
            if (type == ElementType::float16 && method == Method::fp16) continue;
            const ModelPtr model = model_of(type);
            Recipe recipe;
            recipe.rules.push_back({"all", method, {}});
            const Quantized made = quantize({test::runtime(), model, recipe, nullptr, {}}, {});
            EXPECT_EQ(made.plan.count(method), method == Method::fp16 ? 4U : 2U);
            EXPECT_GT(test::sqnr_db(answer(model->proto(), type), answer(*made.proto, type)), 22) << name(type) << id(method);
        }
}

TEST(OtherFloats, WhatStaysInFloatKeepsItsOwnType) {
    const ModelPtr model = model_of(ElementType::float64);
    Recipe recipe;
    recipe.rules.push_back({"op:MatMul", Method::int8_dynamic, {}});
    recipe.rules.push_back({"op:Relu", Method::int8_static, {}});  // alone it lies at the edge
    const Plan plan = make_plan(model, recipe);
    EXPECT_EQ(plan.nodes[1].applied, Method::fp32);
    EXPECT_EQ(plan.nodes[1].already, Precision::fp64);
    EXPECT_FALSE(plan.nodes[1].why.empty());
    const Quantized made = quantize({test::runtime(), model, {Method::fp32, true, {recipe.rules[0]}, {}}, nullptr, {}}, {});
    for (const auto& node : made.proto->graph().node())
        if (node.op_type() == "Gemm" || node.op_type() == "Relu") {
            EXPECT_THAT(node.output(0), Not(HasSubstr("fp32"))) << node.op_type();
        }
    EXPECT_GT(test::sqnr_db(answer(model->proto(), ElementType::float64), answer(*made.proto, ElementType::float64)), 22);
}

TEST(OtherFloats, HalfStaysHalfAndIsSaidOnce) {
    Recipe recipe;
    recipe.default_method = Method::fp16;
    const Plan plan = make_plan(model_of(ElementType::float16), recipe);
    EXPECT_TRUE(plan.changes_nothing());
    EXPECT_EQ(plan.count(Method::fp32), 0U);
    EXPECT_EQ(plan.count(Precision::fp16), 4U);
    ASSERT_EQ(plan.findings.size(), 1U);
    EXPECT_EQ(plan.findings[0].code, "nothing-changed");
    EXPECT_EQ(plan.findings[0].severity, Severity::warning);
    EXPECT_THAT(plan.findings[0].text, HasSubstr("half precision already"));
}

TEST(NothingChanged, SaysNothingOfAnOpsetThatIsNotWritten) {
    ModelBuilder b(9);
    b.input("x", ElementType::float32, {1, 4}).output("y", ElementType::float32, {1, 4}).node("Exp", {"x"}, {"y"});
    Recipe recipe;
    recipe.default_method = Method::int8_dynamic;
    const Plan plan = make_plan(make_model(b.build()), recipe);
    ASSERT_EQ(plan.findings.size(), 1U);
    EXPECT_EQ(plan.findings[0].code, "nothing-changed");
}

TEST(NothingChanged, NamesTheReasonsAndCountsNoConstantNodes) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 4}).output("y", ElementType::float32, {1, 4});
    b.node("Constant", {}, {"c"}, {{"value", tensor_proto("c", std::vector<float>{1, 2, 3, 4}, {4})}}).node("Exp", {"x"}, {"e"}).node("Add", {"e", "c"}, {"y"});
    Recipe recipe;
    recipe.default_method = Method::int8_dynamic;
    const Plan plan = make_plan(make_model(b.build()), recipe);
    EXPECT_EQ(plan.count(Method::fp32), 2U);
    ASSERT_FALSE(plan.findings.empty());
    EXPECT_EQ(plan.findings.back().code, "nothing-changed");
    EXPECT_THAT(plan.findings.back().text, HasSubstr("does not support Exp"));
}

}  // namespace
}  // namespace vernier
