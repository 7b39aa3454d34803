// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/precision.h"

#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <string>
#include <utility>

#include "tests/support/model_builder.h"

namespace vernier::test {
namespace {

std::string zeros(std::size_t count) { return std::string(count, '\1'); }

ModelBuilder with_parameters() {
    ModelBuilder b(17);
    b.input("x", ElementType::float32, {1, 4}).output("y", ElementType::float32, {1, 4});
    b.initializer("s", std::vector<float>{0.1F}, {}).initializer(tensor_proto("z", ElementType::uint8, zeros(1), {}));
    b.initializer(tensor_proto("zw", ElementType::int8, std::string(1, '\0'), {})).initializer(tensor_proto("q", ElementType::int8, zeros(16), {4, 4}));
    return b;
}

TEST(Precision, BetweenQuantizeAndDequantizeItIsStatic) {
    ModelBuilder b = with_parameters();
    b.node("QuantizeLinear", {"x", "s", "z"}, {"xq"}).node("DequantizeLinear", {"xq", "s", "z"}, {"xd"});
    b.node("DequantizeLinear", {"q", "s", "zw"}, {"w"}).node("MatMul", {"xd", "w"}, {"m"}, {}, "mm");
    b.node("QuantizeLinear", {"m", "s", "z"}, {"mq"}).node("DequantizeLinear", {"mq", "s", "z"}, {"md"}).node("Softmax", {"md"}, {"y"});
    const ModelPtr model = make_model(b.build());
    for (NodeId id = 0; id < 6; ++id) EXPECT_EQ(precision_of(*model, id), Precision::int8_static) << model->node(id).label;
    EXPECT_EQ(precision_of(*model, 6), Precision::fp32);  // Softmax works on the float result
    EXPECT_EQ(main_precision(*model), Precision::int8_static);
}

TEST(Precision, StoredCodesAreWeights) {
    ModelBuilder b = with_parameters();
    b.node("DequantizeLinear", {"q", "s", "zw"}, {"w"}).node("MatMul", {"x", "w"}, {"m"});
    b.node("Cast", {"q"}, {"c"}, {{"to", 1}}).node("Mul", {"c", "s"}, {"v"}).node("MatMul", {"m", "v"}, {"y"});
    const ModelPtr model = make_model(b.build());
    for (const Node& node : model->nodes()) EXPECT_EQ(precision_of(*model, node.id), Precision::int8_weights) << node.label;
    EXPECT_EQ(code_bits(*model, model->find_value("w")), 8);
    EXPECT_EQ(code_bits(*model, model->find_value("x")), 0);
    EXPECT_EQ(main_precision(*model), Precision::int8_weights);
}

TEST(Precision, RunTimeRangesAreDynamic) {
    ModelBuilder b = with_parameters();
    b.node("DynamicQuantizeLinear", {"x"}, {"xq", "xs", "xz"})
        .node("MatMulInteger", {"xq", "q", "xz"}, {"i"})
        .node("Cast", {"i"}, {"f"}, {{"to", 1}})
        .node("Mul", {"f", "xs"}, {"y"});
    const ModelPtr model = make_model(b.build());
    EXPECT_EQ(precision_of(*model, 0), Precision::int8_dynamic);
    EXPECT_EQ(precision_of(*model, 1), Precision::int8_dynamic);
    EXPECT_EQ(precision_of(*model, 3), Precision::fp32);
    EXPECT_EQ(main_precision(*model), Precision::int8_dynamic);
}

TEST(Precision, AFewIntegerNodesDoNotNameTheModel) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 4}).output("y", ElementType::float32, {1, 4});
    b.initializer("s", std::vector<float>{0.1F}, {}).initializer(tensor_proto("z", ElementType::uint8, zeros(1), {}));
    b.initializer("w", std::vector<float>(16, 0.5F), {4, 4});
    b.node("QuantizeLinear", {"x", "s", "z"}, {"q"}).node("DequantizeLinear", {"q", "s", "z"}, {"h0"});
    for (int i = 0; i < 30; ++i) b.node("MatMul", {"h" + std::to_string(i), "w"}, {i == 29 ? "y" : "h" + std::to_string(i + 1)});
    EXPECT_EQ(main_precision(*make_model(b.build())), Precision::fp32);
}

TEST(Precision, HalfWeightsNameTheModelWhateverTheTypeOfItsInputs) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 4}).output("y", ElementType::float32, {1, 4});
    b.initializer(tensor_proto("w", ElementType::float16, std::string(32, '\1'), {4, 4}));
    b.node("Cast", {"x"}, {"h"}, {{"to", 10}}).node("MatMul", {"h", "w"}, {"m"}).node("Cast", {"m"}, {"f"}, {{"to", 1}});
    b.node("Relu", {"f"}, {"r"}).node("Sigmoid", {"r"}, {"g"}).node("Tanh", {"g"}, {"y"});
    EXPECT_EQ(main_precision(*make_model(b.build())), Precision::fp16);
}

TEST(Precision, OtherFloatsAreWhatTheyAre) {
    for (const auto& [type, expected] :
         {std::pair{ElementType::float16, Precision::fp16}, {ElementType::float64, Precision::fp64}, {ElementType::float32, Precision::fp32}}) {
        ModelBuilder b;
        b.input("x", type, {4}).output("y", type, {4}).node("Relu", {"x"}, {"y"});
        EXPECT_EQ(precision_of(*make_model(b.build()), 0), expected);
        EXPECT_EQ(main_precision(*make_model(b.build())), expected);
    }
}

}  // namespace
}  // namespace vernier::test
