// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/methods/fp16_exact.h"

#include <gmock/gmock.h>

#include "core/quant/methods/fp16.h"
#include "tests/quant/emitted.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using test::ModelBuilder;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Key;
using testing::Not;

/// Why each node stays in FP32, by name; empty = it becomes FP16.
std::map<std::string, std::string> reasons_of(const ModelBuilder& builder) {
    const ModelPtr model = make_model(builder.build());
    const GraphEdit edit(*model);
    std::vector<int> nodes;
    for (std::size_t i = 0; i < edit.size(); ++i) nodes.push_back(static_cast<int>(i));
    const auto reasons = why_not_fp16(edit, nodes);
    std::map<std::string, std::string> named;
    for (std::size_t i = 0; i < nodes.size(); ++i) named[edit.item(i).proto.name()] = reasons[i];
    return named;
}

/// Positions are divided, rounded, compared and used as indices of a table; its rows go through a layer.
ModelBuilder index_arithmetic() {
    ModelBuilder b;
    b.input("pos", ElementType::int64, {1, 16});
    b.initializer("three", std::vector<float>{3}, {}).initializer("n", std::vector<std::int64_t>{97}, {});
    b.initializer("table", test::random_floats(97 * 16, 1), {97, 16}).initializer("zero", std::vector<float>{0}, {});
    b.initializer("axis", std::vector<std::int64_t>{2}, {1}).initializer("w", test::random_floats(96, 2), {16, 6});
    b.node("Cast", {"pos"}, {"pf"}, {{"to", 1}}, "to_float").node("Div", {"pf", "three"}, {"pd"}, {}, "div").node("Floor", {"pd"}, {"fl"}, {}, "floor");
    b.node("Cast", {"fl"}, {"ix"}, {{"to", 7}}, "to_index").node("Mod", {"ix", "n"}, {"im"}, {}, "mod").node("Gather", {"table", "im"}, {"e"}, {}, "gather");
    b.node("Mul", {"fl", "three"}, {"back"}, {}, "mul").node("Sub", {"pf", "back"}, {"rest"}, {}, "sub").node("Equal", {"rest", "zero"}, {"eq"}, {}, "equal");
    b.node("Cast", {"eq"}, {"ef"}, {{"to", 1}}, "flag").node("Unsqueeze", {"ef", "axis"}, {"eu"}, {}, "unsqueeze");
    b.node("Mul", {"e", "eu"}, {"m"}, {}, "gate").node("MatMul", {"m", "w"}, {"y"}, {}, "layer").output("y", ElementType::float32, {1, 16, 6});
    return b;
}

TEST(Fp16Exact, IndexArithmeticStaysInFloatAndTheLayersDoNot) {
    const auto reasons = reasons_of(index_arithmetic());
    for (const auto* name : {"to_float", "div", "floor", "to_index", "mul", "sub", "equal"}) EXPECT_NE(reasons.at(name), "") << name;
    for (const auto* name : {"gather", "flag", "unsqueeze", "gate", "layer"}) EXPECT_EQ(reasons.at(name), "") << name;
    EXPECT_THAT(reasons.at("mul"), HasSubstr("whole numbers"));
}

TEST(Fp16Exact, AnglesOfPositionsStayInFloat) {
    ModelBuilder b;  // rotary embedding: a product of positions and frequencies
    b.input("pos", ElementType::int64, {1, "T"}).input("x", ElementType::float32, {1, "T", 8});
    b.initializer("frequencies", test::random_floats(4, 1), {1, 4, 1}).initializer("axis", std::vector<std::int64_t>{1}, {1});
    b.initializer("w", test::random_floats(64, 2), {8, 8});
    b.node("Cast", {"pos"}, {"pf"}, {{"to", 1}}, "to_float").node("Unsqueeze", {"pf", "axis"}, {"pu"}, {}, "unsqueeze");
    b.node("MatMul", {"frequencies", "pu"}, {"f"}, {}, "angles").node("Transpose", {"f"}, {"ft"}, {{"perm", {0, 2, 1}}}, "turn");
    b.node("Concat", {"ft", "ft"}, {"fc"}, {{"axis", -1}}, "join").node("Cos", {"fc"}, {"c"}, {}, "cos").node("Mul", {"x", "c"}, {"xc"}, {}, "rotate");
    b.node("MatMul", {"xc", "w"}, {"y"}, {}, "layer").output("y", ElementType::float32, {1, "T", 8});
    const auto reasons = reasons_of(b);
    for (const auto* name : {"to_float", "unsqueeze", "angles", "turn", "join", "cos"}) EXPECT_NE(reasons.at(name), "") << name;
    for (const auto* name : {"rotate", "layer"}) EXPECT_EQ(reasons.at(name), "") << name;
}

