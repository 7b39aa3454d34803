// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "core/base/file.h"
#include "core/layers/layers.h"
#include "tests/cli/process.h"
#include "tests/support/demo.h"
#include "tests/support/temp_dir.h"

namespace vernier::test {
namespace {

using ::testing::HasSubstr;

/// Times of nodes, and what is charged to none, sum up to the measured latency.
void expect_sums(const Layers& layers) {
    double fp32 = layers.fp32.unassigned_ms, quantized = layers.quantized.unassigned_ms;
    for (const LayerNode& node : layers.nodes) {
        fp32 += node.fp32_ms.value();
        quantized += node.ms.value();
    }
    EXPECT_GT(layers.fp32.p50_ms, 0);
    EXPECT_NEAR(fp32, layers.fp32.p50_ms, 1e-9 + 1e-6 * fp32);
    EXPECT_NEAR(quantized, layers.quantized.p50_ms, 1e-9 + 1e-6 * quantized);
    EXPECT_NEAR(layers.fp32.factor * layers.fp32.profile_ms, layers.fp32.p50_ms, 1e-6 * layers.fp32.p50_ms);
}

TEST(LayersCommand, HoldsTheFieldsOfTheContractAndWritesNoModel) {
    const TempDir dir;
    const std::string report = (dir / "layers.html").string();
    const Finished done =
        run_cli({"layers", kDemo, "--method", "int8-static", "--set", "#0=fp32", "--data", kData, "--seconds", "0.5", "--json", "--report", report});
    ASSERT_EQ(done.exit_code, 0) << done.err;
    const Json document = done.json();
    EXPECT_EQ(document.at("vernier_report"), 1);
    const Layers layers = layers_from_json(document);
    ASSERT_FALSE(layers.nodes.empty());
    ASSERT_FALSE(layers.regions.empty());
    EXPECT_FALSE(layers.sentences.empty());
    expect_sums(layers);
    EXPECT_EQ(layers.method, "int8-static");
    EXPECT_GT(layers.error_all.value(), 0);
    double shares = 0;
    for (const LayerRegion& region : layers.regions) shares += region.error_share.value();
    EXPECT_NEAR(shares, 1, 1e-6);
    EXPECT_THAT(layers.sentences.front(), HasSubstr(" % of the error")) << "the demo keeps its first node in FP32, and that has an error of its own too";
    std::set<std::string> executed;
    for (const LayerNode& node : layers.nodes) {
        EXPECT_FALSE(node.executed.empty()) << node.name;
        executed.insert(node.executed);
        if (node.region >= 0) {
            const std::vector<NodeId>& members = layers.regions.at(static_cast<std::size_t>(node.region)).nodes;
            EXPECT_NE(std::find(members.begin(), members.end(), node.id), members.end()) << node.name;
        }
    }
    EXPECT_TRUE(executed.contains("int8"));
    EXPECT_EQ(layers.nodes.front().applied, "fp32");
    EXPECT_NE(layers.nodes.front().executed, "int8");
    EXPECT_THAT(listing(dir.path()), ::testing::ElementsAre("layers.html"));
    EXPECT_THAT(read_file(report), HasSubstr(layers.nodes.front().name));
}

TEST(LayersCommand, AFileOfVernierTellsItsRecipe) {
    const TempDir dir;
    const std::string file = (dir / "small.onnx").string();
    ASSERT_EQ(run_cli({"quantize", kDemo, "-o", file, "--method", "int8-static", "--data", kData, "--samples", "20"}).exit_code, 0);
    const Finished done = run_cli({"layers", kDemo, file, "--data", kData, "--seconds", "0.5", "--no-errors", "--json"});
    ASSERT_EQ(done.exit_code, 0) << done.err;
    const Layers layers = layers_from_json(done.json());
    expect_sums(layers);
    EXPECT_FALSE(layers.error_all.has_value());
    EXPECT_EQ(layers.quantized.path, file);
    EXPECT_EQ(layers.nodes.front().chosen, "int8-static");
    EXPECT_EQ(layers.quantized.unassigned_ms, 0);
}

TEST(LayersCommand, AsksForOneOfFileAndRecipe) {
    EXPECT_EQ(run_cli({"layers", kDemo}).exit_code, 64);
    EXPECT_EQ(run_cli({"layers", kDemo, kDemo, "--method", "fp16"}).exit_code, 64);
    EXPECT_EQ(run_cli({"layers", kDemo, "nothing.onnx"}).exit_code, 66);
    EXPECT_EQ(run_cli({"layers", kDemo, kDemo, "--report", kDemo}).exit_code, 64) << "a report is never written over an input";
}

TEST(LayersCommand, WorksWithoutSamples) {
    const Finished done = run_cli({"layers", kDemo, "--method", "int8-dynamic", "--seconds", "0.3"});
    ASSERT_EQ(done.exit_code, 0) << done.err;
    EXPECT_THAT(done.out, HasSubstr("The quantized file takes"));
}

}  // namespace
}  // namespace vernier::test
