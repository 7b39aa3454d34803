// SPDX-License-Identifier: GPL-3.0-or-later
// Tensors in every way in which a file may store them.
#include <gtest/gtest.h>

#include "core/base/narrow_types.h"
#include "core/model/weights.h"
#include "core/model/written.h"
#include "tests/model/expect.h"

namespace vernier {
namespace {

using test::Attr;
using test::ModelBuilder;
using test::refusal;
using testing::ElementsAre;

/// A model that holds one tensor, used or not.
onnx::ModelProto holding(const onnx::TensorProto& tensor) {
    ModelBuilder b(21, 10);
    b.input("x", ElementType::float32, {2}).node("Relu", {"x"}, {"y"}).output("y", ElementType::float32, {2});
    b.initializer(tensor);
    return b.build();
}

onnx::TensorProto typed(ElementType type, const std::vector<std::int64_t>& dims) {
    onnx::TensorProto tensor;
    tensor.set_name("t");
    tensor.set_data_type(static_cast<int>(type));
    for (const std::int64_t dim : dims) tensor.add_dims(dim);
    return tensor;
}

std::vector<float> floats_of(const onnx::TensorProto& tensor) {
    const ModelPtr model = make_model(holding(tensor));
    return to_floats(model->initializers().at(0));
}

TEST(Constants, TypedFieldsGiveTheSameBytesAsRawData) {
    onnx::TensorProto f = typed(ElementType::float32, {2});
    f.add_float_data(1.5F);
    f.add_float_data(-2);
    EXPECT_THAT(floats_of(f), ElementsAre(1.5F, -2));
    onnx::TensorProto d = typed(ElementType::float64, {1});
    d.add_double_data(0.25);
    EXPECT_THAT(floats_of(d), ElementsAre(0.25F));
    onnx::TensorProto l = typed(ElementType::int64, {2});
    l.add_int64_data(-7);
    l.add_int64_data(8);
    EXPECT_THAT(floats_of(l), ElementsAre(-7, 8));
    onnx::TensorProto u = typed(ElementType::uint32, {1});
    u.add_uint64_data(4000000000U);
    EXPECT_THAT(floats_of(u), ElementsAre(4e9F));
    onnx::TensorProto c = typed(ElementType::int8, {3});
    for (const int value : {-128, 0, 127}) c.add_int32_data(value);
    EXPECT_THAT(floats_of(c), ElementsAre(-128, 0, 127));
    onnx::TensorProto h = typed(ElementType::float16, {2});
    h.add_int32_data(0x3C00);
    h.add_int32_data(0xC000);
    EXPECT_THAT(floats_of(h), ElementsAre(1, -2));
    onnx::TensorProto b = typed(ElementType::bfloat16, {1});
    b.add_int32_data(0x3FC0);
    EXPECT_THAT(floats_of(b), ElementsAre(1.5F));
}

TEST(Constants, FourBitValuesLieTwoAByteTheFirstInTheLowHalf) {
    EXPECT_THAT(floats_of(test::tensor_proto("t", ElementType::uint4, "\x21\x43\x05", {5})), ElementsAre(1, 2, 3, 4, 5));
    EXPECT_THAT(floats_of(test::tensor_proto("t", ElementType::int4, "\xF8\x07", {3})), ElementsAre(-8, -1, 7));
    onnx::TensorProto packed = typed(ElementType::uint4, {3});
    packed.add_int32_data(0x21);
    packed.add_int32_data(0x03);
    EXPECT_THAT(floats_of(packed), ElementsAre(1, 2, 3));
}

TEST(Constants, TwoBitValuesLieFourAByteTheFirstInTheLowestBits) {
    EXPECT_THAT(floats_of(test::tensor_proto("t", kUint2, "\xE4\x02", {5})), ElementsAre(0, 1, 2, 3, 2));
    EXPECT_THAT(floats_of(test::tensor_proto("t", kInt2, "\xE4", {4})), ElementsAre(0, 1, -2, -1));
    EXPECT_EQ(byte_size(kInt2, 5), 2U);
    EXPECT_EQ(byte_size(ElementType::float4e2m1, 3), 2U);
    onnx::TensorProto packed = typed(kUint2, {5});
    packed.add_int32_data(0xE4);
    packed.add_int32_data(0x02);
    EXPECT_THAT(floats_of(packed), ElementsAre(0, 1, 2, 3, 2));
}

TEST(Constants, NarrowFloatsHaveTheirValues) {
    EXPECT_THAT(floats_of(test::tensor_proto("t", ElementType::float4e2m1, "\x21\x97", {4})), ElementsAre(0.5F, 1, 6, -0.5F));
    EXPECT_THAT(floats_of(test::tensor_proto("t", ElementType::float8e4m3fn, "\x38\x7E\x01", {3})), ElementsAre(1, 448, 0.001953125F));
    EXPECT_THAT(floats_of(test::tensor_proto("t", ElementType::float8e4m3fnuz, "\x40\xFF", {2})), ElementsAre(1, -240));
    EXPECT_THAT(floats_of(test::tensor_proto("t", ElementType::float8e5m2, "\x3C\x7B", {2})), ElementsAre(1, 57344));
    EXPECT_THAT(floats_of(test::tensor_proto("t", ElementType::float8e5m2fnuz, "\x40\x7F", {2})), ElementsAre(1, 57344));
    EXPECT_THAT(floats_of(test::tensor_proto("t", kFloat8e8m0, "\x7F\x80\x7E", {3})), ElementsAre(1, 2, 0.5F));
}

TEST(Constants, StringsAreCountedAndHaveNoBytes) {
    onnx::TensorProto s = typed(ElementType::string, {2});
    s.add_string_data("cat");
    s.add_string_data("dog");
    const ModelPtr model = make_model(holding(s));
    EXPECT_EQ(model->initializers()[0].count(), 2U);
    EXPECT_TRUE(model->initializers()[0].data.empty());
    EXPECT_EQ(model->parameters(), 0U);
    EXPECT_TRUE(to_floats(model->initializers()[0]).empty());
}

TEST(Constants, ScalarsAndEmptyTensorsAreTensors) {
    const ModelPtr scalar = make_model(holding(test::tensor_proto("t", std::vector<float>{3}, {})));
    EXPECT_EQ(scalar->initializers()[0].count(), 1U);
    EXPECT_EQ(scalar->value(scalar->find_value("t")).type.text(), "float32[]");
    const ModelPtr empty = make_model(holding(test::tensor_proto("t", std::vector<float>{}, {0, 4})));
    EXPECT_EQ(empty->initializers()[0].count(), 0U);
}

TEST(Constants, BytesThatDoNotFitTheShapeAreRefused) {
    const std::vector<float> four(4);
    EXPECT_EQ(refusal(holding(test::tensor_proto("t", four, {5})), "holds 16 bytes").where().tensor, "t");
    refusal(holding(test::tensor_proto("t", four, {3})), "holds 16 bytes");
    refusal(holding(typed(ElementType::float32, {1 << 20, 1 << 20})), "holds no values");
    refusal(holding(test::tensor_proto("t", four, {-4})), "negative");
    const std::int64_t huge = std::int64_t{1} << 31;
    refusal(holding(test::tensor_proto("t", four, {huge, huge, huge})), "more elements");
    refusal(holding(test::tensor_proto("t", static_cast<ElementType>(77), "abcd", {4})), "unknown data type 77");
    refusal(holding(test::tensor_proto("t", ElementType::undefined, "abcd", {4})), "unknown data type 0");
    onnx::TensorProto both = test::tensor_proto("t", four, {4});
    both.add_float_data(1);
    refusal(holding(both), "twice");
    onnx::TensorProto few = typed(ElementType::float32, {3});
    few.add_float_data(1);
    refusal(holding(few), "holds 1 values");
}

TEST(Constants, ConstantNodesAreInitializersInEveryForm) {
    ModelBuilder b;
    b.node("Constant", {}, {"a"}, {Attr("value", test::tensor_proto("", std::vector<float>{1, 2}, {2}))});
    b.node("Constant", {}, {"b"}, {Attr("value_floats", std::vector<float>{3, 4, 5})});
    b.node("Constant", {}, {"c"}, {Attr("value_int", 7)});
    b.node("Relu", {"a"}, {"y"}).output("y", ElementType::float32, {2});
    const ModelPtr model = make_model(b.build());
    const auto floats = [&](const char* name) { return to_floats(*model->constant(model->find_value(name))); };
    EXPECT_THAT(floats("a"), ElementsAre(1, 2));
    EXPECT_THAT(floats("b"), ElementsAre(3, 4, 5));
    EXPECT_THAT(floats("c"), ElementsAre(7));
    EXPECT_EQ(model->value(model->find_value("c")).type.text(), "int64[]");
    EXPECT_TRUE(model->initializers()[0].from_constant_node);
    EXPECT_EQ(model->value(model->find_value("a")).producer, 0);
}

TEST(Constants, AreFoundThroughIdentityNodes) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {2}).initializer("w", std::vector<float>{1, 2}, {2});
    b.node("Identity", {"w"}, {"w1"}).node("Identity", {"w1"}, {"w2"}).node("Add", {"x", "w2"}, {"y"});
    b.output("y", ElementType::float32, {2});
    const ModelPtr model = make_model(b.build());
    ASSERT_NE(model->constant(model->find_value("w2")), nullptr);
    EXPECT_EQ(model->constant(model->find_value("w2"))->name, "w");
    EXPECT_EQ(model->constant(model->find_value("y")), nullptr);
}

