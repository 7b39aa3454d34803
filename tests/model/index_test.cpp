// SPDX-License-Identifier: GPL-3.0-or-later
// Nodes, values, names and order.
#include <gtest/gtest.h>

#include <chrono>

#include "core/base/file.h"
#include "tests/model/expect.h"
#include "tests/support/temp_dir.h"

namespace vernier {
namespace {

using test::ModelBuilder;
using test::refusal;
using test::small_model;
using testing::ElementsAre;

TEST(Index, LinksNodesAndValuesBothWays) {
    const ModelPtr model = make_model(small_model().build());
    ASSERT_EQ(model->nodes().size(), 2U);
    const Node& product = model->node(0);
    EXPECT_EQ(product.label, "mm");
    EXPECT_EQ(product.op_type, "MatMul");
    const ValueId m = model->find_value("m");
    EXPECT_THAT(product.outputs, ElementsAre(m));
    EXPECT_EQ(model->value(m).producer, 0);
    EXPECT_THAT(model->value(m).consumers, ElementsAre(1));
    EXPECT_THAT(model->inputs(), ElementsAre(model->find_value("x")));
    EXPECT_THAT(model->outputs(), ElementsAre(model->find_value("y")));
    EXPECT_TRUE(model->value(model->find_value("w")).is_constant());
    EXPECT_EQ(model->find_value("nothing"), kNone);
    EXPECT_EQ(model->opset(), 17);
    EXPECT_EQ(model->ir_version(), 8);
    EXPECT_EQ(model->parameters(), 32U);
    EXPECT_EQ(model->weight_bytes(), 128U);
}

TEST(Index, AReaderIsListedOncePerSlotThatReads) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {2}).node("Add", {"x", "x"}, {"y"}).output("y", ElementType::float32, {2});
    const ModelPtr model = make_model(b.build());
    EXPECT_THAT(model->value(model->find_value("x")).consumers, ElementsAre(0, 0));
}

TEST(Index, LabelsAreUniqueAndReadable) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {2});
    b.node("Relu", {"x"}, {"a"}, {}, "same").node("Relu", {"a"}, {"b"}, {}, "same").node("Neg", {"b"}, {"c"});
    b.node("Neg", {"c"}, {"y"}, {}, "Neg_2").node("Abs", {"c"}, {"z"}, {}, "two\nlines\x07");
    b.output("y", ElementType::float32, {2}).output("z", ElementType::float32, {2});
    const ModelPtr model = make_model(b.build());
    std::vector<std::string> labels;
    for (const Node& node : model->nodes()) labels.push_back(node.label);
    EXPECT_THAT(labels, ElementsAre("same", "same_1", "Neg_2", "Neg_2_3", "two lines?"));
    EXPECT_TRUE(test::has_finding(*model, "duplicate-node-name"));
    EXPECT_TRUE(test::has_finding(*model, "odd-name"));
}

TEST(Index, OmittedOptionalInputsStayEmpty) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {2}).initializer("most", std::vector<float>{1}, {});
    b.node("Clip", {"x", "", "most"}, {"y"}).output("y", ElementType::float32, {2});
    const ModelPtr model = make_model(b.build());
    EXPECT_THAT(model->node(0).inputs, ElementsAre(model->find_value("x"), kNone, model->find_value("most")));
}

TEST(Index, UnsortedNodesAreOpenedWithAFindingAndStillTyped) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {2, 3});
    b.node("Relu", {"m"}, {"y"}, {}, "second").node("Transpose", {"x"}, {"m"}, {}, "first");
    b.output("y", ElementType::float32, {3, 2});
    const ModelPtr model = make_model(b.build());
    EXPECT_TRUE(test::has_finding(*model, "unsorted-nodes"));
    EXPECT_EQ(model->node(0).name, "second");
    EXPECT_EQ(model->value(model->find_value("m")).type.text(), "float32[3,2]");
}

TEST(Index, CyclesAndLoopsAreRefused) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {2}).node("Add", {"x", "b"}, {"a"}, {}, "n1").node("Relu", {"a"}, {"b"}, {}, "n2");
    b.output("b", ElementType::float32, {2});
    EXPECT_EQ(refusal(b.build(), "cycle").where().node, "n1");
    ModelBuilder self;
    self.input("x", ElementType::float32, {2}).node("Add", {"x", "y"}, {"y"}).output("y", ElementType::float32, {2});
    refusal(self.build(), "cycle");
}

