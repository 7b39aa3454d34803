// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/edit.h"

#include <gmock/gmock.h>

#include "core/model/weights.h"
#include "tests/support/model_builder.h"
#include "tests/support/temp_dir.h"

namespace vernier {
namespace {

using testing::ElementsAre;

GraphEdit small() {
    test::ModelBuilder b;
    b.input("x", ElementType::float32, {1, 2}).initializer("w", std::vector<float>{1, 2}, {2}).initializer("v", std::vector<float>{3, 4}, {2});
    b.node("Mul", {"x", "w"}, {"m"}, {}, "mul").node("Add", {"m", "v"}, {"y"}, {}, "add").output("y", ElementType::float32, {1, 2});
    return GraphEdit(*make_model(b.build()));
}

TEST(GraphEdit, ACopyHasItsOwnConstants) {
    const GraphEdit edit = small();
    GraphEdit copy = edit;
    copy.replace_constant("w", {1}, {7});
    EXPECT_THAT(edit.floats("w"), ElementsAre(1, 2));
    EXPECT_THAT(copy.floats("w"), ElementsAre(7));
    EXPECT_THAT(copy.dims("w"), ElementsAre(1));
}

TEST(GraphEdit, SharesTheConstantsOfTheModelThatItKeeps) {
    test::ModelBuilder b;
    b.input("x", ElementType::float32, {1, 2}).initializer("w", std::vector<float>{1, 2}, {2});
    b.node("Mul", {"x", "w"}, {"y"}, {}, "mul").output("y", ElementType::float32, {1, 2});
    ModelPtr model = make_model(b.build());
    const std::string own = GraphEdit(*model).build().SerializeAsString();
    GraphEdit edit(model);
    EXPECT_EQ(edit.initializer("w"), &model->proto().graph().initializer(0)) << "the very same tensor, no copy";
    EXPECT_NE(edit.fresh("w"), "w") << "its name is taken";
    edit.replace_constant("w", {2}, {7, 8});
    EXPECT_EQ(to_floats(model->initializers()[0]), (std::vector<float>{1, 2})) << "the model stays as it is";
    EXPECT_EQ(GraphEdit(model).build().SerializeAsString(), own) << "both ways build the same";
    GraphEdit last(model);
    model.reset();
    EXPECT_THAT(last.floats("w"), ElementsAre(1, 2)) << "the edit keeps the model";
    EXPECT_EQ(std::move(last).build().graph().initializer(0).raw_data().size(), 8U);
}

TEST(GraphEdit, ReadsConstantsOutsideOfTheFileOnlyWhenTheyAreAskedFor) {
    const test::TempDir folder;
    const std::vector<float> values{1, 2, 3, 4};
    folder.write("w.bin", std::string(reinterpret_cast<const char*>(values.data()), 16));
    test::ModelBuilder b;
    b.input("x", ElementType::float32, {1, 4}).initializer("w", values, {4});
    b.node("Mul", {"x", "w"}, {"y"}, {}, "mul").output("y", ElementType::float32, {1, 4});
    onnx::ModelProto proto = b.build();
    auto& tensor = *proto.mutable_graph()->mutable_initializer(0);
    tensor.clear_raw_data();
    tensor.set_data_location(onnx::TensorProto::EXTERNAL);
    auto* location = tensor.add_external_data();
    location->set_key("location");
    location->set_value("w.bin");
    const ModelPtr model = open_model(folder.write("m.onnx", proto.SerializeAsString()));
    const GraphEdit edit(model);
    EXPECT_TRUE(edit.is_constant("w"));
    EXPECT_TRUE(edit.is_float_constant("w"));
    EXPECT_THAT(edit.dims("w"), ElementsAre(4));
    EXPECT_THAT(edit.floats("w"), ElementsAre(1, 2, 3, 4));
    EXPECT_EQ(edit.build().SerializeAsString(), GraphEdit(*model).build().SerializeAsString());
    ASSERT_NE(edit.initializer("w"), nullptr);
    EXPECT_EQ(edit.initializer("w")->raw_data().size(), 16U) << "who asks for the tensor gets all of it";
    EXPECT_EQ(edit.build().SerializeAsString(), GraphEdit(*model).build().SerializeAsString());
}

TEST(GraphEdit, BuildingACopyAwayLeavesTheOriginalWhole) {
    const GraphEdit edit = small();
    GraphEdit copy = edit;
    (void)copy.add_scalar("unread", 5);
    const onnx::ModelProto built = std::move(copy).build();
    EXPECT_EQ(built.graph().initializer_size(), 2) << "what nothing reads is dropped";
    EXPECT_THAT(edit.floats("w"), ElementsAre(1, 2));
    EXPECT_EQ(edit.build().SerializeAsString(), built.SerializeAsString());
    EXPECT_EQ(small().build().SerializeAsString(), built.SerializeAsString()) << "built without another holder";
}

/// An If whose branches use the same names for different things, one of which hides a name of the main graph.
ModelPtr two_branches() {
    const auto branch = [](const std::string& op, float value) {
        test::ModelBuilder b;
        b.initializer("k", std::vector<float>{value, value}, {2}).node("Mul", {"m", "k"}, {"h"}, {}, "scale").node(op, {"h"}, {"o"}, {}, op);
        b.output("o", ElementType::float32, {1, 2});
        return b.graph();
    };
    test::ModelBuilder b;
    b.input("x", ElementType::float32, {1, 2}).input("p", ElementType::boolean, {}).initializer("k", std::vector<float>{5, 6}, {2});
    b.node("Add", {"x", "k"}, {"m"}, {}, "add").node("If", {"p"}, {"y"}, {{"then_branch", branch("Relu", 1)}, {"else_branch", branch("Tanh", 2)}}, "if");
    b.output("y", ElementType::float32, {1, 2});
    return make_model(b.build());
}

int item_of(const GraphEdit& edit, std::string_view op) {
    for (std::size_t i = 0; i < edit.size(); ++i)
        if (edit.item(i).proto.op_type() == op) return static_cast<int>(i);
    return -1;
}

TEST(GraphEdit, NodesOfBodiesAreItemsWhoseNamesMeanOneValue) {
    const GraphEdit edit(*two_branches());
    ASSERT_EQ(edit.size(), 6u);
    EXPECT_TRUE(edit.has_bodies());
    const auto& yes = edit.item(static_cast<std::size_t>(edit.producer(edit.item(static_cast<std::size_t>(item_of(edit, "Relu"))).proto.input(0)))).proto;
    const auto& no = edit.item(static_cast<std::size_t>(edit.producer(edit.item(static_cast<std::size_t>(item_of(edit, "Tanh"))).proto.input(0)))).proto;
    EXPECT_THAT(edit.floats(yes.input(1)), ElementsAre(1, 1));
    EXPECT_THAT(edit.floats(no.input(1)), ElementsAre(2, 2));
    EXPECT_THAT(edit.floats("k"), ElementsAre(5, 6)) << "the main graph keeps its names";
    EXPECT_EQ(edit.readers("m").size(), 2u);
    EXPECT_TRUE(edit.has_outer_reads("m"));
    EXPECT_EQ(edit.only_reader(yes.output(0)), item_of(edit, "Relu"));
    EXPECT_NE(edit.graph_of(item_of(edit, "Relu")), edit.graph_of(item_of(edit, "Tanh")));
}

TEST(GraphEdit, WhatIsAddedLiesWhereItIsRead) {
    GraphEdit edit(*two_branches());
    const int relu = item_of(edit, "Relu");
    const int added = edit.add("Neg", {"m"}, {"n"}, "neg");
    edit.set_input(relu, 0, "n");
    EXPECT_EQ(edit.graph_of(added), edit.graph_of(relu));
    const int tanh = item_of(edit, "Tanh");
    edit.set_input(tanh, 0, "n");
    EXPECT_EQ(edit.graph_of(added), 0) << "two branches read it";
    const onnx::ModelProto built = edit.build();
    EXPECT_EQ(built.graph().node_size(), 3);
    EXPECT_EQ(built.graph().node(2).op_type(), "If");
    EXPECT_EQ(built.graph().node(2).attribute(0).g().node_size(), 2);
    EXPECT_EQ(built.graph().node(2).attribute(0).g().initializer_size(), 1);
}

TEST(GraphEdit, AnItemIsNoOnlyReaderAcrossTheBorderOfABody) {
    test::ModelBuilder yes, no, b;
    yes.node("Relu", {"c"}, {"a"}).output("a", ElementType::float32, {1, 2});
    no.node("Identity", {"x"}, {"e"}).output("e", ElementType::float32, {1, 2});
    b.input("x", ElementType::float32, {1, 2}).input("p", ElementType::boolean, {});
    b.node("Neg", {"x"}, {"c"}, {}, "neg").node("If", {"p"}, {"y"}, {{"then_branch", yes.graph()}, {"else_branch", no.graph()}}, "if");
    b.output("y", ElementType::float32, {1, 2});
    const GraphEdit edit(*make_model(b.build()));
    EXPECT_EQ(edit.readers("c").size(), 1u);
    EXPECT_EQ(edit.only_reader("c"), -1);
}

}  // namespace
}  // namespace vernier
