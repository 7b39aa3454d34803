// SPDX-License-Identifier: GPL-3.0-or-later
// From samples with targets to a verdict: the task that is proposed or named, its metrics, limits, and the documents.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "core/data/write_npz.h"
#include "tests/cli/process.h"
#include "tests/support/model_builder.h"
#include "tests/support/paths.h"
#include "tests/support/random.h"
#include "tests/support/temp_dir.h"

namespace vernier::test {
namespace {

using ::testing::HasSubstr;

template <class T>
NamedArray array(const std::string& name, ElementType type, const Dims& dims, const std::vector<T>& values) {
    NamedArray made{name, {type, dims, std::vector<std::byte>(values.size() * sizeof(T))}};
    std::memcpy(made.numbers.bytes.data(), values.data(), made.numbers.bytes.size());
    return made;
}

/// y = x w, with w away from what it should be.
std::string linear(float away) {
    std::vector<float> weights = random_floats(8, 3);
    for (std::size_t i = 0; i < weights.size(); ++i) weights[i] += (i % 2 == 0 ? away : -away);
    ModelBuilder builder;
    builder.input("x", ElementType::float32, {"N", 4}).initializer("w", weights, {4, 2}).node("MatMul", {"x", "w"}, {"y"});
    builder.output("y", ElementType::float32, {"N", 2});
    return builder.bytes();
}

class TaskRun : public testing::Test {
protected:
    /// Targets are those of exact weights.
    void SetUp() override {
        const std::vector<float> x = random_floats(4 * kSamples, 4), w = random_floats(8, 3);
        std::vector<float> y(2 * kSamples);
        for (std::size_t i = 0; i < y.size(); ++i)
            for (std::size_t k = 0; k < 4; ++k) y[i] += x[i / 2 * 4 + k] * w[2 * k + i % 2];
        const auto n = static_cast<std::int64_t>(kSamples);
        write_npz(folder_ / "data.npz", {array("x", ElementType::float32, {n, 4}, x), array("targets", ElementType::float32, {n, 2}, y)});
        base_ = folder_.write("base.onnx", linear(0.01F)).string();
        close_ = folder_.write("close.onnx", linear(0.0101F)).string();
        far_ = folder_.write("far.onnx", linear(0.3F)).string();
    }

    [[nodiscard]] Finished compared(const std::string& candidate, const std::vector<std::string>& more = {}) const {
        std::vector<std::string> words = {"compare", base_, candidate, "--data", (folder_ / "data.npz").string(), "--seconds", "0.02", "--json"};
        words.insert(words.end(), more.begin(), more.end());
        return run_cli(words);
    }

