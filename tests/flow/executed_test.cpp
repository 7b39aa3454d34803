// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/executed.h"

#include <gtest/gtest.h>

#include "tests/support/model_builder.h"
#include "tests/support/temp_dir.h"

namespace vernier::test {
namespace {

TEST(Executed, SaysWhereTheRuntimeLeavesThePlan) {
    const TempDir dir;
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 4}).output("y", ElementType::float32, {1, 4});
    b.node("Relu", {"x"}, {"h"}, {}, "first").node("Sigmoid", {"h"}, {"y"}, {}, "second");
    const ModelPtr model = open_model(dir.write("two.onnx", b.bytes()));
    Plan plan;
    plan.nodes.resize(2);
    plan.nodes[1].applied = Method::int8_static;
    Audit audit;
    audit.nodes.push_back({0, "first", "Relu", "Relu", NodeAudit::Verdict::floating});
    audit.nodes.push_back({1, "second", "Sigmoid", "QLinearSigmoid", NodeAudit::Verdict::integer});
    EXPECT_TRUE(differences(audit, *model, plan).empty());

    audit.self_quantized = {"first"};
    audit.nodes[1].verdict = NodeAudit::Verdict::fell_back;
    const std::vector<Finding> found = differences(audit, *model, plan);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].code, "float-node-quantized");
    EXPECT_EQ(found[0].node, 0);
    EXPECT_EQ(found[1].code, "int8-runs-in-float");
    EXPECT_EQ(found[1].node, 1);
}

}  // namespace
}  // namespace vernier::test
