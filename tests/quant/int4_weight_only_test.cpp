// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/quant/quantize.h"
#include "tests/quant/run_fixture.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using namespace test;
using testing::HasSubstr;
using testing::IsEmpty;

const Method kInt4 = *method_from_id("int4-weight-only");

Quantized int4(const ModelPtr& model, const WeightCodes& weights = {}, const std::vector<Rule>& rules = {}) {
    Recipe recipe;
    recipe.default_method = kInt4;
    recipe.weights = weights;
    recipe.rules = rules;
    return quantize({runtime(), model, recipe, nullptr}, {});
}

std::map<std::string, Tensor> input_of(const std::vector<std::int64_t>& dims, std::uint64_t seed = 99) {
    return {{"x", tensor_of(ElementType::float32, random_floats(element_count(dims), seed), dims)}};
}

double kept_db(const ModelPtr& model, const Quantized& result, const std::map<std::string, Tensor>& inputs) {
    return sqnr_db(first_output(model->proto(), inputs), first_output(*result.proto, inputs));
}

template <class T>
std::vector<T> constant(const onnx::ModelProto& proto, const std::string& name) {
    for (const auto& tensor : proto.graph().initializer()) {
        if (tensor.name() != name) continue;
        const auto* first = reinterpret_cast<const T*>(tensor.raw_data().data());
        return {first, first + tensor.raw_data().size() / sizeof(T)};
    }
    ADD_FAILURE() << name << " is no initializer";
    return {};
}

const onnx::NodeProto& node_of(const onnx::ModelProto& proto, const std::string& op) {
    for (const auto& node : proto.graph().node())
        if (node.op_type() == op) return node;
    ADD_FAILURE() << "no " << op;
    return proto.graph().node(0);
}

std::int64_t attribute(const onnx::NodeProto& node, const std::string& name) {
    for (const auto& each : node.attribute())
        if (each.name() == name) return each.i();
    ADD_FAILURE() << node.name() << " has no " << name;
    return 1;
}

/// The weight [K, N] that a MatMulNBits node reads, decoded as its documentation says.
std::vector<float> decoded(const onnx::ModelProto& proto, const onnx::NodeProto& node) {
    const auto k = static_cast<std::size_t>(attribute(node, "K")), n = static_cast<std::size_t>(attribute(node, "N"));
    const auto block = static_cast<std::size_t>(attribute(node, "block_size")), blocks = (k + block - 1) / block;
    const auto codes = constant<std::uint8_t>(proto, node.input(1));
    const auto scales = constant<float>(proto, node.input(2));
    const bool has_zeros = node.input_size() > 3 && !node.input(3).empty();
    const auto zeros = has_zeros ? constant<std::uint8_t>(proto, node.input(3)) : std::vector<std::uint8_t>();
    EXPECT_EQ(codes.size(), n * blocks * block / 2);
    EXPECT_EQ(scales.size(), n * blocks);
    std::vector<float> weight(k * n);
    for (std::size_t column = 0; column < n; ++column) {
        for (std::size_t i = 0; i < k; ++i) {
            const std::size_t b = i / block, byte = column * blocks * block / 2 + i / 2;
            const int code = codes[byte] >> (i % 2 * 4) & 15;
            const int zero = has_zeros ? zeros[column * ((blocks + 1) / 2) + b / 2] >> (b % 2 * 4) & 15 : 8;
            weight[i * n + column] = scales[column * blocks + b] * static_cast<float>(code - zero);
        }
    }
    return weight;
}

/// x [rows, K] times weight [K, N], plainly.
std::vector<float> product(const std::vector<float>& x, const std::vector<float>& weight, std::size_t n) {
    const std::size_t k = weight.size() / n;
    std::vector<float> y(x.size() / k * n);
    for (std::size_t row = 0; row < x.size() / k; ++row) {
        for (std::size_t column = 0; column < n; ++column) {
            double sum = 0;
            for (std::size_t i = 0; i < k; ++i) sum += double(x[row * k + i]) * weight[i * n + column];
            y[row * n + column] = static_cast<float>(sum);
        }
    }
    return y;
}

