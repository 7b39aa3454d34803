// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/unique_names.h"

#include <gmock/gmock.h>
#include <onnx/onnx_pb.h>

#include "core/model/model.h"
#include "tests/support/model_builder.h"

namespace vernier {
namespace {

using test::ModelBuilder;
using testing::ElementsAre;

std::vector<std::string> names_of(const onnx::GraphProto& graph) {
    std::vector<std::string> names;
    for (const onnx::NodeProto& node : graph.node()) names.push_back(node.name());
    return names;
}

TEST(UniqueNames, NodesWithoutANameOrWithThatOfAnotherGetOne) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {2});
    b.node("Relu", {"x"}, {"a"}, {}, "same").node("Neg", {"a"}, {"b"}, {}, "same").node("Abs", {"b"}, {"c"}).node("Abs", {"c"}, {"y"}, {}, "Neg@0");
    onnx::GraphProto graph = b.graph();
    EXPECT_TRUE(has_equal_node_names(graph));
    name_nodes(graph);
    EXPECT_THAT(names_of(graph), ElementsAre("same", "Neg@1", "Abs@2", "Neg@0"));
    EXPECT_FALSE(has_equal_node_names(graph));
}

TEST(UniqueNames, GraphsMayUseTheNamesOfOthers) {
    ModelBuilder branch, main;
    branch.node("Relu", {"x"}, {"r"}, {}, "same").output("r", ElementType::float32, {2});
    main.input("x", ElementType::float32, {2}).input("c", ElementType::boolean, {});
    main.node("If", {"c"}, {"y"}, {{"then_branch", branch.graph()}, {"else_branch", branch.graph()}}, "same");
    EXPECT_FALSE(has_equal_node_names(main.graph()));
    branch.node("Neg", {"r"}, {"n"}, {}, "same");
    main.node("If", {"c"}, {"z"}, {{"then_branch", branch.graph()}, {"else_branch", branch.graph()}}, "other");
    EXPECT_TRUE(has_equal_node_names(main.graph()));
}

TEST(UniqueNames, LabelsShowWhatTurnsTextAround) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {2}).node("Relu", {"x"}, {"y"}, {}, "a\xE2\x80\xAE/b\nc").output("y", ElementType::float32, {2});
    EXPECT_EQ(make_model(b.build())->node(0).label, "a<U+202E>/b c");
}

}  // namespace
}  // namespace vernier
