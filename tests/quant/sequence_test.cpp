// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/passes/sequence.h"

#include <gmock/gmock.h>

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

}  // namespace
}  // namespace vernier
