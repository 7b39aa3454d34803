// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers of a file that its readers count up to, divide by or allocate by: they are looked at before anybody follows them.
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

#include "core/model/declared.h"
#include "core/model/sizes.h"
#include "tests/model/expect.h"

namespace vernier {
namespace {

using test::Attr;
using test::Attrs;
using test::ModelBuilder;
using test::refusal;

constexpr std::int64_t kMany = std::int64_t{1} << 31;

ModelBuilder scan(std::int64_t inputs, int opset = 17) {
    ModelBuilder body(opset);
    body.input("state", ElementType::float32, {2}).input("each", ElementType::float32, {2});
    body.node("Add", {"state", "each"}, {"next"}).output("next", ElementType::float32, {2});
    ModelBuilder b(opset);
    b.input("s", ElementType::float32, {2}).input("x", ElementType::float32, {5, 2});
    b.node("Scan", {"s", "x"}, {"y"}, {{"body", body.graph()}, {"num_scan_inputs", inputs}}).output("y", ElementType::float32, {2});
    return b;
}

ModelBuilder split(std::int64_t parts) {
    ModelBuilder b(18);
    b.input("x", ElementType::float32, {4, 2});
    b.node("Split", {"x"}, {"y", "z"}, {{"num_outputs", parts}}).output("y", ElementType::float32, {2, 2}).output("z", ElementType::float32, {2, 2});
    return b;
}

onnx::ModelProto with(const std::string& op, const Attrs& attributes, const std::string& domain = {}) {
    ModelBuilder b;
    b.domain("com.microsoft", 1);
    b.input("x", ElementType::float32, {1, 4, 8, 8}).initializer("w", std::vector<float>(16, 0.5F), {4, 4, 1, 1});
    b.node(op, {"x", "w"}, {"y"}, attributes, "", domain).output("y", ElementType::float32, {"a", "b", "c", "d"});
    return b.build();
}

TEST(Counts, PartsOfScanAndSplitAreThoseThatTheNodeHas) {
    EXPECT_NO_THROW((void)make_model(scan(1).build()));
    refusal(scan(kMany).build(), "num_scan_inputs 2147483648, which must be at most 2");
    refusal(scan(kMany, 9).build(), "num_scan_inputs 2147483648");
    refusal(scan(-1).build(), "at least 0");
    EXPECT_NO_THROW((void)make_model(split(2).build()));
    refusal(split(std::int64_t{1} << 40).build(), "num_outputs 1099511627776, which must be at most 65536");
    refusal(split(1).build(), "num_outputs 1, which must be at least 2");
}

TEST(Counts, WindowsGroupsAndWidthsHaveBounds) {
    EXPECT_NO_THROW((void)make_model(with("Conv", {{"group", 1}, {"strides", {2, 2}}, {"pads", {0, 0, 1, 1}}})));
    refusal(with("Conv", {{"group", 0}}), "group 0, which must be at least 1");
    refusal(with("Conv", {{"group", kMany}}), "at most 2147483647");
    refusal(with("Conv", {{"strides", std::vector<std::int64_t>{1, 0}}}), "strides 0");
    refusal(with("Conv", {{"dilations", std::vector<std::int64_t>{std::numeric_limits<std::int64_t>::max(), 1}}}), "dilations");
    refusal(with("Conv", {{"pads", std::vector<std::int64_t>{std::numeric_limits<std::int64_t>::min(), 0, 0, 0}}}), "pads");
    refusal(with("DepthToSpace", {{"blocksize", 0}}), "blocksize 0");
    refusal(with("LSTM", {{"hidden_size", 0}}), "hidden_size 0");
    refusal(with("MatMulNBits", {{"block_size", 0}, {"K", 4}, {"N", 4}}, "com.microsoft"), "block_size 0");
}

TEST(Counts, BodiesAreLookedAtToo) {
    ModelBuilder then_branch = split(kMany), else_branch = split(2), b(18);
    for (ModelBuilder* body : {&then_branch, &else_branch}) body->proto().mutable_graph()->clear_input();
    b.input("x", ElementType::float32, {4, 2}).input("c", ElementType::boolean, {});
    b.node("If", {"c"}, {"p", "q"}, {{"then_branch", then_branch.graph()}, {"else_branch", else_branch.graph()}});
    b.output("p", ElementType::float32, {2, 2}).output("q", ElementType::float32, {2, 2});
    refusal(b.build(), "num_outputs 2147483648");
}

TEST(Counts, AFunctionLeavesItsNumbersToTheCall) {
    ModelBuilder b = test::small_model();
    onnx::FunctionProto& function = *b.domain("my", 1).proto().add_functions();
    function.set_domain("my");
    function.set_name("Grouped");
    function.add_input("x");
    function.add_input("w");
    function.add_output("y");
    function.add_attribute("groups");
    function.add_opset_import()->set_version(17);
    onnx::NodeProto& node = *function.add_node();
    node.set_op_type("Conv");
    node.add_input("x");
    node.add_input("w");
    node.add_output("y");
    onnx::AttributeProto& group = *node.add_attribute();
    group.set_name("group");
    group.set_type(onnx::AttributeProto::INT);
    group.set_ref_attr_name("groups");
    EXPECT_NO_THROW((void)make_model(b.build()));
}

TEST(Counts, SizesOfMoreAxesThanAnyTensorHasAreNotFollowed) {
    for (const int opset : {8, 12, 17}) {
        ModelBuilder b(opset, opset < 9 ? 3 : 8);
        b.input("x", ElementType::float32, {1}).input("s", ElementType::int64, {std::int64_t{1} << 40});
        b.node("Expand", {"x", "s"}, {"y"}).output("y", ElementType::float32, {"a"});
        refusal(b.build(), "sizes of 1099511627776 axes");
    }
    ModelBuilder made;  // known only when shapes have been inferred
    made.input("x", ElementType::float32, {1}).initializer("n", std::vector<std::int64_t>{2000}, {1});
    made.node("ConstantOfShape", {"n"}, {"s"}, {{"value", test::tensor_proto("", std::vector<std::int64_t>{1}, {1})}});
    made.node("Expand", {"x", "s"}, {"y"}).output("y", ElementType::float32, {"a"});
    refusal(made.build(), "sizes of 2000 axes");
}

TEST(Counts, StepsThatOverrunAnIndexOfAShapeAreRefused) {
    const auto stepped = [](std::int64_t step) {
        ModelBuilder b;
        b.input("x", ElementType::float32, {3, 4, 5, 6}).node("Shape", {"x"}, {"s"});
        b.initializer("from", std::vector<std::int64_t>{step > 0 ? 0 : -1}, {1});
        b.initializer("to", std::vector<std::int64_t>{step > 0 ? 4 : std::numeric_limits<std::int64_t>::min()}, {1});
        b.initializer("axes", std::vector<std::int64_t>{0}, {1}).initializer("steps", std::vector<std::int64_t>{step}, {1});
        b.node("Slice", {"s", "from", "to", "axes", "steps"}, {"y"}).output("y", ElementType::int64, {"n"});
        return b.build();
    };
    const ModelPtr model = make_model(stepped(3));
    EXPECT_EQ(model->value(model->find_value("y")).type.text(), "int64[2]");
    EXPECT_NO_THROW((void)make_model(stepped(-1)));
    for (const std::int64_t step : {std::int64_t{1} << 32, kMany, -kMany, std::int64_t{0}}) refusal(stepped(step), "has a step of");
}

/// A slice of a shape whose step is made of a constant by nodes.
ModelBuilder made_step(std::int64_t step, bool only_moved) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {3, 4, 5, 6}).node("Shape", {"x"}, {"s"});
    b.initializer("from", std::vector<std::int64_t>{0}, {1}).initializer("to", std::vector<std::int64_t>{4}, {1});
    b.initializer("axes", std::vector<std::int64_t>{0}, {1}).initializer("zero", std::vector<std::int64_t>{0}, {1});
    b.initializer("c", std::vector<std::int64_t>{step}, {}).node("Unsqueeze", {"c", "axes"}, {"moved"});
    if (!only_moved) b.node("Add", {"moved", "zero"}, {"sum"});
    b.node("Slice", {"s", "from", "to", "axes", only_moved ? "moved" : "sum"}, {"y"});
    b.node("ConstantOfShape", {"y"}, {"z"}).output("z", ElementType::float32, {"p", "q"});
    return b;
}

