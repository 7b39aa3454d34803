// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/methods/dynamic.h"

#include <gmock/gmock.h>

#include "core/quant/methods/pair_safe.h"
#include "tests/quant/emitted.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using test::Axes;
using test::Emitted;
using test::executed_ops;
using test::fidelity;
using test::ModelBuilder;
using test::normal_floats;
using test::op_counts;
using test::sqnr_db;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Key;
using testing::Not;
using testing::Pair;

/// Chooses INT8 dynamic for every node.
Emitted make_dynamic(const Model& model, bool explicit_choice, bool per_channel = true) {
    GraphEdit edit(model);
    std::vector<DynamicNode> nodes;
    for (std::size_t i = 0; i < edit.size(); ++i) nodes.push_back({static_cast<int>(i), per_channel, explicit_choice});
    return test::emitted(edit, nodes, why_not_dynamic, dynamic_findings, emit_dynamic);
}

std::map<std::string, Tensor> float_input(const std::string& name, const test::Dims& dims, std::uint64_t seed = 9) {
    return {{name, test::tensor_of(ElementType::float32, normal_floats(element_count(dims), seed), dims)}};
}

ModelBuilder matmul(const Axes& input, const Axes& output) {
    ModelBuilder b;
    b.input("x", ElementType::float32, input);
    b.initializer("w", normal_floats(96 * 160, 1), {96, 160});
    b.initializer("bias", normal_floats(160, 2), {160});
    b.node("MatMul", {"x", "w"}, {"m"}, {}, "fc").node("Add", {"m", "bias"}, {"y"});
    b.output("y", ElementType::float32, output);
    return b;
}

TEST(Dynamic, MatMulWithBiasBecomesOneKernel) {
    for (const bool per_channel : {true, false}) {
        const ModelPtr model = make_model(matmul({1, 5, 96}, {1, 5, 160}).build());
        const Emitted emitted = make_dynamic(*model, true, per_channel);
        EXPECT_GT(fidelity(*model, emitted, float_input("x", {1, 5, 96})), per_channel ? 36 : 32);
        EXPECT_THAT(executed_ops(emitted.proto), ElementsAre(Pair("DynamicQuantizeMatMul", 1)));
        EXPECT_THAT(emitted.reasons, ElementsAre("", HasSubstr("does not support Add")));
    }
}

TEST(Dynamic, TheIntegerNodeKeepsWhatWasNotedOnTheNode) {
    onnx::ModelProto proto = matmul({1, 5, 96}, {1, 5, 160}).build();
    auto& node = *proto.mutable_graph()->mutable_node(0);
    node.set_doc_string("first layer");
    auto& note = *node.add_metadata_props();
    note.set_key("source");
    note.set_value("model.py:7");
    const Emitted emitted = make_dynamic(*make_model(proto), true);
    for (const auto& made : emitted.proto.graph().node()) {
        if (made.op_type() != "MatMulInteger") continue;
        EXPECT_EQ(made.doc_string(), "first layer");
        ASSERT_EQ(made.metadata_props_size(), 1);
        EXPECT_EQ(made.metadata_props(0).value(), "model.py:7");
        return;
    }
    FAIL() << "no MatMulInteger";
}

TEST(Dynamic, ReadersOfOneTensorShareItsQuantization) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 16, 128});
    for (const std::string n : {"q", "k", "v"}) {
        b.initializer("w" + n, normal_floats(128 * 128, 3), {128, 128});
        b.node("MatMul", {"x", "w" + n}, {n}, {}, n);
    }
    b.node("Sum", {"q", "k", "v"}, {"y"});
    b.output("y", ElementType::float32, {1, 16, 128});
    const ModelPtr model = make_model(b.build());
    const Emitted emitted = make_dynamic(*model, false);
    EXPECT_THAT(op_counts(emitted.proto), testing::IsSupersetOf({Pair("DynamicQuantizeLinear", 1), Pair("MatMulInteger", 3)}));
    EXPECT_THAT(executed_ops(emitted.proto), Contains(Pair("MatMulIntegerToFloat", 3)));
    EXPECT_GT(fidelity(*model, emitted, float_input("x", {1, 16, 128})), 36);
}

