// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/passes/sequence.h"

#include <gmock/gmock.h>

#include "core/quant/quantize.h"
#include "tests/quant/run_fixture.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using test::ModelBuilder;
using test::normal_floats;

onnx::ModelProto changed(const Model& model, int expected) {
    GraphEdit edit(model);
    EXPECT_EQ(sum_before_layer_norm(edit), expected);
    return edit.build();
}

ModelBuilder residual(int opset) {
    ModelBuilder b(opset);
    b.input("x", ElementType::float32, {1, 4, 16});
    b.initializer("w", normal_floats(256, 1), {16, 16}).initializer("g", normal_floats(16, 2), {16}).initializer("b", normal_floats(16, 3), {16});
    b.node("MatMul", {"x", "w"}, {"m"}).node("Add", {"m", "x"}, {"sum"}, {}, "residual");
    b.output("y", ElementType::float32, {1, 4, 16});
    return b;
}

void compare(const Model& model, const onnx::ModelProto& proto) {
    const std::map<std::string, Tensor> inputs = {{"x", test::tensor_of(ElementType::float32, normal_floats(64, 5), {1, 4, 16})}};
    EXPECT_GT(test::sqnr_db(test::first_output(model.proto(), inputs), test::first_output(proto, inputs)), 110);
}

TEST(SumBeforeLayerNorm, StopsTheSlowFusion) {
    ModelBuilder b = residual(17);
    b.node("LayerNormalization", {"sum", "g", "b"}, {"y"});
    const ModelPtr model = make_model(b.build());
    const onnx::ModelProto proto = changed(*model, 1);
    compare(*model, proto);
    EXPECT_TRUE(test::executed_ops(model->proto()).contains("SkipLayerNormalization"));
    EXPECT_FALSE(test::executed_ops(proto).contains("SkipLayerNormalization"));
}

TEST(SumBeforeLayerNorm, KnowsTheTakenApartForm) {
    ModelBuilder b = residual(16);
    b.initializer("two", std::vector<float>{2}, {}).initializer("eps", std::vector<float>{1e-5f}, {});
    b.node("ReduceMean", {"sum"}, {"mean"}, {{"axes", {-1}}}).node("Sub", {"sum", "mean"}, {"d"}).node("Pow", {"d", "two"}, {"sq"});
    b.node("ReduceMean", {"sq"}, {"var"}, {{"axes", {-1}}}).node("Add", {"var", "eps"}, {"ve"}).node("Sqrt", {"ve"}, {"sd"});
    b.node("Div", {"d", "sd"}, {"n"}).node("Mul", {"n", "g"}, {"s"}).node("Add", {"s", "b"}, {"y"});
    const ModelPtr model = make_model(b.build());
    const onnx::ModelProto proto = changed(*model, 1);
    compare(*model, proto);
    EXPECT_FALSE(test::executed_ops(proto).contains("SkipLayerNormalization"));
}

TEST(SumBeforeLayerNorm, LeavesASumWithOtherReadersAlone) {
    ModelBuilder b = residual(17);
    b.node("LayerNormalization", {"sum", "g", "b"}, {"y"}).node("Relu", {"sum"}, {"z"});
    b.output("z", ElementType::float32, {1, 4, 16});
    (void)changed(*make_model(b.build()), 0);
    ModelBuilder constant(17);
    constant.input("x", ElementType::float32, {1, 4, 16}).initializer("c", normal_floats(16, 1), {16});
    constant.node("Add", {"x", "c"}, {"sum"}).node("LayerNormalization", {"sum", "c", "c"}, {"y"});
    constant.output("y", ElementType::float32, {1, 4, 16});
    (void)changed(*make_model(constant.build()), 0);
}

/// ids [N, 6] as one-hot rows of 5 classes, times W [5, 4], bias, activation; expanded by Expand or by Equal itself.
ModelBuilder one_hot(bool expand, bool second_reader) {
    ModelBuilder b(15);
    b.input("ids", ElementType::int32, {"N", 6});
    b.initializer("column", std::vector<std::int64_t>{-1, 6, 1}, {3});
    b.initializer(test::tensor_proto("range", ElementType::int32, std::string("\0\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0", 20), {1, 1, 5}));
    b.initializer("w", normal_floats(20, 1), {5, 4}).initializer("bias", normal_floats(4, 2), {1, 1, 4}).initializer("half", std::vector<float>{0.5f}, {});
    b.node("Reshape", {"ids", "column"}, {"x"});
    if (expand) {
        b.initializer("wide", std::vector<std::int64_t>{1, 6, 5}, {3});
        b.node("Expand", {"x", "wide"}, {"xw"});
    }
    b.node("Equal", {expand ? "xw" : "x", "range"}, {"hot"}).node("Cast", {"hot"}, {"hotf"}, {{"to", 1}});
    b.node("MatMul", {"hotf", "w"}, {"m"}, {}, "embed").node("Add", {"m", "bias"}, {"a"}).node("Tanh", {"a"}, {"t"});
    b.node("Mul", {"t", "a"}, {"ta"}).node("Mul", {"ta", "half"}, {"g"}).node("ReduceMax", {"g"}, {"y"}, {{"axes", {1}}, {"keepdims", 0}});
    b.output("y", ElementType::float32, {"N", 4});
    if (second_reader) b.output("a", ElementType::float32, {"N", 6, 4});
    return b;
}

