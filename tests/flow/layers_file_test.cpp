// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/layers_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/file.h"
#include "core/evidence/origin.h"
#include "core/flow/quantize_file.h"
#include "tests/flow/masked_scores.h"
#include "tests/support/demo.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"
#include "tests/support/temp_dir.h"

namespace vernier::test {
namespace {

using ::testing::HasSubstr;

LayersRequest request_of_demo() {
    LayersRequest request;
    request.model = kDemo;
    request.run.seconds = 0.2;
    request.errors = false;
    return request;
}

/// A file of the demo with its first node in FP32, whose recipe says nothing of that: as one in which timing has decided so.
std::filesystem::path file_that_timing_changed(const TempDir& dir) {
    QuantizeRequest request;
    request.model = kDemo;
    request.out = dir / "made.onnx";
    request.data = kData;
    request.recipe.default_method = Method::int8_static;
    request.recipe.calibration.samples = 20;
    request.recipe.rules = {{"#0", Method::fp32, {}}};
    request.options.time_prefix = false;
    (void)quantize_file(Runtime::load(), request, {});
    onnx::ModelProto proto = inlined_proto(*open_model(request.out));
    Origin origin = read_origin(proto).value();
    request.recipe.rules.clear();
    origin.recipe = to_json(request.recipe);
    write_origin(proto, origin);
    save_model(proto, request.out);
    return request.out;
}

TEST(LayersFile, SaysWhatAFileHasInFp32AgainstItsRecipe) {
    const TempDir dir;
    LayersRequest request = request_of_demo();
    request.quantized = file_that_timing_changed(dir);
    const Layers layers = layers_file(Runtime::load(), request, {});
    EXPECT_FALSE(layers.untimed);
    const LayerNode& first = layers.nodes.front();
    EXPECT_EQ(first.chosen, "int8-static");
    EXPECT_EQ(first.applied, "fp32");
    EXPECT_EQ(first.executed, "float");
    EXPECT_THAT(first.reason, HasSubstr("the file has it in FP32"));
    int integer = 0;
    for (const LayerNode& node : layers.nodes) integer += node.applied == "int8-static" ? 1 : 0;
    EXPECT_GT(integer, 10) << "the others are as the recipe says";
}

TEST(LayersFile, SaysThatAFileOfItsOwnWasNotTimed) {
    LayersRequest request = request_of_demo();
    request.recipe.default_method = Method::int8_static;
    request.recipe.calibration.samples = 20;
    request.data = kData;
    const Layers layers = layers_file(Runtime::load(), request, {});
    EXPECT_TRUE(layers.untimed);
    EXPECT_THAT(layers.sentences.back(), HasSubstr("nothing timed"));
    request.recipe.default_method = Method::fp16;
    const Layers half = layers_file(Runtime::load(), request, {});
    EXPECT_TRUE(half.untimed);
    for (const std::string& sentence : half.sentences) EXPECT_EQ(sentence.find("nothing timed"), std::string::npos) << "FP16 is not timed by quantize either";
}

/// Eight samples of scores, as a folder of test_data_set_*.
void write_scores(const std::filesystem::path& folder) {
    for (int i = 0; i < 8; ++i) {
        const std::filesystem::path set = folder / ("test_data_set_" + std::to_string(i));
        std::filesystem::create_directories(set);
        const std::vector<float> values = random_floats(4 * 8, static_cast<std::uint64_t>(i) + 1);
        write_file(set / "input_0.pb", tensor_proto("x", values, {1, 4, 8}).SerializeAsString());
    }
}

/// Regions would say nothing: what is quantized is the mask, which Vernier leaves alone.
TEST(LayersFile, SaysFirstWhatBreaksAStrangersFile) {
    const TempDir dir;
    save_model(scores_net(false), dir / "model.onnx");
    save_model(scores_net(true), dir / "theirs.onnx");
    write_scores(dir / "samples");
    LayersRequest request;
    request.model = dir / "model.onnx";
    request.quantized = dir / "theirs.onnx";
    request.data = (dir / "samples").string();
    request.run.seconds = 0.2;
    const Layers layers = layers_file(Runtime::load(), request, {});
    ASSERT_TRUE(layers.first_divergence.has_value());
    EXPECT_EQ(layers.first_divergence->name, "add_mask");
    EXPECT_THAT(layers.sentences.front(), HasSubstr("The two files part first at add_mask"));
    EXPECT_THAT(layers.sentences.front(), HasSubstr("The mask in front of a Softmax shares one scale with the scores"));
    const LayerNode* node = layers.find(layers.first_divergence->node);
    ASSERT_NE(node, nullptr);
    EXPECT_LT(node->outputs_db.value_or(200), 20);
    EXPECT_THAT(node->change, HasSubstr("Leave this node and its Softmax in FP32"));
}

}  // namespace
}  // namespace vernier::test