ModelPtr one_product(const std::vector<std::int64_t>& input, const std::vector<std::int64_t>& weight) {
    ModelBuilder b;
    Axes in(input.begin(), input.end()), out = in;
    out.back() = weight.back();
    b.input("x", ElementType::float32, in).output("y", ElementType::float32, out);
    b.initializer("w", normal_floats(element_count(weight), 5), weight).node("MatMul", {"x", "w"}, {"y"}, {}, "mm");
    return make_model(b.build());
}

/// Any K and N, every block, with and without zero points: what the runtime computes is what the codes say, within the 8 bits of
/// activations, and what the codes say is near the weight.
TEST(Int4WeightOnly, ProductsComputeWhatTheirCodesSay) {
    struct Shape {
        std::int64_t k, n;
    };
    for (const Shape shape : {Shape{64, 24}, Shape{70, 7}, Shape{300, 5}}) {
        const ModelPtr model = one_product({2, 3, shape.k}, {shape.k, shape.n});
        const auto inputs = input_of({2, 3, shape.k});
        const auto x = random_floats(static_cast<std::size_t>(6 * shape.k), 99);
        for (const std::uint64_t block : kBlocks) {
            for (const bool zero_points : {false, true}) {
                const Quantized result = int4(model, {"fitted", block, zero_points});
                ASSERT_EQ(result.plan.nodes[0].applied, kInt4) << result.plan.nodes[0].why;
                const auto& node = node_of(*result.proto, "MatMulNBits");
                EXPECT_EQ(node.name(), "mm");
                const auto weight = decoded(*result.proto, node);
                const auto y = first_output(*result.proto, inputs);
                EXPECT_GT(sqnr_db(product(x, weight, static_cast<std::size_t>(shape.n)), y), 30) << shape.k << ' ' << block << zero_points;
                EXPECT_GT(sqnr_db(constant<float>(model->proto(), "w"), weight), 17.5) << shape.k << ' ' << block << zero_points;
            }
        }
    }
}

TEST(Int4WeightOnly, AFittedScaleKeepsMoreThanTheLargestWeightsAndSmallerBlocksMore) {
    const ModelPtr model = one_product({8, 256}, {256, 64});
    const auto kept = [&](const WeightCodes& weights) {
        const Quantized result = int4(model, weights);
        return sqnr_db(constant<float>(model->proto(), "w"), decoded(*result.proto, node_of(*result.proto, "MatMulNBits")));
    };
    const double nearest = kept({"nearest", 32, false}), fitted = kept({"fitted", 32, false});
    EXPECT_GT(fitted, nearest + 0.3);
    EXPECT_GT(kept({"fitted", 32, true}), fitted + 0.2);
    EXPECT_GT(kept({"fitted", 16, false}), fitted + 0.5);
    EXPECT_LT(kept({"fitted", 128, false}), fitted - 0.5);
}