TEST(Constants, SparseTensorsBecomeDense) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {"N", 2}).node("MatMul", {"x", "w"}, {"y"}).output("y", ElementType::float32, {"N", 3});
    onnx::SparseTensorProto& sparse = *b.proto().mutable_graph()->add_sparse_initializer();
    *sparse.mutable_values() = test::tensor_proto("w", std::vector<float>{5, 6}, {2});
    *sparse.mutable_indices() = test::tensor_proto("", std::vector<std::int64_t>{1, 5}, {2});
    sparse.add_dims(2);
    sparse.add_dims(3);
    const ModelPtr model = make_model(b.build());
    EXPECT_THAT(to_floats(model->initializers().at(0)), ElementsAre(0, 5, 0, 0, 0, 6));
    EXPECT_EQ(model->proto().graph().sparse_initializer_size(), 0) << "a weight like all others";
    EXPECT_EQ(model->value(model->find_value("y")).type.text(), "float32[N,3]");
    EXPECT_EQ(written_proto(*model).SerializeAsString(), b.build().SerializeAsString());
    *sparse.mutable_indices() = test::tensor_proto("", std::vector<std::int64_t>{0, 1, 1, 0}, {2, 2});
    EXPECT_THAT(to_floats(make_model(b.build())->initializers().at(0)), ElementsAre(0, 5, 0, 6, 0, 0));
    *sparse.mutable_indices() = test::tensor_proto("", std::vector<std::int64_t>{1, 6}, {2});
    refusal(b.build(), "outside its shape");
}

