// SPDX-License-Identifier: GPL-3.0-or-later
// Shapes that a file declares against those that follow from its nodes.
#include <gtest/gtest.h>

#include "core/model/declared.h"
#include "tests/model/expect.h"

namespace vernier {
namespace {

using test::ModelBuilder;

std::string shown(const Model& model, const std::string& name) { return model.value(model.find_value(name)).type.text(); }
std::string sure(const Model& model, const std::string& name) { return sure_type(model, model.find_value(name)).text(); }

TEST(Declared, WhatTheNodesMakeCountsAgainstWhatIsDeclared) {
    ModelBuilder b = test::small_model();
    b.value_info("m", ElementType::float32, {"N", 7});
    b.proto().mutable_graph()->mutable_output(0)->mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim(1)->set_dim_value(99);
    const ModelPtr model = make_model(b.build());
    EXPECT_EQ(shown(*model, "m"), "float32[N,4]");
    EXPECT_EQ(shown(*model, "y"), "float32[N,4]");
    EXPECT_EQ(sure(*model, "m"), "float32[N,4]");
    EXPECT_TRUE(test::has_finding(*model, "stale-shapes"));
    EXPECT_FALSE(test::has_finding(*make_model(test::small_model().build()), "stale-shapes"));
}

/// x [N,8] reshaped to a shape that comes from outside, then MatMul.
ModelBuilder steered() {
    ModelBuilder b;
    b.input("x", ElementType::float32, {"N", 8}).input("to", ElementType::int64, {"R"});
    b.initializer("w", std::vector<float>(32, 0.5F), {8, 4});
    b.node("Reshape", {"x", "to"}, {"r"}).node("Relu", {"r"}, {"q"}).node("MatMul", {"q", "w"}, {"y"}).node("Relu", {"y"}, {"z"});
    b.output("z", ElementType::float32, {"N", 4});
    return b;
}

TEST(Declared, WhatNoInferenceConfirmsIsShownButNotSure) {
    ModelBuilder b = steered();
    b.value_info("r", ElementType::float32, {2, 3, 8});
    const ModelPtr model = make_model(b.build());
    EXPECT_EQ(shown(*model, "r"), "float32[2,3,8]");
    EXPECT_EQ(shown(*model, "y"), "float32[2,3,4]") << "follows from the declared shape";
    EXPECT_EQ(sure(*model, "r"), "float32");
    EXPECT_EQ(sure(*model, "q"), "float32");
    EXPECT_EQ(sure(*model, "y"), "float32");
    EXPECT_FALSE(test::has_finding(*model, "stale-shapes"));
}

TEST(Declared, OpenAxesThatAreDeclaredAsSizesAreNotSure) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {"N", 3, "H", "W"}).node("Relu", {"x"}, {"y"}).node("Relu", {"y"}, {"z"});
    b.value_info("y", ElementType::float32, {1, 3, 6, 6}).output("z", ElementType::float32, {"N", 3, "H", "W"});
    const ModelPtr model = make_model(b.build());
    EXPECT_EQ(sure(*model, "y"), "float32[N,3,H,W]");
    EXPECT_EQ(shown(*model, "y"), "float32[1,3,6,6]");
}

TEST(Declared, TheRuntimesTypesComeBeforeDeclaredOnes) {
    ModelBuilder b = steered();
    b.value_info("r", ElementType::float32, {2, 3, 8});
    const ModelPtr model = with_types(make_model(b.build()), {{"r", {ElementType::float32, true, {{-1, "A"}, {8, ""}}, {}}}});
    EXPECT_EQ(sure(*model, "r"), "float32[A,8]");
    EXPECT_EQ(shown(*model, "r"), "float32[A,8]");
}

}  // namespace
}  // namespace vernier