TEST(Dynamic, GemmKeepsItsAlphaBetaAndTransposedWeight) {
    for (const int trans : {0, 1})
        for (const test::Dims& bias_dims : {test::Dims{70}, test::Dims{1, 70}, test::Dims{1}, test::Dims{3, 70}}) {
            ModelBuilder b;
            b.input("x", ElementType::float32, {3, 50});
            b.initializer("w", normal_floats(50 * 70, 1), trans ? test::Dims{70, 50} : test::Dims{50, 70});
            b.initializer("c", normal_floats(element_count(bias_dims), 2), bias_dims);
            b.node("Gemm", {"x", "w", "c"}, {"y"}, {{"alpha", 0.5f}, {"beta", -3.0f}, {"transB", trans}}, "fc");
            b.output("y", ElementType::float32, {3, 70});
            const ModelPtr model = make_model(b.build());
            const Emitted emitted = make_dynamic(*model, true);
            EXPECT_THAT(op_counts(emitted.proto), Contains(Key("MatMulInteger")));
            EXPECT_GT(fidelity(*model, emitted, float_input("x", {3, 50})), 36) << trans << " " << bias_dims.size();
        }
}

ModelBuilder lstm(const std::string& direction, bool zero_state) {
    const int directions = direction == "bidirectional" ? 2 : 1;
    ModelBuilder b(17);
    b.input("x", ElementType::float32, {7, 1, 24});
    b.initializer("w", test::random_floats(static_cast<std::size_t>(directions * 128 * 24), 1, -0.3f, 0.3f), {directions, 128, 24});
    b.initializer("r", test::random_floats(static_cast<std::size_t>(directions * 128 * 32), 2, -0.3f, 0.3f), {directions, 128, 32});
    b.initializer("b", test::random_floats(static_cast<std::size_t>(directions * 256), 3, -0.3f, 0.3f), {directions, 256});
    b.initializer("state", std::vector<std::int64_t>{directions, 1, 32}, {3});
    std::vector<std::string> inputs = {"x", "w", "r", "b"};
    if (zero_state) {
        b.node("ConstantOfShape", {"state"}, {"zero"}, {{"value", test::tensor_proto("", std::vector<float>{0}, {1})}});
        inputs.insert(inputs.end(), {"", "zero", "zero"});
    }
    b.node("LSTM", inputs, {"y", "", "c"}, {{"hidden_size", 32}, {"direction", direction.c_str()}}, "lstm");
    b.output("y", ElementType::float32, {7, directions, 1, 32});
    b.output("c", ElementType::float32, {directions, 1, 32});
    return b;
}

TEST(Dynamic, LstmBecomesTheIntegerKernel) {
    for (const std::string direction : {"forward", "reverse", "bidirectional"})
        for (const bool zero_state : {false, true}) {
            const ModelPtr model = make_model(lstm(direction, zero_state).build());
            const Emitted emitted = make_dynamic(*model, false);
            EXPECT_THAT(op_counts(emitted.proto), ElementsAre(Pair("DynamicQuantizeLSTM", 1)));
            EXPECT_GT(fidelity(*model, emitted, float_input("x", {7, 1, 24})), 30) << direction;
        }
}

TEST(Dynamic, EmbeddingIsGatheredInEightBits) {
    ModelBuilder b;
    b.input("ids", ElementType::int64, {1, 6});
    b.initializer("table", normal_floats(50 * 12, 1), {50, 12});
    b.node("Gather", {"table", "ids"}, {"y"}, {}, "embed");
    b.output("y", ElementType::float32, {1, 6, 12});
    const ModelPtr model = make_model(b.build());
    const Emitted emitted = make_dynamic(*model, false);
    EXPECT_EQ(emitted.proto.graph().node(0).op_type(), "Gather");
    EXPECT_EQ(emitted.proto.graph().node(1).op_type(), "DequantizeLinear");
    const auto ids = std::map{std::pair<const std::string, Tensor>{"ids", test::tensor_of<std::int64_t>(ElementType::int64, {0, 49, 7, -1, 7, 3}, {1, 6})}};
    EXPECT_GT(fidelity(*model, emitted, ids), 35);
}

TEST(Dynamic, RowsOfATableAreMovedInEightBitsThoughTheirShapeIsAskedFor) {
    ModelBuilder b;
    b.input("ids", ElementType::int64, {1, 6});
    b.initializer("table", normal_floats(50 * 12, 1), {50, 12});
    b.node("Gather", {"table", "ids"}, {"e"}, {}, "embed").node("Shape", {"e"}, {"dims"}, {}, "shape");
    b.node("Transpose", {"e"}, {"t"}, {{"perm", {1, 0, 2}}}, "turn").node("Sigmoid", {"t"}, {"y"}, {}, "use");
    b.output("y", ElementType::float32, {6, 1, 12}).output("dims", ElementType::int64, {3});
    const Emitted emitted = make_dynamic(*make_model(b.build()), false);
    const auto ran = executed_ops(emitted.proto);
    EXPECT_EQ(ran.at("DequantizeLinear"), 1);
    EXPECT_FALSE(ran.contains("QuantizeLinear"));
}

