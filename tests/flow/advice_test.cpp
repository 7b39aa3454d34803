// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/advice.h"

#include <gmock/gmock.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <filesystem>

#include "core/base/error.h"
#include "core/data/dataset.h"
#include "core/flow/open.h"
#include "tests/support/model_builder.h"
#include "tests/support/paths.h"
#include "tests/support/random.h"
#include "tests/support/temp_dir.h"

namespace vernier::test {
namespace {

using testing::HasSubstr;
using testing::Property;
using testing::Throws;

TEST(Advice, ConvolutionsWantStatic) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 3, 16, 16}).output("y", ElementType::float32, {1, 8, 16, 16});
    b.initializer("w", random_floats(8 * 3 * 9, 1), {8, 3, 3, 3}).node("Conv", {"x", "w"}, {"y"}, {{"pads", {1, 1, 1, 1}}});
    const Advice advice = advise(*make_model(b.build()));
    EXPECT_EQ(advice.method, Method::int8_static);
    ASSERT_EQ(advice.methods.size(), methods().size());
    EXPECT_FALSE(advice.methods[static_cast<std::size_t>(Method::int8_dynamic)].suits);
}

TEST(Advice, ProductsWithWeightsWantDynamic) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {"N", 512}).output("y", ElementType::float32, {"N", 512});
    b.initializer("w", random_floats(512 * 512, 1), {512, 512}).node("MatMul", {"x", "w"}, {"y"});
    EXPECT_EQ(advise(*make_model(b.build())).method, Method::int8_dynamic);
}

TEST(Advice, ATinyProductStaysAsItIs) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {"N", 64}).output("y", ElementType::float32, {"N", 64});
    b.initializer("w", random_floats(64 * 64, 1), {64, 64}).node("MatMul", {"x", "w"}, {"y"});
    const Advice advice = advise(*make_model(b.build()));
    EXPECT_EQ(advice.method, Method::fp32);
    EXPECT_NE(advice.text.find("tiny"), std::string::npos);
}

/// What is recommended must change something: a GRU has no integer kernel, a computed weight no codes.
TEST(Advice, NeverRecommendsWhatIsRefused) {
    ModelBuilder gru;
    gru.input("x", ElementType::float32, {4, 1, 64}).output("y", ElementType::float32, {4, 1, 1, 128});
    gru.initializer("w", random_floats(384 * 64, 1), {1, 384, 64}).initializer("r", random_floats(384 * 128, 2), {1, 384, 128});
    gru.node("GRU", {"x", "w", "r"}, {"y"}, {{"hidden_size", 128}});
    const Advice of_gru = advise(*make_model(gru.build()));
    EXPECT_NE(of_gru.method, Method::int8_dynamic);
    EXPECT_FALSE(of_gru.methods[static_cast<std::size_t>(Method::int8_dynamic)].suits);
    ModelBuilder computed;
    computed.input("x", ElementType::float32, {1, 8, 32, 32})
        .input("w", ElementType::float32, {64, 8, 3, 3})
        .output("y", ElementType::float32, {1, 64, 30, 30});
    computed.node("Conv", {"x", "w"}, {"y"});
    const Advice advice = advise(*make_model(computed.build()));
    EXPECT_EQ(advice.method, Method::fp32);
    EXPECT_NE(advice.text.find("computed"), std::string::npos) << advice.text;
}

TEST(Advice, HalfModelsWithConvolutionsWantStatic) {
    ModelBuilder b;
    b.input("x", ElementType::float16, {1, 8, 32, 32}).output("y", ElementType::float16, {1, 64, 30, 30});
    b.initializer(tensor_proto("w", ElementType::float16, std::string(2 * 64 * 8 * 9, '\x20'), {64, 8, 3, 3})).node("Conv", {"x", "w"}, {"y"});
    EXPECT_EQ(advise(*make_model(b.build())).method, Method::int8_static);
}

TEST(Advice, WithoutWeightsThereIsNothingToDo) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {4}).output("y", ElementType::float32, {4}).node("Relu", {"x"}, {"y"});
    EXPECT_EQ(advise(*make_model(b.build())).method, Method::fp32);
}

TEST(Advice, ALargeTableAloneWantsHalf) {
    ModelBuilder b;
    b.input("i", ElementType::int64, {"N"}).output("y", ElementType::float32, {"N", 64});
    b.initializer("table", random_floats(5000 * 64, 1), {5000, 64}).node("Gather", {"table", "i"}, {"y"});
    EXPECT_EQ(advise(*make_model(b.build())).method, Method::fp16);
}