    static constexpr std::size_t kSamples = 200;
    TempDir folder_;
    std::string base_, close_, far_;
};

bool says(const Json& document, const std::string& code) {
    for (const Json& finding : document.at("findings"))
        if (finding.at("code") == code) return true;
    return false;
}

TEST_F(TaskRun, RegressionIsProposedMeasuredAndLimited) {
    const Finished passed = compared(close_, {"--gate", "rmse<=0.1", "--gate", "r2 drop<=0.01", "--gate", "target_mae rise<=0.01"});
    ASSERT_EQ(passed.exit_code, 0) << passed.err << passed.out;
    const Json document = passed.json();
    EXPECT_TRUE(says(document, "task-assumed"));
    EXPECT_FALSE(says(document, "no-labels"));
    EXPECT_EQ(document.at("baseline").at("task"), "regression");
    EXPECT_GT(document.at("baseline").at("metrics").at("r2").at("value").get<double>(), 0.99);
    EXPECT_EQ(document.at("baseline").at("metrics").at("rmse").at("n"), 160) << "every fifth sample calibrates";
    const Json& change = document.at("candidates").at(0).at("metrics").at("rmse");
    EXPECT_GT(change.at("delta").get<double>(), 0);
    EXPECT_TRUE(change.at("interval").is_array());
    EXPECT_TRUE(document.at("baseline").at("accuracy").is_null());
    EXPECT_FALSE(document.at("baseline").at("metrics").contains("top1"));
    const Finished failed = compared(far_, {"--gate", "rmse<=0.1"});
    EXPECT_EQ(failed.exit_code, 1) << failed.out;
    EXPECT_EQ(failed.json().at("candidates").at(0).at("gate").at("lines").at(0).at("figure"), "rmse");
    EXPECT_EQ(compared(far_, {"--gate", "r2 drop<=0.01"}).exit_code, 1);
}

TEST_F(TaskRun, TheTaskCanBeNamed) {
    const Json none = compared(close_, {"--task", "none"}).json();
    EXPECT_FALSE(none.at("baseline").at("metrics").contains("rmse"));
    EXPECT_EQ(none.at("baseline").at("task"), "none");
    EXPECT_FALSE(says(none, "task-assumed"));
    EXPECT_TRUE(compared(close_, {"--task", "enhancement"}).json().at("baseline").at("metrics").contains("si_sdr"));
    const Finished unknown = compared(close_, {"--task", "cooking"});
    EXPECT_EQ(unknown.exit_code, 64);
    EXPECT_THAT(unknown.out, HasSubstr("regression"));
    const Finished wrong = compared(close_, {"--task", "yes-no"});
    EXPECT_EQ(wrong.exit_code, 65);
    EXPECT_THAT(wrong.out, HasSubstr("one floating score a sample"));
}

TEST_F(TaskRun, ADatasetFileNamesTaskAndTargets) {
    folder_.write("own.dataset.json",
                  R"({"version": 1, "source": "npz", "file": "data.npz", "arrays": {"x": "x"}, "targets": "targets", "task": "regression",
                      "splits": {"validation": {"range": [0, 50]}, "calibration": {"range": [50, 60]}}})");
    const Finished done = run_cli({"measure", base_, "--data", (folder_ / "own.dataset.json").string(), "--seconds", "0.02", "--json"});
    ASSERT_EQ(done.exit_code, 0) << done.err;
    const Json document = done.json();
    EXPECT_EQ(document.at("models").at(0).at("metrics").at("rmse").at("n"), 50);
    EXPECT_FALSE(says(document, "task-assumed"));
    folder_.write(
        "bad.dataset.json",
        R"({"version": 1, "source": "npz", "file": "data.npz", "arrays": {"x": "x"}, "task": "cooking", "splits": {"validation": {"range": [0, 50]}}})");
    const Finished bad = run_cli({"measure", base_, "--data", (folder_ / "bad.dataset.json").string(), "--json"});
    EXPECT_EQ(bad.exit_code, 65);
    EXPECT_THAT(bad.out, HasSubstr("cooking"));
}

/// Scores of two classes of each pixel: x and its opposite, moved.
std::string segmenter(float moved) {
    ModelBuilder builder;
    builder.input("x", ElementType::float32, {"N", 1, 6, 8})
        .initializer("w", std::vector<float>{1, -1}, {2, 1, 1, 1})
        .initializer("b", std::vector<float>{moved, 0}, {2});
    builder.node("Conv", {"x", "w", "b"}, {"scores"}).output("scores", ElementType::float32, {"N", 2, 6, 8});
    return builder.bytes();
}

TEST_F(TaskRun, SegmentationIsJudgedByMasks) {
    constexpr std::size_t kMasks = 60, kPixels = 48;
    const std::vector<float> x = random_floats(kMasks * kPixels, 9);
    std::vector<std::int64_t> masks;
    for (const float each : x) masks.push_back(each > 0 ? 0 : 1);
    masks[5] = 255;
    const auto n = static_cast<std::int64_t>(kMasks);
    write_npz(folder_ / "data.npz", {array("x", ElementType::float32, {n, 1, 6, 8}, x), array("masks", ElementType::int64, {n, 6, 8}, masks)});
    base_ = folder_.write("segments.onnx", segmenter(0.01F)).string();
    const std::string close = folder_.write("close.onnx", segmenter(0.011F)).string(), far = folder_.write("far.onnx", segmenter(1)).string();
    const Finished passed = compared(close, {"--gate", "miou drop<=2", "--gate", "mask_iou>=95", "--gate", "dice>=90"});
    ASSERT_EQ(passed.exit_code, 0) << passed.err << passed.out;
    const Json document = passed.json();
    EXPECT_TRUE(says(document, "task-assumed"));
    EXPECT_TRUE(says(document, "targets-assumed"));
    EXPECT_EQ(document.at("baseline").at("task"), "segmentation");
    EXPECT_GT(document.at("baseline").at("metrics").at("pixel_accuracy").at("value").get<double>(), 98);
    EXPECT_TRUE(document.at("candidates").at(0).at("metrics").at("miou").contains("delta"));
    EXPECT_GT(document.at("candidates").at(0).at("metrics").at("mask_iou").at("value").get<double>(), 95);
    EXPECT_EQ(compared(far, {"--gate", "miou drop<=2"}).exit_code, 1);
    EXPECT_EQ(compared(far, {"--gate", "mask_iou>=95"}).exit_code, 1);
}

/// Scores of x's own columns, some of them moved: a reader that hands on what it is shown.
std::string reader(float moved) {
    ModelBuilder builder;
    builder.input("x", ElementType::float32, {"N", 6, 4}).initializer("b", std::vector<float>{0, moved, 0, 0}, {4}).node("Add", {"x", "b"}, {"scores"});
    builder.output("scores", ElementType::float32, {"N", 6, 4});
    return builder.bytes();
}

TEST_F(TaskRun, TextsAreReadByAnAlphabet) {
    constexpr std::size_t kTexts = 100;
    Random random(6);
    std::vector<float> x(kTexts * 24);
    std::string texts;
    for (std::size_t i = 0; i < kTexts; ++i) {
        for (std::size_t t = 0; t < 6; t += 2) {
            const std::size_t letter = random.below(3);
            x[i * 24 + t * 4 + letter + 1] = 1;
            x[i * 24 + t * 4 + 4] = 1;
            texts += static_cast<char>('a' + letter);
        }
        texts += '\n';
    }
    write_npz(folder_ / "data.npz", {array("x", ElementType::float32, {static_cast<std::int64_t>(kTexts), 6, 4}, x)});
    folder_.write("texts.txt", texts);
    folder_.write("t.dataset.json", R"({"version": 1, "source": "npz", "file": "data.npz", "arrays": {"x": "x"}, "texts": "texts.txt", "alphabet": "abc",
                                        "splits": {"validation": {"range": [0, 100]}}})");
    const std::string base = folder_.write("reads.onnx", reader(0)).string(), far = folder_.write("far.onnx", reader(1.5F)).string();
    const auto run = [&](const std::string& candidate, const std::string& gate) {
        return run_cli({"compare", base, candidate, "--data", (folder_ / "t.dataset.json").string(), "--seconds", "0.02", "--json", "--gate", gate});
    };
    const Finished passed = run(base, "cer<=5");
    ASSERT_EQ(passed.exit_code, 0) << passed.err << passed.out;
    const Json document = passed.json();
    EXPECT_EQ(document.at("baseline").at("task"), "ctc");
    EXPECT_EQ(document.at("baseline").at("metrics").at("char_error_rate").at("value"), 0.0);
    EXPECT_EQ(document.at("baseline").at("metrics").at("exact_match").at("value"), 100.0);
    EXPECT_EQ(document.at("candidates").at(0).at("agreement"), 100.0);
    EXPECT_EQ(run(far, "cer<=5").exit_code, 1) << "every letter reads as a";
    EXPECT_EQ(run(far, "exact_match drop<=2").exit_code, 1);
    EXPECT_EQ(run(far, "agreement>=90").exit_code, 1);
}