TEST(Dynamic, ASharedTableIsNotStoredTwice) {
    ModelBuilder b;
    b.input("ids", ElementType::int64, {1, 6});
    b.initializer("table", normal_floats(50 * 12, 1), {50, 12});
    b.node("Gather", {"table", "ids"}, {"e"}, {}, "embed").node("Transpose", {"table"}, {"t"}).node("MatMul", {"e", "t"}, {"y"});
    b.output("y", ElementType::float32, {1, 6, 50});
    const ModelPtr model = make_model(b.build());
    EXPECT_THAT(make_dynamic(*model, false).reasons,
                ElementsAre(HasSubstr("stored twice"), HasSubstr("does not support"), HasSubstr("both inputs are computed")));
    EXPECT_EQ(make_dynamic(*model, true).reasons[0], "");
}

ModelPtr conv_model() {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 8, 9, 9});
    b.initializer("w", normal_floats(12 * 4 * 9, 1), {12, 4, 3, 3});
    b.initializer("c", normal_floats(12, 2), {12});
    b.node("Conv", {"x", "w", "c"}, {"y"}, {{"group", 2}, {"pads", {1, 1, 1, 1}}, {"strides", {2, 2}}}, "conv");
    b.output("y", ElementType::float32, {1, 12, 5, 5});
    return make_model(b.build());
}

TEST(Dynamic, ConvStaysInFloatByDefaultAndSaysWhy) {
    const Emitted emitted = make_dynamic(*conv_model(), false);
    EXPECT_THAT(emitted.reasons, ElementsAre(HasSubstr("slower than float")));
    ASSERT_EQ(emitted.findings.size(), 1u);
    EXPECT_EQ(emitted.findings[0].code, "dynamic-conv");
    EXPECT_THAT(emitted.findings[0].text, HasSubstr("wrong method"));
    EXPECT_THAT(op_counts(emitted.proto), ElementsAre(Pair("Conv", 1)));
}

TEST(Dynamic, ConvChosenExplicitlyIsQuantizedWithAFinding) {
    const ModelPtr model = conv_model();
    for (const bool per_channel : {true, false}) {
        const Emitted emitted = make_dynamic(*model, true, per_channel);
        EXPECT_THAT(op_counts(emitted.proto), Contains(Pair("ConvInteger", 1)));
        EXPECT_GT(fidelity(*model, emitted, float_input("x", {1, 8, 9, 9})), 30);
        ASSERT_EQ(emitted.findings.size(), 1u);
        EXPECT_EQ(emitted.findings[0].severity, Severity::serious);
    }
}

TEST(Dynamic, SmallProductsStayInFloatWhenTheyAreFewBytes) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 512});
    b.initializer("big", normal_floats(512 * 512, 1), {512, 512});
    b.initializer("head", normal_floats(512 * 4, 2), {512, 4});
    b.node("MatMul", {"x", "big"}, {"h"}, {}, "big").node("MatMul", {"h", "head"}, {"y"}, {}, "head");
    b.output("y", ElementType::float32, {1, 4});
    const ModelPtr model = make_model(b.build());
    const Emitted emitted = make_dynamic(*model, false);
    EXPECT_THAT(emitted.reasons, ElementsAre("", HasSubstr("measured slower at this size")));
    EXPECT_THAT(emitted.findings, IsEmpty());
    EXPECT_THAT(make_dynamic(*model, true).reasons, ElementsAre("", ""));
}

TEST(Dynamic, ASmallModelGetsSmallerAndIsToldNotToGetFaster) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 16});
    b.initializer("w", normal_floats(16 * 32, 1), {16, 32});
    b.node("MatMul", {"x", "w"}, {"y"});
    b.output("y", ElementType::float32, {1, 32});
    const Emitted emitted = make_dynamic(*make_model(b.build()), false);
    EXPECT_THAT(emitted.reasons, ElementsAre(""));
    ASSERT_EQ(emitted.findings.size(), 1u);
    EXPECT_EQ(emitted.findings[0].code, "dynamic-small");
}

TEST(Dynamic, SaysWhyANodeCannotBeDone) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {4, 8}).input("y", ElementType::float32, {8, 4}).input("s", ElementType::float32, {5, 1, 8});
    b.initializer("w", normal_floats(32, 1), {8, 4});
    b.initializer("bad", std::vector<float>{1, 2, 3, std::nanf("")}, {4, 1});
    b.initializer("gw", normal_floats(3 * 4 * 8, 1), {1, 12, 8});
    b.initializer("gr", normal_floats(3 * 4 * 4, 1), {1, 12, 4});
    b.node("MatMul", {"x", "y"}, {"a"}).node("Gemm", {"y", "w"}, {"b"}, {{"transA", 1}}).node("MatMul", {"a", "bad"}, {"c"});
    b.node("GRU", {"s", "gw", "gr"}, {"d"}, {{"hidden_size", 4}});
    b.output("b", ElementType::float32, {4, 4}).output("c", ElementType::float32, {4, 1}).output("d", ElementType::float32, {5, 1, 1, 4});
    const Emitted emitted = make_dynamic(*make_model(b.build()), true);
    EXPECT_THAT(emitted.reasons,
                ElementsAre(HasSubstr("both inputs are computed"), HasSubstr("transA"), HasSubstr("NaN"), HasSubstr("no INT8 kernel for GRU")));
    ASSERT_EQ(emitted.findings.size(), 1u);
    EXPECT_EQ(emitted.findings[0].code, "dynamic-gru");
}