TEST(Fp16Exact, WhatIsPickedOrComparedIsWalkedBackToItsLayer) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {4, 8}).initializer("w", test::random_floats(64, 1), {8, 8}).initializer("b", test::random_floats(8, 2), {8});
    b.initializer("limit", std::vector<float>{0.3F}, {}).initializer("zero", std::vector<float>{0}, {});
    b.node("MatMul", {"x", "w"}, {"m"}, {}, "layer").node("Add", {"m", "b"}, {"a"}, {}, "bias").node("ArgMax", {"a"}, {"k"}, {{"axis", 1}}, "pick");
    b.node("MatMul", {"x", "w"}, {"m2"}, {}, "layer2")
        .node("Greater", {"m2", "zero"}, {"p"}, {}, "positive")
        .node("Where", {"p", "m2", "zero"}, {"y"}, {}, "relu");
    b.node("MatMul", {"x", "w"}, {"m3"}, {}, "layer3").node("Sigmoid", {"m3"}, {"s"}, {}, "score").node("Less", {"s", "limit"}, {"l"}, {}, "limit");
    b.output("k", ElementType::int64, {4, 1}).output("y", ElementType::float32, {4, 8}).output("l", ElementType::boolean, {4, 8});
    const auto reasons = reasons_of(b);
    for (const auto* name : {"bias", "pick", "score", "limit"}) EXPECT_NE(reasons.at(name), "") << name;
    for (const auto* name : {"layer", "layer2", "layer3", "positive", "relu"}) EXPECT_EQ(reasons.at(name), "") << name << ": a sign survives";
}

TEST(Fp16Exact, AMaskMixedWithScoresKeepsOnlyItsOwnArithmetic) {
    ModelBuilder b;
    b.input("mask", ElementType::int64, {1, 8}).input("q", ElementType::float32, {1, 8, 8});
    b.initializer("one", std::vector<float>{1}, {}).initializer("low", std::vector<float>{-10000}, {});
    b.node("Cast", {"mask"}, {"mf"}, {{"to", 1}}, "to_float").node("Sub", {"one", "mf"}, {"i"}, {}, "invert").node("Mul", {"i", "low"}, {"ml"}, {}, "scale");
    b.node("MatMul", {"q", "q"}, {"s"}, {}, "scores").node("Add", {"s", "ml"}, {"sm"}, {}, "apply").node("Softmax", {"sm"}, {"y"}, {}, "softmax");
    b.output("y", ElementType::float32, {1, 8, 8});
    const auto reasons = reasons_of(b);
    for (const auto* name : {"to_float", "invert", "scale"}) EXPECT_NE(reasons.at(name), "") << name;
    for (const auto* name : {"scores", "apply", "softmax"}) EXPECT_EQ(reasons.at(name), "") << name;
}

TEST(Fp16Exact, WholeConstantsThatFp16WouldChangeStayInFloat) {
    ModelBuilder b;
    b.input("i", ElementType::int64, {4}).input("x", ElementType::float32, {4});
    std::vector<float> positions(5000);
    for (std::size_t k = 0; k < positions.size(); ++k) positions[k] = static_cast<float>(k);
    b.initializer("positions", positions, {5000}).initializer("factor", std::vector<float>{4096}, {});
    b.node("Gather", {"positions", "i"}, {"p"}, {}, "gather")
        .node("Mul", {"x", "factor"}, {"y"}, {}, "scale")
        .output("p", ElementType::float32, {4})
        .output("y", ElementType::float32, {4});
    const auto reasons = reasons_of(b);
    EXPECT_THAT(reasons.at("gather"), HasSubstr("whole numbers"));
    EXPECT_EQ(reasons.at("scale"), "") << "4096 is exact in FP16";
}

TEST(Fp16Exact, BytesOfPicturesAreExact) {
    ModelBuilder b;
    b.input("x", ElementType::uint8, {1, 8}).initializer("w", test::random_floats(32, 1), {8, 4}).initializer("k", std::vector<float>{255}, {});
    b.node("Cast", {"x"}, {"f"}, {{"to", 1}}, "cast").node("Div", {"f", "k"}, {"d"}, {}, "div").node("MatMul", {"d", "w"}, {"y"}, {}, "layer");
    b.output("y", ElementType::float32, {1, 4});
    for (const auto& [name, reason] : reasons_of(b)) EXPECT_EQ(reason, "") << name;
}

/// x [A,B,8] is transposed, perhaps looked through, and multiplied by a matrix.
ModelBuilder transposed(const test::Attr& perm, const std::string& between) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {7, 3, 8}).initializer("w", test::random_floats(64, 1), {8, 8});
    b.node("Relu", {"x"}, {"r"}, {}, "relu").node("Transpose", {"r"}, {"t"}, {perm}, "turn").node(between, {"t"}, {"i"}, {}, "between");
    b.node("MatMul", {"i", "w"}, {"y"}, {}, "layer").output("y", ElementType::float32, {});
    b.proto().mutable_graph()->mutable_output(0)->mutable_type()->mutable_tensor_type()->clear_shape();
    return b;
}

TEST(Fp16Exact, ATransposeThatKillsTheRuntimeInHalfStaysInFloat) {
    const test::Attr batch("perm", {1, 0, 2}), last("perm", {0, 2, 1});
    EXPECT_THAT(reasons_of(transposed(batch, "Identity")).at("turn"), HasSubstr("MatMul"));
    EXPECT_EQ(reasons_of(transposed(batch, "Relu")).at("turn"), "");
    ModelBuilder b = transposed(batch, "Identity");
    const ModelPtr model = make_model(b.build());
    GraphEdit edit(*model);
    const std::vector<int> nodes = {0, 1, 2, 3};
    const auto made = test::emitted(edit, nodes, why_not_fp16, fp16_findings, emit_fp16);
    const std::map<std::string, Tensor> inputs = {{"x", test::tensor_of(ElementType::float32, test::random_floats(168, 3), {7, 3, 8})}};
    EXPECT_GT(test::fidelity(*model, made, inputs), 50);
    EXPECT_EQ(reasons_of(transposed(last, "Identity")).at("relu"), "");
}

}  // namespace
}  // namespace vernier
