// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/edit.h"

#include <gmock/gmock.h>

#include "tests/support/model_builder.h"

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

}  // namespace
}  // namespace vernier
