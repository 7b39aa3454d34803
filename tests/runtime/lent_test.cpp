// SPDX-License-Identifier: GPL-3.0-or-later
// Large initializers of a model in memory are lent to the runtime, not copied: nothing else may change by that.
#include <gmock/gmock.h>
#include <onnx/onnx_pb.h>

#include "tests/runtime/runtime_fixture.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using test::float_tensor;
using test::floats_of;
using test::ModelBuilder;

constexpr std::int64_t kWide = 256;  // 256 x 256 floats are 256 KB: lent

/// x * w, with w read in an If body too, an initializer that nobody reads, and one that is also an input.
ModelBuilder large() {
    ModelBuilder then_body;
    then_body.node("MatMul", {"p", "w"}, {"t"}).output("t", ElementType::float32, {1, kWide});
    ModelBuilder else_body;
    else_body.node("Identity", {"p"}, {"e"}).output("e", ElementType::float32, {1, kWide});
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, kWide}).input("choose", ElementType::boolean, {}).input("v", ElementType::float32, {kWide, kWide});
    b.initializer("w", test::random_floats(kWide * kWide, 1), {kWide, kWide}).initializer("v", test::random_floats(kWide * kWide, 2), {kWide, kWide});
    b.initializer("unread", test::random_floats(kWide * kWide, 3), {kWide, kWide});
    b.node("MatMul", {"x", "w"}, {"m"}).node("MatMul", {"m", "v"}, {"p"});
    b.node("If", {"choose"}, {"y"}, {{"then_branch", then_body.graph()}, {"else_branch", else_body.graph()}});
    b.output("y", ElementType::float32, {1, kWide});
    return b;
}

std::map<std::string, Tensor> inputs() {
    Tensor choose;
    choose.type = ElementType::boolean;
    choose.bytes = {std::byte{1}};
    return {{"x", float_tensor(test::random_floats(kWide, 4), {1, kWide})},
            {"choose", choose},
            {"v", float_tensor(test::random_floats(kWide * kWide, 2), {kWide, kWide})}};
}

TEST(LentInitializers, GiveTheSameResultAsTheModelsBytes) {
    const auto expected = floats_of(test::open_bytes(large().bytes())->run(inputs()).at(0));
    const auto session = Session::open(Runtime::load(), std::make_shared<const onnx::ModelProto>(large().build()), {});
    EXPECT_EQ(floats_of(session->run(inputs()).at(0)), expected) << "the session keeps the model alive by itself";
    EXPECT_GT(expected[0] * expected[0], 0);
}

TEST(LentInitializers, AreSeenByObservers) {
    std::vector<float> seen;
    const Observer observer = [&](std::span<const float> values, std::span<const std::int64_t>) { seen.assign(values.begin(), values.end()); };
    const auto session = Session::open_observed(Runtime::load(), std::make_shared<const onnx::ModelProto>(large().build()), {}, {}, {{"m", observer}});
    const auto result = floats_of(session->run(inputs()).at(0));
    EXPECT_EQ(result, floats_of(test::open_bytes(large().bytes())->run(inputs()).at(0)));
    EXPECT_EQ(seen.size(), static_cast<std::size_t>(kWide));
}

TEST(LentInitializers, ComeBackInTheOptimizedModel) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 128, 4, 4}).initializer("w", test::random_floats(128 * 128 * 9, 5), {128, 128, 3, 3});
    b.initializer("s", std::vector<float>(128, 0.5F), {128, 1, 1});
    b.node("Conv", {"x", "w"}, {"c"}, {}, "conv").node("Mul", {"c", "s"}, {"y"}, {}, "mul").output("y", ElementType::float32, {1, 128, 2, 2});
    onnx::ModelProto optimized;
    ASSERT_TRUE(optimized.ParseFromString(optimized_model(Runtime::load(), b.build(), {}, {.level = GraphLevel::extended})));
    EXPECT_EQ(optimized.graph().node_size(), 1) << "the runtime folds the factor into the lent weight";
    const std::map<std::string, Tensor> x = {{"x", float_tensor(test::random_floats(128 * 16, 6), {1, 128, 4, 4})}};
    const auto expected = floats_of(test::open_bytes(b.bytes())->run(x).at(0));
    EXPECT_EQ(floats_of(test::open_bytes(optimized.SerializeAsString())->run(x).at(0)), expected);
}

}  // namespace
}  // namespace vernier
