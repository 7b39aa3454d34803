// SPDX-License-Identifier: GPL-3.0-or-later
// What is odd in a file that is opened even so.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/model/expect.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using test::has_finding;
using test::ModelBuilder;

TEST(Findings, AnOrdinaryModelHasNone) { EXPECT_TRUE(make_model(test::small_model().build())->findings().empty()); }

TEST(Findings, WeightsThatAreNotFiniteAreNamed) {
    ModelBuilder b;
    std::vector<float> weights = test::random_floats(32, 1);
    weights[3] = NAN;
    weights[5] = INFINITY;
    b.input("x", ElementType::float32, {1, 8}).initializer("w", weights, {8, 4});
    b.node("MatMul", {"x", "w"}, {"y"}, {}, "mm").output("y", ElementType::float32, {1, 4});
    const ModelPtr model = make_model(b.build());
    ASSERT_EQ(model->findings().size(), 1U);
    EXPECT_EQ(model->findings()[0].code, "not-finite-weight");
    EXPECT_EQ(model->findings()[0].severity, Severity::serious);
    EXPECT_EQ(model->findings()[0].tensor, "w");
    EXPECT_EQ(model->findings()[0].node_name, "mm");
    EXPECT_EQ(model->findings()[0].text, "A constant holds 1 NaN and 1 Inf.");
}

TEST(Findings, ScalesThatAreNotPositiveAreSaid) {
    for (const float scale : {0.0F, -1.0F, NAN}) {
        ModelBuilder b;
        b.input("x", ElementType::float32, {4}).initializer("s", std::vector<float>{scale}, {});
        b.initializer(test::tensor_proto("z", ElementType::uint8, "\x80", {}));
        b.node("QuantizeLinear", {"x", "s", "z"}, {"y"}).output("y", ElementType::uint8, {4});
        EXPECT_TRUE(has_finding(*make_model(b.build()), "bad-scale")) << scale;
    }
}

TEST(Findings, ValuesThatNoMachineHoldsAreSaidBeforeAnythingRuns) {
    ModelBuilder b;
    b.initializer("s", std::vector<std::int64_t>{1 << 21, 1 << 21}, {2});
    b.node("ConstantOfShape", {"s"}, {"c"}).node("ReduceSum", {"c"}, {"y"}, {{"keepdims", 0}}).output("y", ElementType::float32, {});
    EXPECT_TRUE(has_finding(*make_model(b.build()), "huge-value"));
}

TEST(Findings, DomainsAreToldApart) {
    ModelBuilder secret;
    secret.domain("com.example", 3).input("x", ElementType::float32, {4}).node("Magic", {"x"}, {"y"}, {}, "m", "com.example");
    secret.output("y", ElementType::float32, {4});
    EXPECT_TRUE(has_finding(*make_model(secret.build()), "unknown-domain"));
    ModelBuilder forgotten;
    forgotten.input("x", ElementType::float32, {4}).node("Gelu", {"x"}, {"y"}, {}, "g", "com.microsoft");
    forgotten.output("y", ElementType::float32, {4});
    EXPECT_TRUE(has_finding(*make_model(forgotten.build()), "domain-not-imported"));
    EXPECT_TRUE(has_finding(*make_model(test::small_model(6).build()), "old-opset"));
}

}  // namespace
}  // namespace vernier
