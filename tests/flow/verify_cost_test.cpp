// SPDX-License-Identifier: GPL-3.0-or-later
// What the check of a file costs: samples by the time that there is, no session twice, no timing beyond a clear answer.
#include "core/flow/verify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <cstring>
#include <fstream>
#include <memory>
#include <string>

#include "core/flow/open.h"
#include "core/flow/quantize_file.h"
#include "core/flow/time_ratio.h"
#include "core/model/staged.h"
#include "core/runtime/use.h"
#include "tests/flow/product_chain.h"
#include "tests/support/made_dataset.h"
#include "tests/support/random.h"
#include "tests/support/temp_dir.h"

namespace vernier::test {
namespace {

namespace fs = std::filesystem;

/// Float samples of the input x.
DatasetPtr samples(const std::vector<std::int64_t>& dims, std::uint64_t count) {
    return std::make_shared<MadeDataset>(count, 0, [dims](Split, std::uint64_t index) {
        std::size_t size = 1;
        for (const std::int64_t dim : dims) size *= static_cast<std::size_t>(dim);
        Sample sample;
        Tensor x{ElementType::float32, dims, std::vector<std::byte>(size * sizeof(float))};
        const auto values = normal_floats(size, static_cast<unsigned>(index + 1));
        std::memcpy(x.bytes.data(), values.data(), x.bytes.size());
        sample.inputs["x"] = std::move(x);
        return sample;
    });
}

/// A product of [1, rows, 512] by a square, again and again: some 40 ms for 400 rows.
ModelPtr slow_model(const TempDir& folder, int rows) {
    constexpr int kWidth = 512, kTimes = 12;
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, rows, kWidth});
    b.initializer("w", normal_floats(kWidth * kWidth, 1, 0, 0.04F), {kWidth, kWidth});
    for (int i = 0; i < kTimes; ++i) b.node("MatMul", {i == 0 ? "x" : "m" + std::to_string(i - 1), "w"}, {"m" + std::to_string(i)});
    b.node("Relu", {"m" + std::to_string(kTimes - 1)}, {"y"}).output("y", ElementType::float32, {1, rows, kWidth});
    return open_model(folder.write("slow.onnx", b.bytes()));
}

TEST(VerifyCost, SlowModelsAreRunOnFourSamplesAndOnMoreWhereQuantizingTookLong) {
    constexpr int kRows = 400;
    const TempDir folder;
    const ModelPtr model = slow_model(folder, kRows);
    Verifier verifier({{}, "", model, samples({1, kRows, 512}, 8), 1}, {});
    EXPECT_EQ(verifier.check(model->path()).samples, 4U);
    verifier.allow(0.001);
    EXPECT_EQ(verifier.check(model->path()).samples, 4U);
    verifier.allow(1000);
    EXPECT_EQ(verifier.check(model->path()).samples, 8U);
}

TEST(VerifyCost, AQuickModelIsRunOnAllEight) {
    const TempDir folder;
    const ModelPtr model = open_model(folder.write("model.onnx", chain().bytes()));
    Verifier verifier({{}, "", model, samples({1, 24}, 20), 1}, {});
    EXPECT_EQ(verifier.check(model->path()).samples, 8U);
}

/// Other bytes in a file that looks as before.
void spoil(const fs::path& file, bool keep_time) {
    const auto changed = fs::last_write_time(file);
    const auto size = fs::file_size(file);
    std::ofstream(file, std::ios::binary) << std::string(size, 'x');
    fs::last_write_time(file, keep_time ? changed : changed + std::chrono::seconds(1));
}

TEST(VerifyCost, AFileIsTimedInTheSessionThatCheckedItWhileItIsTheSame) {
    const TempDir folder;
    const ModelPtr model = open_model(folder.write("model.onnx", chain().bytes()));
    const fs::path file = folder.write("written.onnx", chain().bytes());
    Verifier verifier({{}, "", model, samples({1, 24}, 4), 1}, {});
    (void)verifier.check(file);
    spoil(file, true);
    EXPECT_EQ(verifier.rounds({file}, 0.01).size(), 2U);  // it is not read again
    spoil(file, false);
    EXPECT_EQ(verifier.rounds({file}, 0.01).size(), 0U);  // it is another file
}

TEST(VerifyCost, TimingEndsWhenTheAnswerIsClear) {
    constexpr int kRows = 40;
    const TempDir folder;
    const ModelPtr model = slow_model(folder, kRows), quick = open_model(folder.write("quick.onnx", [] {
                                                          ModelBuilder b;
                                                          b.input("x", ElementType::float32, {1, kRows, 512});
                                                          b.node("Relu", {"x"}, {"y"}).output("y", ElementType::float32, {1, kRows, 512});
                                                          return b.bytes();
                                                      }()));
    Verifier verifier({{}, "", model, samples({1, kRows, 512}, 4), 1}, {});
    const auto rounds = verifier.rounds({quick->path()}, 5, {{1, 0, 0.5}});
    ASSERT_EQ(rounds.size(), 2U);
    EXPECT_EQ(rounds[0].size(), 6U);
    EXPECT_EQ(verifier.rounds({quick->path()}, 5).at(0).size(), 60U);  // nothing to answer
}