TEST(Constants, SparseTensorsOfAFileHaveABoundTogether) {
    const auto sparse_of = [](std::size_t count, std::int64_t side) {
        ModelBuilder b = test::small_model();
        for (std::size_t i = 0; i < count; ++i) {
            onnx::SparseTensorProto& sparse = *b.proto().mutable_graph()->add_sparse_initializer();
            *sparse.mutable_values() = test::tensor_proto("w" + std::to_string(i), std::vector<float>{5}, {1});
            *sparse.mutable_indices() = test::tensor_proto("", std::vector<std::int64_t>{1}, {1});
            sparse.add_dims(side);
            sparse.add_dims(side);
        }
        return b.build();
    };
    EXPECT_EQ(make_model(sparse_of(2, 1 << 13))->initializers().size(), 3U);
    refusal(sparse_of(3, 1 << 13), "takes 256 MB when it is dense");
    refusal(sparse_of(1, std::int64_t{1} << 17), "takes 65536 MB");
}

TEST(Constants, ALongChainOfIdentitiesHandsAConstantOn) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {2}).initializer("w", std::vector<float>{1, 2}, {2});
    constexpr int kLength = 20000;
    for (int i = 0; i < kLength; ++i) b.node("Identity", {i == 0 ? std::string("w") : "i" + std::to_string(i)}, {"i" + std::to_string(i + 1)});
    b.node("Add", {"x", "i" + std::to_string(kLength)}, {"y"}).output("y", ElementType::float32, {2});
    const ModelPtr model = make_model(b.build());
    for (const Node& node : model->nodes()) {
        const Initializer* constant = model->constant(node.outputs[0]);
        if (node.op_type == "Add")
            EXPECT_EQ(constant, nullptr);
        else
            ASSERT_TRUE(constant != nullptr && constant->name == "w") << node.label;
    }
}

}  // namespace
}  // namespace vernier