/// Scores of three classes of five tokens, moved towards the first.
std::string tagger(float moved) {
    ModelBuilder builder;
    builder.input("x", ElementType::float32, {"N", 5, 3}).initializer("b", std::vector<float>{moved, 0, 0}, {3}).node("Add", {"x", "b"}, {"scores"});
    builder.output("scores", ElementType::float32, {"N", 5, 3});
    return builder.bytes();
}

TEST_F(TaskRun, TokensAndEntitiesAreJudged) {
    constexpr std::size_t kSentences = 100;
    const auto n = static_cast<std::int64_t>(kSentences);
    std::vector<float> x;
    std::vector<std::int64_t> targets;
    for (std::size_t i = 0; i < kSentences; ++i)
        for (const std::size_t tag : {0U, 1U, 2U, 0U, 1U}) {
            for (std::size_t c = 0; c < 3; ++c) x.push_back(c == tag ? 1.0F : 0.0F);
            targets.push_back(static_cast<std::int64_t>(tag));
        }
    targets[4] = -100;
    write_npz(folder_ / "data.npz", {array("x", ElementType::float32, {n, 5, 3}, x), array("tags", ElementType::int64, {n, 5}, targets)});
    folder_.write("classes.txt", "O\nB-X\nI-X\n");
    folder_.write("t.dataset.json", R"({"version": 1, "source": "npz", "file": "data.npz", "arrays": {"x": "x"}, "targets": "tags", "classes": "classes.txt",
                                        "splits": {"validation": {"range": [0, 100]}}})");
    const std::string base = folder_.write("tags.onnx", tagger(0.01F)).string(), far = folder_.write("far.onnx", tagger(2)).string();
    const auto run = [&](const std::string& candidate, const std::string& gate) {
        return run_cli({"compare", base, candidate, "--data", (folder_ / "t.dataset.json").string(), "--seconds", "0.02", "--json", "--gate", gate});
    };
    const Finished passed = run(base, "entity_f1 drop<=5");
    ASSERT_EQ(passed.exit_code, 0) << passed.err << passed.out;
    EXPECT_EQ(passed.json().at("baseline").at("task"), "tokens");
    EXPECT_EQ(passed.json().at("baseline").at("metrics").at("entity_f1").at("value"), 100.0);
    EXPECT_EQ(passed.json().at("candidates").at(0).at("metrics").at("token_agreement").at("value"), 100.0);
    EXPECT_EQ(run(far, "entity_f1 drop<=5").exit_code, 1);
    EXPECT_EQ(run(far, "token_agreement>=90").exit_code, 1);
}

