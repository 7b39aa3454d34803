// SPDX-License-Identifier: GPL-3.0-or-later
// Sessions in which half-precision tensors hold halves, whatever the runtime's kernels compute in.
#include "core/runtime/true_half.h"

#include <cmath>
#include <limits>
#include <set>

#include <gmock/gmock.h>
#include <onnx/onnx_pb.h>

#include "tests/runtime/runtime_fixture.h"
#include "tests/support/model_builder.h"

namespace vernier {
namespace {

using test::Attrs;
using test::float_tensor;
using test::floats_of;
using test::ModelBuilder;
using testing::ElementsAre;
using testing::FloatEq;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::shared_ptr<const onnx::ModelProto> kept(onnx::ModelProto model) { return std::make_shared<const onnx::ModelProto>(std::move(model)); }

onnx::TensorProto half_constant(const std::string& name, std::uint16_t bits) {
    return test::tensor_proto(name, ElementType::float16, std::string(reinterpret_cast<const char*>(&bits), sizeof bits), {1});
}

/// x (float) -> h (half) -> s = h + 0 (half) -> y (float).
onnx::ModelProto through_half(int count) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {count}).initializer(half_constant("zero", 0));
    b.node("Cast", {"x"}, {"h"}, {{"to", 10}}).node("Add", {"h", "zero"}, {"s"}).node("Cast", {"s"}, {"y"}, {{"to", 1}});
    b.output("y", ElementType::float32, {count});
    return b.build();
}

const std::vector<float> kValues = {1, 2049, 2051, 70000, -70000, 65504, 1e-8F, 1e-6F, 0.1F};
/// The same rounded to half: ties to even, infinity beyond 65504, steps of 2^-24 below 2^-14.
const std::vector<float> kHalves = {1, 2048, 2052, kInfinity, -kInfinity, 65504, 0, 17 * 0x1p-24F, 0.0999755859375F};

std::vector<float> run_in_true_half(const onnx::ModelProto& model, const std::set<std::string>& tensors, GraphLevel level, const Tensor& x) {
    Target options;
    options.level = level;
    return floats_of(open_in_true_half(Runtime::load(), kept(model), options, tensors)->run({{"x", x}}).at(0));
}

TEST(TrueHalf, RoundsWhatTheRuntimeKeepsInFloat) {
    const Tensor x = float_tensor(kValues, {static_cast<std::int64_t>(kValues.size())});
    const onnx::ModelProto model = through_half(static_cast<int>(kValues.size()));
    for (const GraphLevel level : {GraphLevel::off, GraphLevel::all})
        EXPECT_THAT(run_in_true_half(model, {"h", "s"}, level, x), testing::Pointwise(FloatEq(), kHalves)) << name(level);
}

TEST(TrueHalf, RoundsInsideOfBodies) {
    ModelBuilder then_body;
    then_body.node("Cast", {"x"}, {"h"}, {{"to", 10}}).node("Mul", {"h", "h"}, {"s"}).node("Cast", {"s"}, {"t"}, {{"to", 1}});
    then_body.output("t", ElementType::float32, {2});
    ModelBuilder else_body;
    else_body.node("Identity", {"x"}, {"e"}).output("e", ElementType::float32, {2});
    ModelBuilder b;
    b.input("x", ElementType::float32, {2}).initializer(test::tensor_proto("choose", ElementType::boolean, std::string(1, '\1'), {}));
    b.node("If", {"choose"}, {"y"}, {{"then_branch", then_body.graph()}, {"else_branch", else_body.graph()}});
    b.output("y", ElementType::float32, {2});
    EXPECT_THAT(run_in_true_half(b.build(), {"h", "s"}, GraphLevel::off, float_tensor({300, 45.03F}, {2})), ElementsAre(kInfinity, 2028));
}

}  // namespace
}  // namespace vernier
