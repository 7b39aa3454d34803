// SPDX-License-Identifier: GPL-3.0-or-later
// If, Loop and Scan: order, scopes and readers across graphs.
#include <gtest/gtest.h>

#include "core/model/bodies.h"
#include "core/model/weights.h"
#include "tests/model/expect.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using test::ModelBuilder;
using testing::ElementsAre;

/// If with a weight of its own in one branch and an outer weight in the other; both bodies call a value "m".
ModelBuilder branches(std::size_t rows) {
    const auto size = static_cast<std::int64_t>(rows);
    ModelBuilder yes, no;
    yes.initializer("own", test::random_floats(rows * 4, 1), {size, 4});
    yes.node("MatMul", {"x", "own"}, {"m"}, {}, "yes_mm").node("Relu", {"m"}, {"t"});
    yes.output("t", ElementType::float32, {"N", 4});
    no.node("Constant", {}, {"m"}, {{"value", test::tensor_proto("", test::random_floats(rows * 4, 2), {size, 4})}});
    no.node("MatMul", {"x", "outer"}, {"p"}, {}, "no_mm").node("MatMul", {"x", "m"}, {"q"}).node("Add", {"p", "q"}, {"e"});
    no.output("e", ElementType::float32, {"N", 4});
    ModelBuilder b;
    b.input("x", ElementType::float32, {"N", static_cast<int>(rows)}).input("c", ElementType::boolean, {});
    b.initializer("outer", test::random_floats(rows * 4, 3), {size, 4});
    b.node("If", {"c"}, {"y"}, {{"then_branch", yes.graph()}, {"else_branch", no.graph()}}, "if");
    b.node("Neg", {"y"}, {"z"}, {}, "last").output("z", ElementType::float32, {"N", 4});
    return b;
}

TEST(Subgraphs, FollowTheMainGraphInFlattenedOrder) {
    const ModelPtr model = make_model(branches(8).build());
    std::vector<std::string> ops;
    std::vector<GraphId> graphs;
    for (const Node& node : model->nodes()) {
        ops.push_back(node.op_type);
        graphs.push_back(node.graph);
    }
    EXPECT_THAT(ops, ElementsAre("If", "Neg", "MatMul", "Relu", "Constant", "MatMul", "MatMul", "Add"));
    EXPECT_THAT(graphs, ElementsAre(0, 0, 1, 1, 2, 2, 2, 2));
    EXPECT_EQ(model->node(2).parent, 0);
    EXPECT_EQ(model->node(0).parent, kNone);
}

TEST(Subgraphs, BodiesAreListedWithTheNodeThatHoldsThem) {
    const ModelPtr model = make_model(branches(8).build());
    const std::vector<Body> bodies = bodies_of(*model);
    ASSERT_EQ(bodies.size(), 3U);
    EXPECT_EQ(bodies[0].holder, kNone);
    EXPECT_EQ(bodies[0].nodes, 7U) << "the Constant is no work";
    EXPECT_EQ(bodies[1].holder, 0);
    EXPECT_EQ(bodies[1].name, "then_branch");
    EXPECT_EQ(bodies[1].nodes, 2U);
    EXPECT_EQ(bodies[2].name, "else_branch");
    EXPECT_EQ(bodies[2].nodes, 3U);
    for (const Node& node : model->nodes()) EXPECT_EQ(bodies[static_cast<std::size_t>(node.graph)].holder, node.parent) << node.label;
}

TEST(Subgraphs, NamesBelongToTheirGraphAndOuterOnesAreSeen) {
    const ModelPtr model = make_model(branches(8).build());
    EXPECT_EQ(model->find_value("m"), kNone);
    EXPECT_NE(model->find_value("m", 1), model->find_value("m", 2));
    EXPECT_EQ(model->find_value("x", 2), model->find_value("x"));
    EXPECT_THAT(model->value(model->find_value("outer")).consumers, ElementsAre(5));
    EXPECT_THAT(model->value(model->find_value("x")).consumers, ElementsAre(2, 5, 6));
    EXPECT_EQ(model->initializers().size(), 3U);
    EXPECT_THAT(model->inputs(), testing::SizeIs(2));
}

TEST(Subgraphs, ShapesAreInferredInsideEvenForLargeConstants) {
    // Small constants are copied for inference, large ones are stood in for; the result is the same.
    for (const std::size_t rows : {8U, 2000U}) {
        const ModelPtr model = make_model(branches(rows).build());
        EXPECT_EQ(model->value(model->find_value("m", 1)).type.text(), "float32[N,4]");
        EXPECT_EQ(model->value(model->find_value("q", 2)).type.text(), "float32[N,4]");
        EXPECT_EQ(model->node(2).macs, rows * 4);
        EXPECT_EQ(model->node(2).parameters, rows * 4);
        EXPECT_FLOAT_EQ(to_floats(*model->constant(model->find_value("own", 1)))[0], test::random_floats(1, 1)[0]);
    }
}

TEST(Subgraphs, LoopBodiesHaveInputsOfTheirOwn) {
    ModelBuilder body;
    body.input("i", ElementType::int64, {}).input("cond", ElementType::boolean, {}).input("h", ElementType::float32, {2, 8});
    body.node("Identity", {"cond"}, {"cond_out"}).node("MatMul", {"h", "w"}, {"h_out"});
    body.output("cond_out", ElementType::boolean, {}).output("h_out", ElementType::float32, {2, 8});
    ModelBuilder b;
    b.input("x", ElementType::float32, {2, 8}).initializer("w", test::random_floats(64, 1), {8, 8});
    b.initializer("n", std::vector<std::int64_t>{5}, {}).initializer(test::tensor_proto("go", ElementType::boolean, std::string(1, 1), {}));
    b.node("Loop", {"n", "go", "x"}, {"y"}, {{"body", body.graph()}}).output("y", ElementType::float32, {2, 8});
    const ModelPtr model = make_model(b.build());
    EXPECT_TRUE(model->value(model->find_value("h", 1)).graph_input);
    EXPECT_THAT(model->inputs(), ElementsAre(model->find_value("x")));
    EXPECT_THAT(model->value(model->find_value("w")).consumers, ElementsAre(2));
}

TEST(Subgraphs, ANodeWaitsForWhatItsBodyReads) {
    ModelBuilder body;
    body.node("Relu", {"late"}, {"t"}).output("t", ElementType::float32, {2});
    ModelBuilder b;
    b.input("x", ElementType::float32, {2}).input("c", ElementType::boolean, {});
    b.node("If", {"c"}, {"y"}, {{"then_branch", body.graph()}, {"else_branch", body.graph()}}).node("Neg", {"x"}, {"late"});
    b.output("y", ElementType::float32, {2});
    EXPECT_TRUE(test::has_finding(*make_model(b.build()), "unsorted-nodes"));
    b.proto().mutable_graph()->mutable_node(1)->set_input(0, "y");
    test::refusal(b.build(), "cycle");
}

}  // namespace
}  // namespace vernier