TEST(Dynamic, TimeRatioPassesThroughItsMeasurements) {
    EXPECT_NEAR(dynamic_time_ratio(1, 32, 32), 2.9, 1e-9);
    EXPECT_NEAR(dynamic_time_ratio(64, 256, 256), 0.47, 1e-9);
    EXPECT_NEAR(dynamic_time_ratio(256, 384, 384), 0.39, 1e-9);
    EXPECT_NEAR(dynamic_time_ratio(100000, 4096, 4096), 0.39, 1e-9);
    EXPECT_NEAR(dynamic_time_ratio(1, 1, 1), 2.9, 1e-9);
    EXPECT_LT(dynamic_time_ratio(32, 64, 192), 1);
    EXPECT_GT(dynamic_time_ratio(32, 64, 64), 1);
}

TEST(PairSafe, NeverOverflowsSixteenBits) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        const std::size_t k = 33, n = 17;
        auto weights = seed % 2 ? normal_floats(k * n, seed) : test::random_floats(k * n, seed, -1.f, 1.f);
        if (seed == 4) std::fill(weights.begin(), weights.end(), 0.25f);
        for (const bool per_channel : {true, false}) {
            const Int8Weight result = quantize_pair_safe(weights, k, n, per_channel);
            for (std::size_t row = 1; row < k; row += 2)
                for (std::size_t column = 0; column < n; ++column) {
                    const int first = result.codes[(row - 1) * n + column], second = result.codes[row * n + column];
                    const int most = 255 * (std::max(first, 0) + std::max(second, 0)), least = 255 * (std::min(first, 0) + std::min(second, 0));
                    ASSERT_LE(most, 32767);
                    ASSERT_GE(least, -32768);
                }
            for (std::size_t i = 0; i < weights.size(); ++i) {
                const float scale = result.scales[per_channel ? i % n : 0];
                ASSERT_NEAR(weights[i], scale * result.codes[i], 0.5001f * scale);
            }
        }
    }
}

TEST(PairSafe, UsesAllCodesWherePairsAllowIt) {
    const Int8Weight result = quantize_pair_safe(std::vector<float>{1, -1, 0.001f, 0}, 4, 1, true);
    EXPECT_THAT(result.codes, ElementsAre(127, -127, 0, 0));
    const Int8Weight zeros = quantize_pair_safe(std::vector<float>{0, 0}, 2, 1, true);
    EXPECT_THAT(zeros.scales, ElementsAre(1.f));
}

TEST(Dynamic, IsExactOnThisProcessorWhateverItsInstructions) {
    // All products as large as they can be: without VNNI, plain S8 weights would be clipped in 16 bits.
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 64});
    b.initializer("w", std::vector<float>(64 * 16, 1.f), {64, 16});
    b.node("MatMul", {"x", "w"}, {"y"}, {}, "fc");
    b.output("y", ElementType::float32, {1, 16});
    const Emitted emitted = make_dynamic(*make_model(b.build()), true);
    const auto inputs = std::map{std::pair<const std::string, Tensor>{"x", test::tensor_of(ElementType::float32, std::vector<float>(64, 1.f), {1, 64})}};
    for (float value : test::first_output(emitted.proto, inputs)) EXPECT_NEAR(value, 64.f, 0.6f);
}

TEST(Dynamic, ConvIntegerIsExactToo) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 8, 5, 5});
    b.initializer("w", std::vector<float>(16 * 8 * 9, 1.f), {16, 8, 3, 3});
    b.node("Conv", {"x", "w"}, {"y"}, {}, "conv");
    b.output("y", ElementType::float32, {1, 16, 3, 3});
    const Emitted emitted = make_dynamic(*make_model(b.build()), true);
    const auto inputs = std::map{std::pair<const std::string, Tensor>{"x", test::tensor_of(ElementType::float32, std::vector<float>(200, 1.f), {1, 8, 5, 5})}};
    for (float value : test::first_output(emitted.proto, inputs)) EXPECT_NEAR(value, 72.f, 0.6f);
}

}  // namespace
}  // namespace vernier