TEST(IsClear, NeedsSixRoundsAndTheIntervalOnOneSideOfEachLine) {
    const Rounds opened = {1, 1, 1, 1, 1, 1, 1}, slower = {2, 2, 2, 2, 2, 2, 2}, mixed = {2, 2, 2, 2, 2, 2, 0.9};
    EXPECT_TRUE(is_clear({opened, slower}, {{1, 0, 1.05}}));
    EXPECT_TRUE(is_clear({opened, slower}, {{0, 1, 1.05}, {1, 0, 1.5}}));
    EXPECT_FALSE(is_clear({opened, slower}, {{1, 0, 1.05}, {1, 0, 2}}));  // on the line
    EXPECT_FALSE(is_clear({opened, mixed}, {{1, 0, 1.05}}));
    Rounds many(20, 2), ones(20, 1);
    many[3] = many[7] = 0.9;
    EXPECT_TRUE(is_clear({ones, many}, {{1, 0, 1.05}}));  // two of twenty change nothing
    EXPECT_FALSE(is_clear({{1, 1, 1, 1, 1}, {2, 2, 2, 2, 2}}, {{1, 0, 1.05}}));
    EXPECT_FALSE(is_clear({opened, slower}, {}));
}

/// What work asks of the runtime.
template <class Work>
RuntimeUse use_of(const Work& work) {
    const RuntimeUse before = runtime_use();
    work();
    return runtime_use() - before;
}

/// A chain, and a file of it with one layer that is so many times as large.
struct Changed {
    explicit Changed(float factor) {
        onnx::ModelProto proto = chain().build();
        scale_weights(proto, 3, factor);
        file = folder.write("written.onnx", proto.SerializeAsString());
    }
    TempDir folder;
    ModelPtr model = open_model(folder.write("model.onnx", chain().bytes()));
    fs::path file;
    Verifier verifier{{{}, "", model, samples({1, 24}, 8), 1}, {}};
};

TEST(VerifyCost, AFileIsOpenedOncePerLevelAndItsExecutedGraphComesWithIt) {
    Changed changed(1.F);
    const RuntimeUse check = use_of([&] { (void)changed.verifier.check_with_graph(changed.file); });
    EXPECT_EQ(check.sessions, 2U);
    EXPECT_EQ(check.runs, 16U);
    Audit audit;
    const RuntimeUse look = use_of([&] { audit = changed.verifier.executed(changed.file); });
    EXPECT_EQ(look.sessions, 0U);
    EXPECT_EQ(look.runs, 0U);
    const fs::path other = changed.folder.write("other.onnx", chain().bytes());
    Audit opened;
    EXPECT_EQ(use_of([&] { opened = changed.verifier.executed(other); }).sessions, 1U);  // of that file no graph was kept
    EXPECT_EQ(to_json(audit), to_json(opened));
}

TEST(VerifyCost, WhereAFileLeavesDoubtFp32IsOpenedOnceMoreOnly) {
    Changed changed(1.5F);
    EXPECT_EQ(use_of([&] { (void)changed.verifier.check(changed.file); }).sessions, 3U);  // its two levels, and FP32 without optimizations
    EXPECT_EQ(use_of([&] { (void)changed.verifier.check(changed.file); }).sessions, 2U);  // what FP32 does is known
}

TEST(VerifyCost, QuantizingOpensFourSessionsForTheCheckOfHalfPrecision) {
    const TempDir folder;
    const RuntimePtr runtime = Runtime::load();
    QuantizeRequest request;
    request.model = folder.write("model.onnx", chain().bytes());
    request.out = folder / "out.onnx";
    request.recipe.default_method = Method::fp16;
    const RuntimeUse opening = use_of([&] { (void)open_for_work(runtime, request.model, {}); });
    const RuntimeUse all = use_of([&] { (void)quantize_file(runtime, request, {}); });
    EXPECT_EQ(all.sessions - opening.sessions, 4U);  // FP32; the file with all and with no optimizations, and in true half precision
    EXPECT_EQ(all.runs, 4U * 2U);                    // made inputs are two
}

TEST(VerifyCost, IsToldInProcessorTime) {
    const TempDir folder;
    QuantizeRequest request;
    request.model = folder.write("model.onnx", chain().bytes());
    request.out = folder / "out.onnx";
    request.recipe.default_method = Method::int8_dynamic;
    const Json document = to_json(quantize_file(Runtime::load(), request, {}));
    EXPECT_GT(document.at("cpu_seconds").at("quantize").get<double>(), 0);
    EXPECT_GT(document.at("cpu_seconds").at("verify").get<double>(), 0);
}

}  // namespace
}  // namespace vernier::test
