// SPDX-License-Identifier: GPL-3.0-or-later
// Whole jobs on the demo.
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <filesystem>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/flow/inspect.h"
#include "core/flow/quantize_file.h"
#include "core/flow/tensors.h"
#include "tests/support/demo.h"
#include "tests/support/error_kind.h"
#include "tests/support/model_builder.h"
#include "tests/support/temp_dir.h"

namespace vernier::test {
namespace {

TEST(Inspect, ChecksTheModelWithTheRuntime) {
    const Inspection inspection = inspect(Runtime::load(), {kDemo}, {});
    EXPECT_TRUE(inspection.session_start_ms.has_value());
    EXPECT_GT(inspection.workload.depthwise, 0U);
    EXPECT_EQ(inspect(nullptr, {kDemo}, {}).session_start_ms, std::nullopt);
}

TEST(Inspect, RunsEqualNodeNamesUnderUniqueOnes) {
    const TempDir dir;
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 4}).output("y", ElementType::float32, {1, 4});
    b.node("Relu", {"x"}, {"h"}, {}, "same").node("Relu", {"h"}, {"y"}, {}, "same");
    const ModelPtr model = open_model(dir.write("equal.onnx", b.bytes()));
    std::vector<Finding> findings;
    EXPECT_GT(check_with_runtime(Runtime::load(), *model, findings).value_or(0), 0);
}

/// The runtime computes what is made of constants while it opens a model with optimizations: a few bytes may ask for a GB.
TEST(Inspect, LeavesLargeResultsOfConstantsUncomputed) {
    const auto start = [](std::int64_t side) {
        const TempDir dir;
        ModelBuilder b;
        b.input("x", ElementType::float32, {1}).initializer("n", std::vector<std::int64_t>{side, side}, {2});
        b.node("ConstantOfShape", {"n"}, {"c"}).node("ReduceSum", {"c"}, {"sum"}, {{"keepdims", 0}}).node("Add", {"x", "sum"}, {"y"});
        b.output("y", ElementType::float32, {1});
        const ModelPtr model = open_model(dir.write("made.onnx", b.bytes()));
        std::vector<Finding> findings;
        return check_with_runtime(Runtime::load(), *model, findings);
    };
    EXPECT_TRUE(start(16).has_value());
    EXPECT_FALSE(start(1 << 14).has_value());
}

TEST(QuantizeFile, KeepsANoteOfHowTheFileWasMade) {
    const TempDir dir;
    QuantizeRequest request;
    request.model = kDemo;
    request.out = dir / "small.onnx";
    request.data = kData;
    request.recipe.default_method = Method::int8_static;
    request.recipe.calibration.samples = 10;
    request.options.time_prefix = false;
    const QuantizedFile result = quantize_file(Runtime::load(), request, {});
    const std::optional<Origin> origin = read_origin(open_model(request.out)->proto());
    ASSERT_TRUE(origin.has_value());
    EXPECT_EQ(origin->source_sha256, sha256_of_file(kDemo));
    EXPECT_EQ(origin->calibration_samples, 10U);
    EXPECT_EQ(origin->main_method(), Method::int8_static);
    EXPECT_EQ(origin->counts, result.origin.counts);
    EXPECT_EQ(result.sha256, sha256_of_file(request.out));
    EXPECT_FALSE(read_origin(open_model(kDemo)->proto()).has_value());
    // What is run of it stands in the document, and it is the plan's for most nodes with weights.
    const Json document = to_json(result);
    int written = 0, run = 0;
    for (const Json& node : document.at("nodes")) {
        if (node.at("applied") != "int8-static" || node.at("op") != "Conv") continue;
        ++written;
        run += node.contains("executed") && node["executed"].at("as") == "int8" && node["executed"].at("op") == "QLinearConv" ? 1 : 0;
    }
    EXPECT_GT(written, 3);
    EXPECT_GE(run, written - 2);
}

TEST(QuantizeFile, SaysWhereTheRuntimeHasNoKernelForHalfPrecision) {
    const TempDir dir;
    QuantizeRequest request;
    request.model = kDemo;
    request.out = dir / "half.onnx";
    request.recipe.default_method = Method::fp16;
    const QuantizedFile result = quantize_file(Runtime::load(), request, {});
    int told = 0;
    for (std::size_t i = 0; i < result.plan.nodes.size(); ++i) {
        if (result.plan.nodes[i].applied != Method::fp16 || result.executed.at(i).as == Executed::As::unknown) continue;
        ++told;
        // Either it runs in FP16, or it is said that it does not.
        EXPECT_EQ(result.executed[i].as == Executed::As::floating, !result.executed[i].why.empty()) << result.model->nodes()[i].label;
    }
    EXPECT_GT(told, 5);
}

