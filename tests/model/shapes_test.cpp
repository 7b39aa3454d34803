// SPDX-License-Identifier: GPL-3.0-or-later
// Types and shapes of values, and multiply-accumulates counted from them.
#include <gtest/gtest.h>

#include "tests/model/expect.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using test::Attrs;
using test::Axes;
using test::ModelBuilder;
using test::random_floats;

TEST(Shapes, NamedAxesAreKept) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {"batch", 3, "h", "w"}).initializer("k", random_floats(216, 1), {8, 3, 3, 3});
    b.node("Conv", {"x", "k"}, {"c"}, {{"pads", {1, 1, 1, 1}}}).node("GlobalAveragePool", {"c"}, {"y"});
    b.output("y", ElementType::float32, {"batch", 8, 1, 1});
    const ModelPtr model = make_model(b.build());
    EXPECT_EQ(model->value(model->find_value("y")).type.text(), "float32[batch,8,1,1]");
    EXPECT_EQ(model->value(model->find_value("x")).type.text(), "float32[batch,3,h,w]");
    EXPECT_EQ(model->value(model->find_value("c")).type.dims[1].value, 8);
}

TEST(Shapes, ValuesOfSmallConstantsAndShapesAreFollowed) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {4, 6, 5}).initializer("tail", std::vector<std::int64_t>{-1}, {1});
    b.initializer("first", std::vector<std::int64_t>{0}, {1});
    b.node("Shape", {"x"}, {"s"}).node("Gather", {"s", "first"}, {"n"}).node("Concat", {"n", "tail"}, {"to"}, {{"axis", 0}});
    b.node("Reshape", {"x", "to"}, {"y"}).output("y", ElementType::float32, {"a", "b"});
    const ModelPtr model = make_model(b.build());
    EXPECT_EQ(model->value(model->find_value("y")).type.text(), "float32[4,30]");
}

TEST(Shapes, TextsSayWhatIsKnown) {
    EXPECT_EQ(ValueType{}.text(), "?");
    EXPECT_EQ((ValueType{ElementType::int8, false, {}, {}}.text()), "int8");
    EXPECT_EQ((ValueType{ElementType::float32, true, {{2, ""}, {-1, ""}, {-1, "N"}}, {}}.text()), "float32[2,?,N]");
    EXPECT_EQ((ValueType{ElementType::float32, true, {{2, ""}, {-1, "N"}, {3, ""}}, {}}.count()), 6U);
    EXPECT_FALSE((ValueType{ElementType::float32, false, {}, {}}.count()).has_value());
    const std::int64_t huge = std::int64_t{1} << 62;
    EXPECT_EQ((ValueType{ElementType::float32, true, {{huge, ""}, {huge, ""}}, {}}.count()), UINT64_MAX);
}

TEST(Shapes, SequencesAndOptionalsAreDescribed) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {"N", 8}).node("SequenceConstruct", {"x", "x"}, {"s"});
    b.node("SequenceLength", {"s"}, {"y"}).output("y", ElementType::int64, {});
    const ModelPtr model = make_model(b.build());
    const ValueType& type = model->value(model->find_value("s")).type;
    EXPECT_EQ(type.element, ElementType::undefined);
    EXPECT_EQ(type.text(), "sequence(float32[N,8])");
}

TEST(Shapes, InputsWithoutAShapeAreAccepted) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {}).node("Relu", {"x"}, {"y"}).output("y", ElementType::float32, {});
    for (auto* info : {b.proto().mutable_graph()->mutable_input(0), b.proto().mutable_graph()->mutable_output(0)})
        info->mutable_type()->mutable_tensor_type()->clear_shape();
    const ModelPtr model = make_model(b.build());
    EXPECT_EQ(model->value(model->find_value("x")).type.text(), "float32");
}

TEST(Shapes, TypesFoundElsewhereFillGapsAndOnlyGaps) {
    ModelBuilder b;
    b.domain("com.microsoft", 1).input("x", ElementType::float32, {2, 8}).initializer("w", random_floats(32, 1), {8, 4});
    b.node("BiasGelu", {"x", "w"}, {"g"}, {}, "", "com.microsoft").node("MatMul", {"g", "w"}, {"y"});
    b.output("y", ElementType::float32, {"?", 4});
    const ModelPtr model = make_model(b.build());
    EXPECT_EQ(model->value(model->find_value("g")).type.text(), "?");
    const ValueType found{ElementType::float32, true, {{2, ""}, {8, ""}}, {}};
    const ValueType wrong{ElementType::int8, true, {{1, ""}}, {}};
    const ModelPtr typed = with_types(model, {{"g", found}, {"x", wrong}, {"nowhere", found}});
    EXPECT_EQ(typed->value(typed->find_value("g")).type.text(), "float32[2,8]");
    EXPECT_EQ(typed->value(typed->find_value("x")).type.text(), "float32[2,8]");
    EXPECT_EQ(typed->node(1).macs, 1U * 4 * 8);
    EXPECT_EQ(&typed->proto(), &model->proto());
    EXPECT_EQ(typed->find_value("y"), model->find_value("y"));
}