TEST(Counts, StepsThatNodesComputeDoNotOverrunTheInference) {
    const auto length = [](ModelBuilder b) {
        const ModelPtr model = make_model(b.build());
        return model->value(model->find_value("z")).type.dims.at(1).value;
    };
    EXPECT_EQ(length(made_step(3, true)), 6);    // axes 0 and 3
    EXPECT_EQ(length(made_step(3, false)), -1);  // not known, but nothing is wrong
    for (const std::int64_t step : {(std::int64_t{1} << 32) - 1, std::int64_t{1} << 32, std::int64_t{1} << 40})
        for (const bool only_moved : {true, false}) EXPECT_EQ(length(made_step(step, only_moved)), -1) << step;
}

TEST(Counts, DeclaredSizesThatNoAxisHasCountAsOpen) {
    for (const std::int64_t odd : {std::int64_t{-1}, std::int64_t{-224}, std::int64_t{1} << 60}) {
        ModelBuilder b;
        b.input("x", ElementType::float32, {1, 8}).initializer("c", std::vector<float>(40, 1), {5, 8});
        b.node("Concat", {"x", "c"}, {"t"}, {{"axis", 0}}).node("Relu", {"t"}, {"y"}).output("y", ElementType::float32, {"n", 8});
        b.proto().mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim(0)->set_dim_value(odd);
        const ModelPtr model = make_model(b.build());
        EXPECT_EQ(model->value(model->find_value("x")).type.text(), "float32[?,8]");
        EXPECT_EQ(sure_type(*model, model->find_value("t")).text(), "float32[?,8]") << "counted " << odd << " and 5 together";
        ASSERT_EQ(model->sizes().size(), 1U);
        EXPECT_EQ(model->sizes()[0].axes[0], (SizedAxis{1, SizeSource::assumed, ""}));
        ASSERT_TRUE(test::has_finding(*model, "odd-size"));
        EXPECT_EQ(model->value(model->find_value("y")).size, (std::vector<std::int64_t>{6, 8}));
    }
    EXPECT_FALSE(test::has_finding(*make_model(test::small_model().build()), "odd-size"));
}

}  // namespace
}  // namespace vernier