TEST(QuantizeFile, NeedsDataOnlyForStatic) {
    const TempDir dir;
    QuantizeRequest request;
    request.model = kDemo;
    request.out = dir / "x.onnx";
    request.recipe.default_method = Method::int8_static;
    const RuntimePtr runtime = Runtime::load();
    EXPECT_EQ(kind_of([&] { (void)quantize_file(runtime, request, {}); }), ErrorKind::usage);
    EXPECT_FALSE(std::filesystem::exists(request.out));
    request.recipe.default_method = Method::fp32;
    EXPECT_NO_THROW((void)quantize_file(runtime, request, {}));
    EXPECT_TRUE(std::filesystem::exists(request.out));
}

TEST(QuantizeFile, NamesAModelThatTheRuntimeRefuses) {
    const TempDir dir;
    ModelBuilder b;
    b.input("x", ElementType::float32, {1}).input("n", ElementType::int64, {1}).node("Add", {"x", "n"}, {"y"}).output("y", ElementType::float32, {1});
    QuantizeRequest request;
    request.model = dir.write("mixed.onnx", b.bytes());
    request.out = dir / "x.onnx";
    for (const Method method : {Method::fp32, Method::fp16, Method::int8_dynamic}) {
        request.recipe.default_method = method;
        try {
            (void)quantize_file(Runtime::load(), request, {});
            FAIL() << "float and integers cannot be added";
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::bad_model);
            EXPECT_EQ(error.where().file, request.model.string());
        }
    }
}

/// Trained once more, or samples exported anew, while a long calibration runs.
TEST(QuantizeFile, WritesNothingWhereAnInputChangesMeanwhile) {
    const TempDir dir;
    std::filesystem::copy_file(kDemo, dir / "model.onnx");
    QuantizeRequest request;
    request.model = dir / "model.onnx";
    request.out = dir / "out.onnx";
    request.recipe.default_method = Method::fp16;
    const auto rewrite = [&](std::string_view stage, std::uint64_t, std::uint64_t) {
        if (stage == "quantize") dir.write("model.onnx", read_file(kDemo));
    };
    EXPECT_EQ(kind_of([&] { (void)quantize_file(Runtime::load(), request, Job({}, {rewrite, {}, {}})); }), ErrorKind::bad_model);
    EXPECT_FALSE(std::filesystem::exists(request.out));

    for (const char* file : {"glyphs.dataset.json", "glyphs.npz", "classes.txt"})
        std::filesystem::copy_file(std::filesystem::path(kData).parent_path() / file, dir / file);
    request.model = kDemo;
    request.data = dir / "glyphs.dataset.json";
    request.recipe.default_method = Method::int8_static;
    request.recipe.calibration.samples = 10;
    const auto replace = [&](std::string_view stage, std::uint64_t, std::uint64_t) {
        if (stage == "quantize") write_file(dir / "glyphs.npz", read_file(std::filesystem::path(kData).parent_path() / "glyphs.npz"));
    };
    EXPECT_EQ(kind_of([&] { (void)quantize_file(Runtime::load(), request, Job({}, {replace, {}, {}})); }), ErrorKind::bad_data);
    EXPECT_FALSE(std::filesystem::exists(request.out));
}

TEST(CheckOutput, RefusesWhatWouldFailLater) {
    const TempDir dir;
    const std::filesystem::path input = dir.write("in.onnx", "x");
    EXPECT_EQ(kind_of([&] { check_output(input, {input}); }), ErrorKind::usage);
    EXPECT_EQ(kind_of([&] { check_output(dir.path(), {input}); }), ErrorKind::cannot_write);
    EXPECT_EQ(kind_of([&] { check_output(dir / "no/out.onnx", {input}); }), ErrorKind::cannot_write);
    EXPECT_NO_THROW(check_output(dir / "out.onnx", {input}));
    EXPECT_FALSE(std::filesystem::exists(dir / "out.onnx"));
}

TEST(TensorReports, KnowWhoReadsAWeight) {
    const ModelPtr model = open_model(kDemo);
    const std::vector<TensorReport> reports = tensor_reports(*model, "", 8, {});
    ASSERT_FALSE(reports.empty());
    EXPECT_TRUE(std::any_of(reports.begin(), reports.end(), [](const TensorReport& each) { return each.node != kNone; }));
    EXPECT_EQ(kind_of([&] { (void)tensor_reports(*model, "no such tensor", 8, {}); }), ErrorKind::usage);
}

}  // namespace
}  // namespace vernier::test
