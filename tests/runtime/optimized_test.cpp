// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include <gmock/gmock.h>
#include <onnx/onnx_pb.h>

#include "tests/runtime/runtime_fixture.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"
#include "tests/support/temp_dir.h"

namespace vernier {
namespace {

using test::float_tensor;
using test::ModelBuilder;

ModelBuilder conv_relu() {
    ModelBuilder builder;
    builder.input("x", ElementType::float32, {1, 16, 8, 8}).initializer("w", test::random_floats(256, 1), {16, 16, 1, 1});
    builder.node("Conv", {"x", "w"}, {"c"}, {}, "conv").node("Relu", {"c"}, {"y"}, {}, "relu");
    builder.output("y", ElementType::float32, {1, 16, 8, 8});
    return builder;
}

std::vector<std::string> op_types(const std::string& bytes) {
    onnx::ModelProto model;
    EXPECT_TRUE(model.ParseFromString(bytes));
    std::vector<std::string> types;
    for (const auto& node : model.graph().node()) {
        types.push_back(node.op_type());
    }
    return types;
}

TEST(OptimizedModel, ShowsWhatEachLevelRuns) {
    const RuntimePtr runtime = Runtime::load();
    const auto model = conv_relu().build();
    EXPECT_THAT(op_types(optimized_model(runtime, model, {}, {.level = GraphLevel::off})), testing::ElementsAre("Conv", "Relu"));
    EXPECT_THAT(op_types(optimized_model(runtime, model, {}, {.level = GraphLevel::extended})), testing::ElementsAre("FusedConv"));
    EXPECT_THAT(op_types(optimized_model(runtime, model, {}, {.level = GraphLevel::all})), testing::Contains("Conv"));
}

TEST(OptimizedModel, LeavesNoFileBehind) {
    const test::TempDir folder;
    const char* before = std::getenv("TMPDIR");
    const std::string saved = before != nullptr ? before : "";
    setenv("TMPDIR", folder.path().c_str(), 1);
    (void)optimized_model(Runtime::load(), conv_relu().build(), {}, {.level = GraphLevel::all});
    // The runtime itself keeps a small ".ses" there from its first start in a process; ours must be gone.
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
        EXPECT_FALSE(entry.path().filename().string().starts_with("vernier-")) << entry.path();
    }
    before != nullptr ? setenv("TMPDIR", saved.c_str(), 1) : unsetenv("TMPDIR");
}

TEST(Profile, TimesEveryNodeAndSaysWhatTypesRan) {
    const test::TempDir folder;
    const auto path = folder.write("m.onnx", conv_relu().bytes());
    Target options;
    options.level = GraphLevel::extended;
    const auto events = profile(Runtime::load(), path, options, {{"x", float_tensor(test::random_floats(1024, 2), {1, 16, 8, 8})}}, 5);
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].op_type, "FusedConv");
    EXPECT_EQ(events[0].node, "conv");
    EXPECT_EQ(events[0].runs, 5U);
    EXPECT_EQ(events[0].provider, "CPUExecutionProvider");
    EXPECT_EQ(events[0].input_types, "float,float");
    EXPECT_GE(events[0].microseconds, 0);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

}  // namespace
}  // namespace vernier