/// Gemm in all its forms, a weight of one matrix with an axis before it, and a table.
TEST(Int4WeightOnly, GemmsWithScalesAndBiasesAndTables) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {4, 48}).output("y", ElementType::float32, {4, 4, 40}).output("t", ElementType::float32, {3, 40});
    b.initializer("w1", normal_floats(64 * 48, 1), {64, 48}).initializer("b1", normal_floats(64, 2), {1, 64});
    b.initializer("w2", normal_floats(64 * 40, 3), {64, 40}).initializer("column", normal_floats(4, 4), {4, 1});
    b.initializer("w3", normal_floats(40 * 40, 5), {1, 40, 40}).initializer("table", normal_floats(50 * 40, 6), {50, 40});
    b.initializer("rows", std::vector<std::int64_t>{4, -1, 0}, {3}).initializer("four", std::vector<std::int64_t>{4, 1, 40}, {3});
    b.initializer("wide", std::vector<std::int64_t>{4, 4, 40}, {3});
    b.node("Gemm", {"x", "w1", "b1"}, {"g1"}, {{"transB", 1}, {"alpha", 0.5F}, {"beta", 3.F}}).node("Relu", {"g1"}, {"r1"});
    b.node("Gemm", {"r1", "w2", "column"}, {"g2"}, {{"beta", 2.F}}).node("Reshape", {"g2", "four"}, {"s"}).node("Expand", {"s", "wide"}, {"e"});
    b.node("MatMul", {"e", "w3"}, {"y"}).node("Gather", {"table", "rows"}, {"t"});
    const ModelPtr model = make_model(b.build());
    const Quantized result = int4(model);
    EXPECT_EQ(result.plan.count(kInt4), 4U);
    EXPECT_GT(kept_db(model, result, input_of({4, 48})), 14);
    const auto outputs = open_proto(*result.proto)->run(input_of({4, 48})), expected = open_proto(model->proto())->run(input_of({4, 48}));
    EXPECT_EQ(outputs[0].dims, expected[0].dims);
    const auto rows = outputs[1].as<float>(), in_float = expected[1].as<float>();
    EXPECT_GT(sqnr_db({in_float.begin(), in_float.end()}, {rows.begin(), rows.end()}), 19);
    auto ops = op_counts(*result.proto);
    EXPECT_EQ(ops["MatMulNBits"], 3);
    EXPECT_EQ(ops["GatherBlockQuantized"], 1);
    EXPECT_EQ(ops["Add"], 1) << "a bias that is no row";
}

TEST(Int4WeightOnly, TakesAboutASeventhOfTheBytes) {
    const ModelPtr model = one_product({1, 1024}, {1024, 256});
    const auto share = [&](const WeightCodes& weights) {
        return static_cast<double>(int4(model, weights).proto->ByteSizeLong()) / static_cast<double>(model->proto().ByteSizeLong());
    };
    EXPECT_NEAR(share({}), (4 + 32.0 / 32) / 32, 0.002);
    EXPECT_NEAR(share({"fitted", 128, false}), (4 + 32.0 / 128) / 32, 0.002);
    EXPECT_NEAR(share({"fitted", 16, true}), (4 + 36.0 / 16) / 32, 0.002);
}

TEST(Int4WeightOnly, BodiesReadCodesToo) {
    const auto branch = [](const char* activation) {
        ModelBuilder b;
        b.node("MatMul", {"x", "shared"}, {std::string(activation) + "_m"})
            .node(activation, {std::string(activation) + "_m"}, {std::string(activation) + "_y"});
        b.output(std::string(activation) + "_y", ElementType::float32, {4, 64});
        return b.graph();
    };
    ModelBuilder b;
    b.input("x", ElementType::float32, {4, 64}).input("p", ElementType::boolean, {}).output("z", ElementType::float32, {4, 64});
    b.initializer("shared", normal_floats(64 * 64, 3, 0, 0.2F), {64, 64});
    b.node("If", {"p"}, {"y"}, {{"then_branch", branch("Sigmoid")}, {"else_branch", branch("Tanh")}}).node("MatMul", {"y", "shared"}, {"z"});
    const ModelPtr model = make_model(b.build());
    const Quantized result = int4(model);
    EXPECT_EQ(result.plan.count(kInt4), 3U);
    for (const std::uint8_t taken : {0, 1}) {
        auto inputs = input_of({4, 64});
        inputs["p"] = tensor_of(ElementType::boolean, std::vector<std::uint8_t>{taken}, {});
        EXPECT_GT(kept_db(model, result, inputs), 14) << int{taken};
    }
}