std::uint64_t macs_of(const std::string& op, const Axes& input, const test::Dims& weight, const Attrs& attrs, const Axes& output,
                      const std::string& domain = {}) {
    ModelBuilder b;
    std::size_t count = 1;
    for (const std::int64_t dim : weight) count *= static_cast<std::size_t>(dim);
    if (!domain.empty()) b.domain(domain, 1);
    b.input("x", ElementType::float32, input).initializer("w", random_floats(count, 1), weight);
    b.node(op, {"x", "w"}, {"y"}, attrs, "n", domain).output("y", ElementType::float32, output);
    return make_model(b.build())->node(0).macs;
}

TEST(Macs, OfConvolutions) {
    EXPECT_EQ(macs_of("Conv", {1, 3, 16, 16}, {8, 3, 3, 3}, {{"pads", {1, 1, 1, 1}}}, {1, 8, 16, 16}), 8U * 256 * 27);
    EXPECT_EQ(macs_of("Conv", {"N", 8, 16, 16}, {8, 1, 3, 3}, {{"group", 8}, {"strides", {2, 2}}}, {"N", 8, 7, 7}), 8U * 49 * 9);
    EXPECT_EQ(macs_of("ConvTranspose", {1, 3, 10}, {3, 4, 4}, {{"strides", {2}}}, {1, 4, 22}), 3U * 10 * 4 * 4);
}

TEST(Macs, OfProducts) {
    EXPECT_EQ(macs_of("MatMul", {"N", 12, 64}, {64, 32}, {}, {"N", 12, 32}), 12U * 64 * 32);
    EXPECT_EQ(macs_of("MatMul", {"N", "K"}, {64, 32}, {}, {"N", 32}), 64U * 32);
    EXPECT_EQ(macs_of("Gemm", {5, 64}, {10, 64}, {{"transB", 1}}, {5, 10}), 5U * 64 * 10);
    EXPECT_EQ(macs_of("Gemm", {64, 5}, {64, 10}, {{"transA", 1}}, {5, 10}), 5U * 64 * 10);
}

TEST(Macs, OfRecurrentLayers) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {6, 2, 3});
    b.initializer("w", random_floats(2 * 16 * 3, 1), {2, 16, 3}).initializer("r", random_floats(2 * 16 * 4, 2), {2, 16, 4});
    b.node("LSTM", {"x", "w", "r"}, {"y"}, {{"hidden_size", 4}, {"direction", "bidirectional"}});
    b.output("y", ElementType::float32, {6, 2, 2, 4});
    EXPECT_EQ(make_model(b.build())->node(0).macs, 6U * 2 * (2 * 16 * 3 + 2 * 16 * 4));
}

TEST(Macs, OfQuantizedForms) {
    ModelBuilder b;
    b.domain("com.microsoft", 1).input("x", ElementType::float32, {3, 32});
    b.initializer(test::tensor_proto("w", ElementType::uint8, std::string(8 * 2 * 8, 'a'), {8, 2, 8}));
    b.initializer("s", random_floats(16, 1), {16});
    b.node("MatMulNBits", {"x", "w", "s"}, {"y"}, {{"K", 32}, {"N", 8}, {"bits", 4}, {"block_size", 16}}, "n", "com.microsoft");
    b.output("y", ElementType::float32, {3, 8});
    EXPECT_EQ(make_model(b.build())->node(0).macs, 3U * 32 * 8);
}

TEST(Parameters, OfASharedConstantCountAtItsFirstReader) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 8}).initializer("w", random_floats(64, 1), {8, 8});
    b.node("MatMul", {"x", "w"}, {"a"}).node("MatMul", {"a", "w"}, {"y"}).output("y", ElementType::float32, {1, 8});
    const ModelPtr model = make_model(b.build());
    EXPECT_EQ(model->node(0).parameters, 64U);
    EXPECT_EQ(model->node(0).weight_bytes, 256U);
    EXPECT_EQ(model->node(1).parameters, 0U);
    EXPECT_EQ(model->parameters(), 64U);
}

}  // namespace
}  // namespace vernier
