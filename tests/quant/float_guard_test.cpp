// SPDX-License-Identifier: GPL-3.0-or-later
// A float Conv between DequantizeLinear and QuantizeLinear: the runtime quantizes it by itself unless it is guarded.
#include <gmock/gmock.h>

#include <functional>

#include "core/quant/edit.h"
#include "core/quant/methods/float_guard.h"
#include "tests/quant/run_fixture.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using test::executed_ops;
using test::ModelBuilder;
using test::normal_floats;
using testing::Contains;
using testing::Key;
using testing::Not;

/// Zero points are 0, so that the runtime drops the Relu in front of QuantizeLinear.
/// x -> Q -> DQ -> Conv -> what `behind` adds from "c" to "d" -> Relu -> Q -> DQ -> y
ModelPtr sandwich(const std::function<void(ModelBuilder&)>& behind) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 8, 6, 6});
    b.initializer("s", std::vector<float>{0.05F}, {});
    b.initializer(test::tensor_proto("z", ElementType::uint8, std::string(1, char(0)), {}));
    b.initializer("w", normal_floats(8 * 8 * 9, 1), {8, 8, 3, 3});
    b.node("QuantizeLinear", {"x", "s", "z"}, {"xq"});
    b.node("DequantizeLinear", {"xq", "s", "z"}, {"xd"});
    b.node("Conv", {"xd", "w"}, {"c"}, {{"pads", {1, 1, 1, 1}}});
    behind(b);
    b.node("Relu", {"d"}, {"r"});
    b.node("QuantizeLinear", {"r", "s", "z"}, {"rq"});
    b.node("DequantizeLinear", {"rq", "s", "z"}, {"y"});
    b.output("y", ElementType::float32, {1, 8, 6, 6});
    return make_model(b.build());
}

void expect_guarded(const Model& model) {
    ASSERT_THAT(executed_ops(model.proto()), Contains(Key("QLinearConv"))) << "the runtime no longer does it by itself";
    GraphEdit edit(model);
    EXPECT_EQ(guard_float_nodes(edit), 1);
    EXPECT_THAT(executed_ops(edit.build()), Not(Contains(Key("QLinearConv"))));
}

TEST(FloatGuard, KeepsConvWithReluInFloat) {
    expect_guarded(*sandwich([](ModelBuilder& b) { b.node("Identity", {"c"}, {"d"}); }));
}

TEST(FloatGuard, SeesThroughBatchNormalization) {
    expect_guarded(*sandwich([](ModelBuilder& b) {
        b.initializer("scale", std::vector<float>(8, 0.5F), {8});
        b.initializer("shift", std::vector<float>(8, 0.1F), {8});
        b.initializer("mean", std::vector<float>(8, 0.2F), {8});
        b.initializer("variance", std::vector<float>(8, 2.0F), {8});
        b.node("BatchNormalization", {"c", "scale", "shift", "mean", "variance"}, {"d"});
    }));
}

TEST(FloatGuard, SeesThroughConstantFactor) {
    expect_guarded(*sandwich([](ModelBuilder& b) {
        b.initializer("factor", std::vector<float>(8, 0.5F), {8, 1, 1});
        b.node("Mul", {"c", "factor"}, {"d"});
    }));
}

}  // namespace
}  // namespace vernier