/// Weights of another float type are codes like others, and the model's types stay.
TEST(Int4WeightOnly, ADoubleModelKeepsItsTypes) {
    const auto values = normal_floats(64 * 16, 3);
    const std::vector<double> wide(values.begin(), values.end());
    ModelBuilder b;
    b.input("x", ElementType::float64, {4, 64}).output("y", ElementType::float64, {4, 16});
    b.initializer(tensor_proto("w", ElementType::float64, std::string(reinterpret_cast<const char*>(wide.data()), wide.size() * 8), {64, 16}));
    b.node("MatMul", {"x", "w"}, {"y"});
    const ModelPtr model = make_model(b.build());
    const Quantized result = int4(model);
    EXPECT_EQ(result.plan.count(kInt4), 1U);
    const auto some = random_floats(256, 99);
    const std::map<std::string, Tensor> inputs{{"x", tensor_of(ElementType::float64, std::vector<double>(some.begin(), some.end()), {4, 64})}};
    const auto expected = open_proto(model->proto())->run(inputs), got = open_proto(*result.proto)->run(inputs);
    ASSERT_EQ(got[0].type, ElementType::float64);
    const auto x = expected[0].as<double>(), y = got[0].as<double>();
    EXPECT_GT(sqnr_db({x.begin(), x.end()}, {y.begin(), y.end()}), 17);
}

TEST(Int4WeightOnly, SaysWhyANodeStays) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {4, 32}).input("i", ElementType::int64, {2}).output("y", ElementType::float32, {4, 8});
    b.output("t", ElementType::float32, {2, 5}).output("c", ElementType::float32, {1, 4, 32, 4});
    const auto weight = [&](const std::string& name, const Dims& dims) { b.initializer(name, normal_floats(element_count(dims), 3), dims); };
    weight("tied", {32, 8}), weight("left", {4, 4}), weight("turned", {4, 16}), weight("stack", {2, 8, 8}), weight("wide", {1, 8, 8}), weight("odd", {9, 5});
    weight("kernel", {4, 1, 1, 3}), weight("thin", {1, 8});
    b.initializer("shape", std::vector<std::int64_t>{1, 1, 4, 32}, {4}).initializer("axes", std::vector<std::int64_t>{0, 1}, {2});
    b.node("MatMul", {"x", "tied"}, {"m"}).node("MatMul", {"left", "m"}, {"l"}).node("Gemm", {"l", "turned"}, {"g"}, {{"transA", 1}});
    b.node("Transpose", {"l"}, {"lt"}).node("MatMul", {"l", "lt"}, {"ll"}).node("MatMul", {"l", "stack"}, {"s"}).node("MatMul", {"l", "wide"}, {"w"});
    b.node("Gather", {"odd", "i"}, {"t"}).node("Reshape", {"x", "shape"}, {"image"}).node("Conv", {"image", "kernel"}, {"c"}, {{"pads", {0, 1, 0, 1}}});
    b.node("ReduceSum", {"tied"}, {"ts"}, {{"keepdims", 0}})
        .node("ReduceSum", {"g"}, {"gs"}, {{"keepdims", 0}})
        .node("ReduceSum", {"ll"}, {"lls"}, {{"keepdims", 0}});
    b.node("ReduceSum", {"s"}, {"ss"}, {{"keepdims", 0}})
        .node("ReduceSum", {"w"}, {"ws"}, {{"keepdims", 0}})
        .node("Sum", {"ts", "gs", "lls", "ss", "ws"}, {"n"});
    b.node("Add", {"l", "n"}, {"y"});
    const ModelPtr model = make_model(b.build());
    const Plan plan = int4(model, {}, {{"op:Gather", kInt4, {}}}).plan;
    const auto why = [&](NodeId node) { return plan.nodes[static_cast<std::size_t>(node)].why; };
    EXPECT_THAT(why(0), HasSubstr("read in float elsewhere"));
    EXPECT_THAT(why(1), HasSubstr("first input is the constant"));
    EXPECT_THAT(why(2), HasSubstr("transA"));
    EXPECT_THAT(why(4), HasSubstr("computed, not constant"));
    EXPECT_THAT(why(5), HasSubstr("stack of matrices"));
    EXPECT_THAT(why(6), HasSubstr("more axes than its input"));
    EXPECT_THAT(why(7), HasSubstr("odd length"));
    EXPECT_THAT(why(9), HasSubstr("the 3 numbers of a row of its weight are not made of equal parts of 4 to 128"));
    EXPECT_THAT(int4(model, {}, {{"#0", kInt4, {}}}).plan.nodes[0].why, IsEmpty()) << "stored twice where it was chosen";
}

}  // namespace
}  // namespace vernier
