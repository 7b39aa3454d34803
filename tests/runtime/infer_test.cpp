// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include <gmock/gmock.h>
#include <onnx/onnx_pb.h>

#include "tests/runtime/runtime_fixture.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using test::ModelBuilder;

std::string type_of(const std::vector<NamedType>& types, const std::string& name) {
    for (const NamedType& type : types) {
        if (type.name == name) {
            return type.type.text();
        }
    }
    return "absent";
}

TEST(InferTypes, TellsInnerValuesWithNamedAxes) {
    ModelBuilder builder;
    builder.input("x", ElementType::float32, {"N", 64}).initializer("w", test::random_floats(64 * 128, 1), {64, 128});
    builder.node("MatMul", {"x", "w"}, {"h"}).node("Relu", {"h"}, {"r"}).node("ArgMax", {"r"}, {"y"}, {{"axis", 1}});
    builder.output("y", ElementType::int64, {"N", 1});
    const auto types = infer_types(Runtime::load(), *make_model(builder.build()));
    EXPECT_EQ(type_of(types, "h"), "float32[N,128]");
    EXPECT_EQ(type_of(types, "r"), "float32[N,128]");
    EXPECT_EQ(type_of(types, "y"), "int64[N,1]");
}

TEST(InferTypes, KnowsTheRuntimesOwnOperators) {
    ModelBuilder builder;
    builder.domain("com.microsoft", 1);
    builder.input("x", ElementType::float32, {2, 8});
    builder.node("QuickGelu", {"x"}, {"g"}, {}, "", "com.microsoft").node("Relu", {"g"}, {"y"});
    builder.output("y", ElementType::float32, {2, 8});
    EXPECT_EQ(type_of(infer_types(Runtime::load(), *make_model(builder.build())), "g"), "float32[2,8]");
}

TEST(InferTypes, FollowsShapesThatConstantsSteer) {
    ModelBuilder builder;
    builder.input("x", ElementType::float32, {2, 8}).initializer("shape", std::vector<std::int64_t>{4, 4}, {2});
    builder.node("Reshape", {"x", "shape"}, {"s"}).node("Relu", {"s"}, {"y"});
    builder.output("y", ElementType::float32, {4, 4});
    EXPECT_EQ(type_of(infer_types(Runtime::load(), *make_model(builder.build())), "s"), "float32[4,4]");
}

}  // namespace
}  // namespace vernier
