// SPDX-License-Identifier: GPL-3.0-or-later
// Of the shapes that a file declares, only what its nodes confirm is written again.
#include <gtest/gtest.h>

#include "core/quant/passes/passes.h"
#include "tests/quant/run_fixture.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using test::ModelBuilder;

/// x [N,8], Relu, a product and a Relu, with declared shapes of the two values between.
ModelBuilder declaring(const test::Axes& r, const test::Axes& m, int opset = 17) {
    ModelBuilder b(opset, 7);
    b.input("x", ElementType::float32, {"N", 8}).initializer("w", test::random_floats(32, 1), {8, 4});
    b.node("Relu", {"x"}, {"r"}, {}, "relu").node("MatMul", {"r", "w"}, {"m"}, {}, "layer").node("Relu", {"m"}, {"y"}, {}, "last");
    b.value_info("r", ElementType::float32, r).value_info("m", ElementType::float32, m).output("y", ElementType::float32, {"N", 4});
    return b;
}

std::string written(const GraphEdit& edit, const std::string& name) {
    const ModelPtr model = make_model(edit.build());
    for (const auto& info : model->proto().graph().value_info())
        if (info.name() == name) {
            std::string text;
            for (const auto& dim : info.type().tensor_type().shape().dim()) text += dim.has_dim_value() ? std::to_string(dim.dim_value()) + " " : "? ";
            return text;
        }
    return "none";
}

TEST(DeclaredShapes, WhatIsContradictedIsWrittenAsTheNodesMakeIt) {
    const GraphEdit edit(*make_model(declaring({"N", 8}, {"N", 7}).build()));
    EXPECT_EQ(written(edit, "r"), "? 8 ");
    EXPECT_EQ(written(edit, "m"), "? 4 ");
    EXPECT_EQ(edit.type("m").text(), "float32[N,4]");
}

TEST(DeclaredShapes, ASizeOfAnOpenAxisIsNotWrittenAgain) {
    const GraphEdit edit(*make_model(declaring({4, 8}, {4, 4}).build()));
    EXPECT_EQ(written(edit, "r"), "? 8 ");
    EXPECT_EQ(written(edit, "m"), "? 4 ");
}

TEST(DeclaredShapes, RaisingTheOpsetDoesNotSpreadThem) {
    const onnx::ModelProto proto = declaring({4, 8}, {4, 7}, 11).build();
    const ModelPtr model = make_model(proto);
    GraphEdit edit(*model);
    ASSERT_EQ(upgrade_opset(edit, 13), "");
    const std::map<std::string, Tensor> inputs = {{"x", test::tensor_of(ElementType::float32, test::random_floats(16, 3), {2, 8})}};
    EXPECT_EQ(test::first_output(edit.build(), inputs), test::first_output(proto, inputs));
}

}  // namespace
}  // namespace vernier
