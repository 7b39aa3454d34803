// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/executed.h"

#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

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

TEST(Executed, SaysForEachNodeWhatRunsAndWhyOtherwise) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 4}).output("y", ElementType::float32, {1, 4});
    const char* names[] = {"integer", "back", "half", "moved", "merged", "folded", "replaced"};
    std::string from = "x";
    for (const char* name : names) {
        const std::string to = name == names[6] ? "y" : std::string("v_") + name;
        b.node("Relu", {from}, {to}, {}, name);
        from = to;
    }
    const ModelPtr model = make_model(b.build());
    Plan plan;
    plan.nodes.resize(7);
    plan.nodes[0].applied = plan.nodes[1].applied = Method::int8_static;
    plan.nodes[2].applied = Method::fp16;
    plan.nodes[5].absorbed = true;
    Audit audit;
    audit.nodes = {{0, "integer", "Relu", "QLinearRelu", NodeAudit::Verdict::integer},
                   {1, "back", "Relu", "Relu", NodeAudit::Verdict::fell_back},
                   {2, "half", "Relu", "Relu", NodeAudit::Verdict::floating},
                   {3, "moved", "Relu", "Relu", NodeAudit::Verdict::integer},
                   {4, "merged", "Relu", "QLinearConv", NodeAudit::Verdict::absorbed}};
    const std::vector<Executed> executed = executed_nodes(audit, *model, plan);
    using As = Executed::As;
    const As expected[] = {As::int8, As::floating, As::floating, As::int8, As::fused, As::fused, As::unknown};
    const bool otherwise[] = {false, true, true, true, false, false, false};
    ASSERT_EQ(executed.size(), 7U);
    for (std::size_t i = 0; i < 7; ++i) {
        EXPECT_EQ(executed[i].as, expected[i]) << names[i];
        EXPECT_EQ(!executed[i].why.empty(), otherwise[i]) << names[i] << ": " << executed[i].why;
        EXPECT_EQ(executed_from_json(to_json(executed[i])), executed[i]) << names[i];
    }
    EXPECT_EQ(executed[4].op, "QLinearConv");
    EXPECT_TRUE(executed_nodes({}, *model, plan).empty()) << "what was not looked at is not told";
}

}  // namespace
}  // namespace vernier::test
