// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layers/twins.h"

#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <string>
#include <vector>

#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using namespace test;

/// Conv, BatchNormalization, Relu, Dropout, then two products of one shape side by side, added.
onnx::ModelProto net() {
    ModelBuilder b(13);
    b.input("x", ElementType::float32, {1, 4}).output("y", ElementType::float32, {1, 4});
    b.initializer("a", random_floats(16, 1), {4, 4}).initializer("b", random_floats(16, 2), {4, 4}).initializer("c", random_floats(16, 3), {4, 4});
    b.initializer("bias", random_floats(4, 4), {4});
    b.node("MatMul", {"x", "a"}, {"m"}, {}, "first");
    b.node("Add", {"m", "bias"}, {"n"}, {}, "bias");
    b.node("Relu", {"n"}, {"r"}, {}, "relu");
    b.node("Identity", {"r"}, {"i"}, {}, "same");
    b.node("MatMul", {"i", "b"}, {"left"}, {}, "left");
    b.node("MatMul", {"i", "c"}, {"right"}, {}, "right");
    b.node("Add", {"left", "right"}, {"y"}, {}, "sum");
    return b.build();
}

/// The same with the first two nodes as one Gemm, the Identity dropped, the products in the other order, and no names that are known.
onnx::ModelProto renamed(bool swapped = false) {
    ModelBuilder b(13);
    b.input("x", ElementType::float32, {1, 4}).output("y", ElementType::float32, {1, 4});
    b.initializer("1", random_floats(16, 1), {4, 4}).initializer("2", random_floats(16, 3), {4, 4}).initializer("3", random_floats(16, 2), {4, 4});
    b.initializer("4", random_floats(4, 4), {4});
    b.node("Gemm", {"x", "1", "4"}, {"5"});
    b.node("Relu", {"5"}, {"6"});
    b.node("MatMul", {"6", "2"}, {"7"});
    b.node("MatMul", {"6", "3"}, {"8"});
    b.node("Add", swapped ? Names{"7", "8"} : Names{"8", "7"}, {"y"});
    return b.build();
}

const Twin& twin(const Twins& twins, const Model& model, const std::string& label) {
    for (const Node& node : model.nodes())
        if (node.label == label) return twins.nodes[static_cast<std::size_t>(node.id)];
    static const Twin kNothing;
    return kNothing;
}

TEST(Twins, OneFileIsItsOwnTwin) {
    const ModelPtr model = make_model(net());
    const Twins twins = pair_nodes(*model, *model);
    EXPECT_EQ(twins.counted, 7u);
    EXPECT_EQ(twins.found, 7u);
    for (const Node& node : model->nodes()) EXPECT_EQ(twins.nodes[static_cast<std::size_t>(node.id)].node(), node.id) << node.label;
}

TEST(Twins, WithoutNamesNodesAreFoundByStructureAndWeights) {
    for (const bool swapped : {false, true}) {
        const ModelPtr model = make_model(net()), other = make_model(renamed(swapped));
        const Twins twins = pair_nodes(*model, *other);
        EXPECT_EQ(twins.found, twins.counted);
        EXPECT_EQ(other->node(twin(twins, *model, "first").node()).op_type, "Gemm");
        EXPECT_EQ(twin(twins, *model, "bias").kind, Twin::Kind::folded);
        EXPECT_EQ(twin(twins, *model, "same").kind, Twin::Kind::removed);
        // Of two products of one shape, the one with the same weight.
        EXPECT_EQ(other->value(other->node(twin(twins, *model, "left").node()).outputs[0]).name, "8");
        EXPECT_EQ(other->value(other->node(twin(twins, *model, "right").node()).outputs[0]).name, "7");
    }
}

TEST(Twins, NamesThatStandAtOtherOperatorsAreNotGoneBy) {
    onnx::ModelProto proto = renamed();
    const std::vector<std::string> wrong = {"relu", "first", "sum", "same", "left"};
    for (int i = 0; i < proto.graph().node_size(); ++i) proto.mutable_graph()->mutable_node(i)->set_name(wrong[static_cast<std::size_t>(i)]);
    const ModelPtr model = make_model(net()), other = make_model(proto);
    const Twins twins = pair_nodes(*model, *other);
    EXPECT_EQ(other->node(twin(twins, *model, "first").node()).op_type, "Gemm");
    EXPECT_EQ(other->node(twin(twins, *model, "relu").node()).op_type, "Relu");
}

/// As Python's dynamic quantizer writes a MatMul: names with "_quant", Cast and Mul behind it.
TEST(Twins, ADynamicProductIsFoundWithTheNodesBehindIt) {
    ModelBuilder f(13);
    f.input("x", ElementType::float32, {1, 4}).output("y", ElementType::float32, {1, 4});
    f.initializer("a", random_floats(16, 1), {4, 4}).node("MatMul", {"x", "a"}, {"m"}, {}, "fc").node("Relu", {"m"}, {"y"}, {}, "relu");
    ModelBuilder q(13);
    q.input("x", ElementType::float32, {1, 4}).output("y", ElementType::float32, {1, 4});
    q.initializer(tensor_proto("a_codes", ElementType::int8, std::string(16, '\3'), {4, 4})).initializer("s", std::vector<float>{0.1f}, {});
    q.node("DynamicQuantizeLinear", {"x"}, {"xq", "xs", "xz"});
    q.node("MatMulInteger", {"xq", "a_codes", "xz"}, {"m_output_quantized"}, {}, "fc_quant");
    q.node("Cast", {"m_output_quantized"}, {"m_cast"}, {{"to", 1}});
    q.node("Mul", {"xs", "s"}, {"scales"});
    q.node("Mul", {"m_cast", "scales"}, {"m"});
    q.node("Relu", {"m"}, {"y"}, {}, "relu");
    const ModelPtr model = make_model(f.build()), other = make_model(q.build());
    const Twins twins = pair_nodes(*model, *other);
    EXPECT_EQ(twins.found, 2u);
    EXPECT_EQ(other->node(twin(twins, *model, "fc").node()).op_type, "MatMulInteger");
    EXPECT_EQ(twin(twins, *model, "fc").nodes.size(), 3u);
    const std::int32_t tensor = twins.tensor_of[static_cast<std::size_t>(model->find_value("m"))];
    ASSERT_NE(tensor, kNone);
    EXPECT_EQ(other->value(twins.tensors[static_cast<std::size_t>(tensor)].made).name, "m");
}

}  // namespace
}  // namespace vernier