/// Two boxes that do not depend on the picture, moved to the right by pixels.
std::string detector(float moved) {
    ModelBuilder builder;
    const std::vector<float> boxes = {4 + moved, 4, 20 + moved, 20, 0.75F, 0, 2, 2, 6, 6, 0.0625F, 1};
    builder.input("x", ElementType::float32, {"N", 3, 32, 32}).initializer("w", std::vector<float>(36), {3, 12}).initializer("b", boxes, {12});
    builder.initializer("shape", std::vector<std::int64_t>{-1, 2, 6}, {3}).node("GlobalAveragePool", {"x"}, {"p"}).node("Flatten", {"p"}, {"f"});
    builder.node("Gemm", {"f", "w", "b"}, {"g"}).node("Reshape", {"g", "shape"}, {"boxes"}).output("boxes", ElementType::float32, {"N", 2, 6});
    return builder.bytes();
}

TEST_F(TaskRun, BoxesOfAYoloFolderAreJudged) {
    const std::filesystem::path folder = folder_ / "shapes";
    std::filesystem::create_directories(folder / "images");
    std::filesystem::create_directories(folder / "labels");
    for (int i = 0; i < 40; ++i) {
        const std::string name = "shapes/images/" + std::to_string(i) + ".png";
        std::filesystem::copy_file(source_dir() + "/tests/data/reference/source.png", folder_ / name);  // 61x47: in a letterbox of 32 scaled by 32/61
        folder_.write("shapes/labels/" + std::to_string(i) + ".txt", "0 0.375 0.36 0.5 0.64\n");
    }
    folder_.write("shapes/data.yaml", "names:\n  - square\n  - dot\n");
    const std::string base = folder_.write("boxes.onnx", detector(0)).string(), close = folder_.write("close.onnx", detector(0.25F)).string(),
                      far = folder_.write("far.onnx", detector(12)).string();
    const auto run = [&](const std::string& candidate, const std::string& gate) {
        return run_cli({"compare", base, candidate, "--data", folder.string(), "--seconds", "0.02", "--json", "--gate", gate});
    };
    const Finished passed = run(close, "map50 drop<=15");
    ASSERT_EQ(passed.exit_code, 0) << passed.err << passed.out;
    const Json document = passed.json();
    EXPECT_EQ(document.at("baseline").at("task"), "detection");
    EXPECT_TRUE(says(document, "task-assumed"));
    EXPECT_NEAR(document.at("baseline").at("metrics").at("map50").at("value").get<double>(), 100, 1e-9);
    EXPECT_EQ(document.at("candidates").at(0).at("metrics").at("box_agreement").at("value"), 100.0);
    EXPECT_EQ(run(far, "map50 drop<=15").exit_code, 1);
    EXPECT_EQ(run(far, "box_agreement>=80").exit_code, 1);
}

TEST_F(TaskRun, VectorsAreHeldAgainstTheBaselinesWithoutTargets) {
    constexpr std::size_t kRows = 200;
    write_npz(folder_ / "data.npz", {array("x", ElementType::float32, {static_cast<std::int64_t>(kRows), 4}, random_floats(4 * kRows, 12))});
    const Finished passed = compared(close_, {"--task", "embedding", "--gate", "embedding_cosine>=0.9", "--gate", "recall_at_10>=80"});
    ASSERT_EQ(passed.exit_code, 0) << passed.err << passed.out;
    const Json metrics = passed.json().at("candidates").at(0).at("metrics");
    EXPECT_GT(metrics.at("ndcg_at_10").at("value").get<double>(), 80);
    EXPECT_TRUE(metrics.at("recall_at_10").at("interval").is_array());
    EXPECT_FALSE(passed.json().at("baseline").at("metrics").contains("recall_at_10"));
    EXPECT_EQ(compared(far_, {"--task", "embedding", "--gate", "recall_at_10>=99"}).exit_code, 1);
}

}  // namespace
}  // namespace vernier::test