void expect_same_one_hot(const Model& model, std::map<std::string, int> expected_ops) {
    GraphEdit edit(model);
    PassContext context;
    context.wants_integer.assign(model.nodes().size(), true);
    context.absorbed.assign(model.nodes().size(), false);
    EXPECT_EQ(one_hot_to_table(edit, context), 1);
    const onnx::ModelProto proto = edit.build();
    const auto ops = test::op_counts(proto);
    EXPECT_EQ(ops.count("MatMul") + ops.count("Equal"), 0u);
    for (const auto& [op, count] : expected_ops) EXPECT_EQ(ops.contains(op) ? ops.at(op) : 0, count) << op;
    const std::vector<std::int32_t> ids = {0, 1, 2, 3, 4, 5, -1, -7, 100, 4, 2, 2};  // outside too: no hot one
    const std::map<std::string, Tensor> inputs = {{"ids", test::tensor_of(ElementType::int32, ids, {2, 6})}};
    EXPECT_GT(test::sqnr_db(test::first_output(model.proto(), inputs), test::first_output(proto, inputs)), 110);
}

TEST(OneHotToTable, GathersWhatTheProductAndTheActivationWouldMake) {
    for (const bool expand : {true, false})
        expect_same_one_hot(*make_model(one_hot(expand, false).build()), {{"Gather", 1}, {"Tanh", 0}, {"Mul", 0}, {"Add", 0}, {"ReduceMax", 1}});
}

TEST(OneHotToTable, KeepsStepsWhoseInputIsNeededElsewhere) {
    expect_same_one_hot(*make_model(one_hot(true, true).build()), {{"Gather", 1}, {"Tanh", 1}, {"Add", 0}});
}

TEST(OneHotToTable, AStepChosenForFloatIsExecuted) {
    const ModelPtr model = make_model(one_hot(true, false).build());
    for (const bool explicit_choice : {false, true}) {
        Recipe recipe;
        recipe.default_method = Method::int8_dynamic;
        if (explicit_choice) recipe.rules.push_back({.select = "op:Tanh", .method = Method::fp32, .per_channel = {}});
        const Quantized result = quantize({test::runtime(), model, recipe, nullptr, {}}, {});
        const auto executed = test::executed_ops(*result.proto);
        EXPECT_EQ(executed.contains("Tanh"), explicit_choice);
        EXPECT_FALSE(executed.contains("Equal"));
        for (const NodePlan& node : result.plan.nodes) {
            if (model->node(node.node).op_type != "Tanh") continue;
            EXPECT_EQ(node.absorbed, !explicit_choice);
        }
    }
}

TEST(OneHotToTable, AnExplicitFloatInFrontKeepsTheProduct) {
    const ModelPtr model = make_model(one_hot(true, false).build());
    for (const std::string op : {"Expand", "Equal", "Cast"}) {
        Recipe recipe;
        recipe.default_method = Method::int8_dynamic;
        recipe.rules.push_back({.select = "op:" + op, .method = Method::fp32, .per_channel = {}});
        const Quantized result = quantize({test::runtime(), model, recipe, nullptr, {}}, {});
        EXPECT_TRUE(test::op_counts(*result.proto).contains(op)) << op;
    }
}

TEST(OneHotToTable, LeavesOtherProductsAlone) {
    const ModelPtr model = make_model(one_hot(true, false).build());
    GraphEdit edit(*model);
    PassContext context;
    context.wants_integer.assign(model->nodes().size(), false);
    context.absorbed.assign(model->nodes().size(), false);
    EXPECT_EQ(one_hot_to_table(edit, context), 0);
    onnx::ModelProto shifted = model->proto();
    for (auto& tensor : *shifted.mutable_graph()->mutable_initializer())
        if (tensor.name() == "range") (*tensor.mutable_raw_data())[0] = 9;
    const ModelPtr other = make_model(shifted);
    GraphEdit other_edit(*other);
    context.wants_integer.assign(other->nodes().size(), true);
    EXPECT_EQ(one_hot_to_table(other_edit, context), 0);
}

}  // namespace
}  // namespace vernier