TEST(Advice, WhatIsQuantizedStaysAsItIs) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {4}).output("y", ElementType::float32, {4});
    b.initializer("s", std::vector<float>{0.1F}, {}).initializer(tensor_proto("z", ElementType::uint8, std::string(1, '\0'), {}));
    b.node("QuantizeLinear", {"x", "s", "z"}, {"q"}).node("DequantizeLinear", {"q", "s", "z"}, {"y"});
    const ModelPtr model = make_model(b.build());
    EXPECT_EQ(advise(*model).method, Method::fp32);
    EXPECT_EQ(workload_of(*model).quantized_nodes, 2U);
}

TEST(Advice, WorkInBodiesCounts) {
    const auto branch = [](bool convolution) {
        ModelBuilder b;
        b.output("o", ElementType::float32, {1, 32, 512});
        if (convolution)
            b.initializer("w", random_floats(32 * 32 * 3, 1), {32, 32, 3}).node("Conv", {"x", "w"}, {"o"}, {{"pads", {1, 1}}});
        else
            b.initializer("w", random_floats(512 * 512, 2), {512, 512}).node("MatMul", {"x", "w"}, {"o"});
        return b.graph();
    };
    const auto model_of = [&](bool convolution) {
        ModelBuilder b;
        b.input("x", ElementType::float32, {1, 32, 512}).input("p", ElementType::boolean, {}).output("y", ElementType::float32, {1, 32, 512});
        b.node("If", {"p"}, {"y"}, {{"then_branch", branch(convolution)}, {"else_branch", branch(convolution)}});
        return make_model(b.build());
    };
    EXPECT_EQ(workload_of(*model_of(true)).conv_macs, 2U * 32 * 32 * 3 * 512);
    EXPECT_EQ(advise(*model_of(true)).method, Method::int8_static);
    EXPECT_EQ(advise(*model_of(false)).method, Method::int8_dynamic);
}

struct Expected {
    const char* model;
    Method method;
};

TEST(Advice, IsRightForEveryCoreModel) {
    const std::filesystem::path core = std::filesystem::path(test::shared_data()) / "core";
    if (!std::filesystem::exists(core)) GTEST_SKIP() << "the labelled models are not at " << core;
    const RuntimePtr runtime = Runtime::load();
    for (const Expected& expected : {Expected{"agnews_bilstm", Method::int8_dynamic},
                                     {"dscnn_kws", Method::int8_static},
                                     {"effnet_cifar10", Method::int8_static},
                                     {"letter_mlp", Method::fp32},
                                     {"magika_v3", Method::int8_static},
                                     {"mnist_cnn", Method::int8_static},
                                     {"mobilenet_v1_025", Method::int8_static},
                                     {"resnet8_cifar10", Method::int8_static},
                                     {"sst2_transformer", Method::int8_dynamic}})
        EXPECT_EQ(advise(*open_for_work(runtime, core / expected.model / "model.onnx", {})).method, expected.method) << expected.model;
}

TEST(Advice, TextCannotBeGivenSoWhatNeedsSamplesIsNotPossible) {
    ModelBuilder b;
    b.domain("ai.onnx.ml", 2).input("s", ElementType::string, {"N"}).initializer("table", random_floats(std::size_t{512} * 256, 1), {512, 256});
    b.initializer("w", random_floats(std::size_t{256} * 256, 2), {256, 256});
    b.node("StringNormalizer", {"s"}, {"t"}).node("LabelEncoder", {"t"}, {"i"}, {}, "", "ai.onnx.ml").node("Gather", {"table", "i"}, {"e"});
    b.node("MatMul", {"e", "w"}, {"y"}).output("y", ElementType::float32, {"N", 256});
    onnx::ModelProto proto = b.build();
    onnx::AttributeProto& keys = *proto.mutable_graph()->mutable_node(1)->add_attribute();
    keys.set_name("keys_strings");
    keys.set_type(onnx::AttributeProto::STRINGS);
    keys.add_strings("a");
    onnx::AttributeProto& values = *proto.mutable_graph()->mutable_node(1)->add_attribute();
    values.set_name("values_int64s");
    values.set_type(onnx::AttributeProto::INTS);
    values.add_ints(0);
    const ModelPtr model = make_model(proto);
    const Advice advice = advise(*model);
    EXPECT_NE(advice.method, Method::int8_static);
    const auto row = std::find_if(advice.methods.begin(), advice.methods.end(), [](const MethodAdvice& each) { return each.method == Method::int8_static; });
    EXPECT_FALSE(row->suits);
    EXPECT_THAT(row->text, HasSubstr("its input s takes text (string[N]), and samples hold numbers only"));
    const TempDir folder;
    EXPECT_THAT([&] { (void)open_dataset(folder.write("x.npz", "not looked at"), *model); },
                Throws<Error>(Property(&Error::what, HasSubstr("no samples can be given to this model: its input s takes text"))));
}

}  // namespace
}  // namespace vernier::test
