// SPDX-License-Identifier: GPL-3.0-or-later
// Raising the opset keeps what a model computes, where onnx's converter takes an operator for the same and it is not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/quant/passes/passes.h"
#include "core/quant/passes/raise_opset.h"
#include "tests/quant/run_fixture.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using test::Attr;
using test::Attrs;
using test::ModelBuilder;
using testing::HasSubstr;

/// x [1,2,2,3] through one node.
onnx::ModelProto one_node(int opset, const char* op, const Attrs& attributes, const std::vector<float>& scales = {}) {
    ModelBuilder b(opset, 7);
    b.input("x", ElementType::float32, {1, 2, 2, 3});
    if (!scales.empty()) b.initializer("scales", scales, {4});
    if (scales.empty())
        b.node(op, {"x"}, {"y"}, attributes, "node");
    else
        b.node(op, {"x", "scales"}, {"y"}, attributes, "node");
    return b.output("y", ElementType::float32, {"a", "b", "c", "d"}).build();
}

std::map<std::string, Tensor> input() { return {{"x", test::tensor_of(ElementType::float32, test::random_floats(12, 5), {1, 2, 2, 3})}}; }

std::vector<float> raised_output(const onnx::ModelProto& proto) {
    GraphEdit edit(*make_model(proto));
    EXPECT_EQ(upgrade_opset(edit, 13), "");
    EXPECT_EQ(edit.opset(), 13);
    return test::first_output(edit.build(), input());
}

TEST(RaiseOpset, HardmaxTakesAllAxesBehindItsOwnAsOne) {
    for (const int opset : {7, 9, 10, 11, 12}) {
        for (const int axis : {0, 1, 2, 3}) {
            const onnx::ModelProto proto = one_node(opset, "Hardmax", {{"axis", axis}});
            const std::vector<float> output = raised_output(proto);
            EXPECT_EQ(output, test::first_output(proto, input())) << opset << ' ' << axis;
            const auto ones = std::count(output.begin(), output.end(), 1.F);
            EXPECT_EQ(ones, std::vector<std::ptrdiff_t>({1, 1, 2, 4})[static_cast<std::size_t>(axis)]) << "one in each row of what is coerced";
        }
        EXPECT_EQ(raised_output(one_node(opset, "Hardmax", {})), test::first_output(one_node(opset, "Hardmax", {}), input())) << "axis 1";
    }
    EXPECT_EQ(raised_output(one_node(11, "Hardmax", {{"axis", -2}})), test::first_output(one_node(11, "Hardmax", {{"axis", -2}}), input()));
}

TEST(RaiseOpset, AHardmaxKeepsItsNameAndNodeOfTheOpenedModel) {
    GraphEdit edit(*make_model(one_node(11, "Hardmax", {{"axis", 1}})));
    ASSERT_EQ(upgrade_opset(edit, 13), "");
    for (std::size_t i = 0; i < edit.size(); ++i)
        if (edit.item(i).proto.op_type() == "Hardmax") {
            EXPECT_EQ(edit.item(i).origin, 0);
        }
    EXPECT_EQ(test::op_counts(edit.build()), (std::map<std::string, int>{{"Flatten", 1}, {"Hardmax", 1}, {"Reshape", 1}, {"Shape", 1}}));
}

TEST(RaiseOpset, ResizeTakesTheSamePlaces) {
    const std::vector<std::vector<float>> all = {{1, 1, 2, 3}, {1, 1, 1.5F, 2.5F}, {1, 1, 0.5F, 0.7F}, {1, 1, 1, 1.3F}};
    for (const auto& scales : all)
        for (const char* mode : {"nearest", "linear"}) {
            const onnx::ModelProto resize = one_node(10, "Resize", {{"mode", mode}}, scales);
            EXPECT_GT(test::sqnr_db(test::first_output(resize, input()), raised_output(resize)), 120) << mode << ' ' << scales[2] << ' ' << scales[3];
            if (scales[3] < 1) continue;  // Upsample enlarges
            const onnx::ModelProto upsample = one_node(9, "Upsample", {{"mode", mode}}, scales);
            EXPECT_GT(test::sqnr_db(test::first_output(upsample, input()), raised_output(upsample)), 120) << mode << ' ' << scales[2] << ' ' << scales[3];
            const onnx::ModelProto old = one_node(7, "Upsample", {{"mode", mode}, {"scales", scales}});
            EXPECT_GT(test::sqnr_db(test::first_output(old, input()), raised_output(old)), 120) << mode << ' ' << scales[2] << ' ' << scales[3];
        }
}

TEST(RaiseOpset, AResizeThatItCannotSayKeepsTheOpset) {
    const onnx::ModelProto proto = one_node(10, "Resize", {{"mode", "nearest"}}, {1, 1, 1.5F, 0.7F});
    GraphEdit edit(*make_model(proto));
    EXPECT_THAT(upgrade_opset(edit, 13), HasSubstr("the Resize that makes 'y' enlarges one axis and shrinks another"));
    EXPECT_EQ(edit.opset(), 10);
    EXPECT_EQ(test::first_output(edit.build(), input()), test::first_output(proto, input()));
}

TEST(RaiseOpset, PassesByTheNormalizationsOfTheRuntimesOptimizer) {
    for (const char* op : {"LayerNormalization", "SimplifiedLayerNormalization"}) {
        ModelBuilder b(11, 7);
        b.input("x", ElementType::float32, {1, 2, 2, 3}).initializer("g", test::random_floats(3, 2), {3});
        b.node("Unsqueeze", {"x"}, {"u"}, {{"axes", {0}}}).node(op, {"u", "g"}, {"y"}, {{"axis", -1}}, "norm");
        const onnx::ModelProto proto = b.output("y", ElementType::float32, {1, 1, 2, 2, 3}).build();
        EXPECT_EQ(raised_output(proto), test::first_output(proto, input())) << op;
    }
}

TEST(RaiseOpset, SaysTheConvertersProblemWithoutItsSource) {
    EXPECT_EQ(converter_problem("/some/where/transformers.h:35: operator(): Assertion `node->i(attr) == value` failed: Attribute spatial must have value 1."),
              "Attribute spatial must have value 1");
    EXPECT_EQ(converter_problem("No Adapter To Version $17 for Foo"), "No Adapter To Version $17 for Foo");
}

}  // namespace
}  // namespace vernier
