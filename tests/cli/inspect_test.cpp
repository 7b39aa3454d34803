// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include "core/model/model.h"
#include "tests/cli/process.h"
#include "tests/support/demo.h"
#include "tests/support/model_builder.h"
#include "tests/support/temp_dir.h"

namespace vernier::test {
namespace {

using ::testing::HasSubstr;

TEST(Inspect, HoldsTheFieldsOfTheContract) {
    const Finished done = run_cli({"inspect", kDemo, "--json"});
    ASSERT_EQ(done.exit_code, 0) << done.err;
    const Json document = done.json();
    EXPECT_EQ(document.at("vernier_report"), 1);
    for (const char* key : {"opset", "nodes", "parameters", "bytes", "inputs", "outputs", "ops", "advice", "findings"})
        EXPECT_TRUE(document.contains(key)) << key;
    std::size_t nodes = 0;
    for (const auto& [op, count] : document.at("ops").items()) nodes += count.get<std::size_t>();
    EXPECT_EQ(document.at("nodes"), nodes);
    EXPECT_EQ(document.at("advice").at("method"), "int8-static");
    EXPECT_EQ(done.err, "");
}

TEST(Inspect, SaysInWordsWhatItSaysInJson) {
    const Finished done = run_cli({"inspect", kDemo});
    EXPECT_EQ(done.exit_code, 0);
    EXPECT_THAT(done.out, HasSubstr("Advice: INT8 static"));
    EXPECT_EQ(done.out.find('\x1b'), std::string::npos) << "colours belong to a terminal only";
}

TEST(Inspect, AFileThatIsNotThere) { EXPECT_EQ(run_cli({"inspect", "nowhere.onnx"}).exit_code, 66); }

TEST(Inspect, AFileThatIsNoModel) {
    const TempDir dir;
    const Finished done = run_cli({"inspect", dir.write("text.onnx", "this is no model, it is a sentence").string(), "--json"});
    EXPECT_EQ(done.exit_code, 65);
    EXPECT_EQ(done.json().at("error").at("kind"), "bad-model");
    EXPECT_EQ(run_cli({"inspect", dir.path().string()}).exit_code, 65);
}

TEST(Inspect, WhatTheRuntimeRefusesIsOpenedWithAFinding) {
    const TempDir dir;
    ModelBuilder builder;
    builder.domain("nobody.knows", 1).input("x", ElementType::float32, {1, 4}).output("y", ElementType::float32, {1, 4});
    builder.node("Mystery", {"x"}, {"y"}, {}, "m", "nobody.knows");
    const std::string file = dir.write("mystery.onnx", builder.bytes()).string();
    const Finished done = run_cli({"inspect", file, "--json"});
    EXPECT_EQ(done.exit_code, 0);
    EXPECT_THAT(done.json().at("findings").dump(), HasSubstr("runtime-refuses"));
    for (const char* method : {"fp32", "fp16", "int8-dynamic"}) {
        const Finished refused = run_cli({"quantize", file, "--method", method, "-o", (dir / "out.onnx").string()});
        EXPECT_EQ(refused.exit_code, 65) << method;
        EXPECT_THAT(refused.err, HasSubstr("Mystery"));
        EXPECT_FALSE(std::filesystem::exists(dir / "out.onnx"));
    }
}

TEST(Inspect, ADamagedFileCanBeLookedAtButNotWorkedOn) {
    const TempDir dir;
    ModelBuilder builder;
    builder.input("x", ElementType::float32, {1, 4}).output("y", ElementType::float32, {1, 4});
    builder.initializer("w", std::vector<float>(16, 1.F), {4, 4}).node("MatMul", {"x", "w"}, {"y"}, {}, "product");
    builder.proto().mutable_graph()->mutable_initializer(0)->mutable_raw_data()->resize(60);
    const std::string file = dir.write("damaged.onnx", builder.bytes()).string();
    const Finished done = run_cli({"inspect", file, "--json"});
    EXPECT_EQ(done.exit_code, 0) << done.err;
    EXPECT_EQ(done.json().at("nodes"), 1);
    EXPECT_EQ(done.json().at("findings").at(0).at("code"), "damaged");
    EXPECT_EQ(done.json().at("findings").at(0).at("tensor"), "w");
    const std::string out = (dir / "out.onnx").string();
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"stats", file}, {"plan", file, "--method", "fp16"}, {"quantize", file, "--method", "fp16", "-o", out}, {"measure", file}}) {
        const Finished refused = run_cli(words);
        EXPECT_EQ(refused.exit_code, 65) << words[0];
        EXPECT_THAT(refused.err, HasSubstr("holds 60 bytes"));
    }
    EXPECT_EQ(listing(dir.path()).size(), 1U);
}

TEST(Inspect, EqualNodeNamesAreAFindingOnly) {
    const TempDir dir;
    ModelBuilder builder;
    builder.input("x", ElementType::float32, {1, 4}).output("y", ElementType::float32, {1, 4});
    builder.node("Relu", {"x"}, {"h"}, {}, "same").node("Relu", {"h"}, {"y"}, {}, "same");
    const Finished done = run_cli({"inspect", dir.write("equal.onnx", builder.bytes()).string(), "--json"});
    EXPECT_EQ(done.exit_code, 0) << done.err;
}

TEST(Stats, TellsOneWeightInDetail) {
    const Json all = run_cli({"stats", kDemo, "--json"}).json();
    ASSERT_FALSE(all.at("tensors").empty());
    const std::string name = all.at("tensors").at(0).at("tensor");
    const Json one = run_cli({"stats", kDemo, "--tensor", name, "--bins", "16", "--json"}).json();
    ASSERT_EQ(one.at("tensors").size(), 1U);
    EXPECT_EQ(one.at("tensors").at(0).at("stats").at("histogram").at("counts").size(), 16U);
    EXPECT_EQ(one.at("tensors").at(0).at("formats").size(), 3U);
}

TEST(Stats, AnUnknownWeightGetsANearName) {
    const Json all = run_cli({"stats", kDemo, "--json"}).json();
    const std::string name = all.at("tensors").at(0).at("tensor");
    const Finished wrong = run_cli({"stats", kDemo, "--tensor", name + "x"});
    EXPECT_EQ(wrong.exit_code, 64);
    EXPECT_THAT(wrong.err, HasSubstr(name));
}

}  // namespace
}  // namespace vernier::test
