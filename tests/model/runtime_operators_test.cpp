// SPDX-License-Identifier: GPL-3.0-or-later
// Operators that ONNX Runtime's own optimizer writes into the standard domain, though the standard has them not, or later only.
#include <gtest/gtest.h>

#include <string>

#include <onnx/onnx_pb.h>

#include "core/base/error.h"
#include "core/model/domain.h"
#include "core/model/model.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using test::ModelBuilder;

/// A product and a normalization behind it.
onnx::ModelProto normalized(int opset, const char* op) {
    ModelBuilder b(opset, 7);
    b.input("x", ElementType::float32, {"N", 8}).initializer("w", test::random_floats(64, 1), {8, 8}).initializer("g", test::random_floats(8, 2), {8});
    b.node("MatMul", {"x", "w"}, {"m"}, {}, "product").node(op, {"m", "g"}, {"y"}, {{"axis", -1}}, "norm");
    return b.output("y", ElementType::float32, {"N", 8}).build();
}

TEST(RuntimeOperators, AreNoDamageBelowTheOpsetThatHasThem) {
    for (const int opset : {9, 11, 14, 16, 17}) EXPECT_NO_THROW((void)make_model(normalized(opset, "LayerNormalization"))) << opset;
    for (const int opset : {11, 17, 21}) EXPECT_NO_THROW((void)make_model(normalized(opset, "SimplifiedLayerNormalization"))) << opset;
    EXPECT_THROW((void)make_model(normalized(17, "NoSuchNormalization")), Error);
}

TEST(RuntimeOperators, ConstantsThatAreNoInputsAreNoDamageInOldVersions) {
    for (const int ir : {3, 4}) {
        ModelBuilder b(9, ir);
        b.input("x", ElementType::float32, {"N", 8}).initializer("w", test::random_floats(64, 1), {8, 8}).node("MatMul", {"x", "w"}, {"y"}, {}, "product");
        b.output("y", ElementType::float32, {"N", 8});
        EXPECT_NO_THROW((void)make_model(b.build())) << ir;
    }
}

TEST(RuntimeOperators, AreHiddenAndShownAgain) {
    const onnx::ModelProto proto = normalized(11, "LayerNormalization");
    onnx::ModelProto model = proto;
    EXPECT_TRUE(hide_runtime_operators(model));
    EXPECT_EQ(model.graph().node(1).domain(), "com.microsoft");
    EXPECT_EQ(model.opset_import_size(), 2);
    show_runtime_operators(model);
    EXPECT_EQ(model.graph().SerializeAsString(), proto.graph().SerializeAsString());
    onnx::ModelProto later = normalized(17, "LayerNormalization");
    EXPECT_FALSE(hide_runtime_operators(later));
    EXPECT_EQ(later.graph().node(1).domain(), "");
}

}  // namespace
}  // namespace vernier