TEST(Index, NamesMustBeMadeOnceAndOnlyOnce) {
    ModelBuilder twice = small_model();
    twice.node("Neg", {"x"}, {"y"}, {}, "other");
    EXPECT_EQ(refusal(twice.build(), "same name").where().tensor, "y");
    ModelBuilder ghost;
    ghost.input("x", ElementType::float32, {2}).node("Add", {"x", "ghost"}, {"y"}, {}, "add").output("y", ElementType::float32, {2});
    const Error error = refusal(ghost.build(), "without a producer");
    EXPECT_EQ(error.where().tensor, "ghost");
    EXPECT_EQ(error.where().node, "add");
    ModelBuilder missing = small_model();
    missing.output("nowhere", ElementType::float32, {2});
    refusal(missing.build(), "without a producer");
    ModelBuilder doubled = small_model();
    doubled.initializer("w", std::vector<float>(32), {8, 4});
    refusal(doubled.build(), "same name");
    ModelBuilder unnamed = small_model();
    unnamed.initializer("", std::vector<float>(1), {});
    refusal(unnamed.build(), "without a name");
    ModelBuilder shadow;
    shadow.input("x", ElementType::float32, {2}).node("Relu", {"x"}, {"x"}).output("x", ElementType::float32, {2});
    refusal(shadow.build(), "same name");
}

TEST(Index, NodesWithoutAnOperatorAndNamesThatAreNotTextAreRefused) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {2}).node("", {"x"}, {"y"}, {}, "n").output("y", ElementType::float32, {2});
    refusal(b.build(), "no operator");
    ModelBuilder bytes;
    bytes.input("x", ElementType::float32, {2}).node("Relu", {"x"}, {"caf\xFF"}).output("caf\xFF", ElementType::float32, {2});
    refusal(bytes.build(), "UTF-8");
}

TEST(Index, WhatOnnxItselfForbidsIsRefusedWithItsReason) {
    ModelBuilder attribute;
    attribute.input("x", ElementType::float32, {2}).node("Cast", {"x"}, {"y"}, {}, "c").output("y", ElementType::float32, {2});
    refusal(attribute.build(), "Required attribute 'to'");
    ModelBuilder unknown;
    unknown.input("x", ElementType::float32, {2}).node("DoesNotExist", {"x"}, {"y"}).output("y", ElementType::float32, {2});
    refusal(unknown.build(), "DoesNotExist");
    ModelBuilder zero;
    zero.input("x", ElementType::float32, {1, 3, 8, 8}).initializer("w", std::vector<float>(108), {4, 3, 3, 3});
    zero.node("Conv", {"x", "w"}, {"y"}, {{"strides", {0, 0}}}, "c").output("y", ElementType::float32, {"N"});
    refusal(zero.build(), "strides 0");
}

TEST(Index, InitializersListedAsInputsAreConstantsAndSaidWhenTheyCouldBeOverridden) {
    const auto with_input = [](int ir_version) {
        ModelBuilder b(9, ir_version);
        b.input("x", ElementType::float32, {"N", 8}).input("w", ElementType::float32, {8, 4});
        b.initializer("w", std::vector<float>(32, 1), {8, 4}).node("MatMul", {"x", "w"}, {"y"});
        b.output("y", ElementType::float32, {"N", 4});
        return make_model(b.build());
    };
    const ModelPtr old = with_input(3);
    EXPECT_THAT(old->inputs(), ElementsAre(old->find_value("x")));
    EXPECT_TRUE(old->value(old->find_value("w")).is_constant());
    EXPECT_FALSE(test::has_finding(*old, "weights-as-inputs"));
    EXPECT_TRUE(test::has_finding(*with_input(4), "weights-as-inputs"));
}

TEST(Index, TheHashIsThatOfTheFile) {
    const test::TempDir folder;
    const std::string bytes = small_model().bytes();
    const ModelPtr model = open_model(folder.write("m.onnx", bytes));
    EXPECT_EQ(model->sha256(), sha256(std::string_view(bytes)));
    EXPECT_EQ(model->size_bytes(), bytes.size());
    EXPECT_EQ(model->folder(), folder.path());
    EXPECT_EQ(model->producer(), "vernier-tests");
}

TEST(Index, OpeningIsLinearInTheNumberOfNodes) {
    const auto seconds = [](int count) {
        ModelBuilder b;
        b.input("v0", ElementType::float32, {"N", 8});
        for (int i = 0; i < count; ++i) b.node(i % 2 == 0 ? "Relu" : "Neg", {"v" + std::to_string(i)}, {"v" + std::to_string(i + 1)});
        b.output("v" + std::to_string(count), ElementType::float32, {"N", 8});
        const onnx::ModelProto proto = b.build();
        const auto start = std::chrono::steady_clock::now();
        EXPECT_EQ(make_model(proto)->nodes().size(), static_cast<std::size_t>(count));
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    };
    (void)seconds(10);                // fills onnx's table of operators
    EXPECT_LT(seconds(10'000), 5.0);  // about 0.1 s on a free machine; quadratic work would take far longer
}

}  // namespace
}  // namespace vernier
