// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <signal.h>
#include <unistd.h>
#include <algorithm>

#include <chrono>
#include <thread>

#include "core/base/file.h"
#include "tests/cli/process.h"
#include "tests/support/demo.h"
#include "tests/support/model_builder.h"
#include "tests/support/temp_dir.h"

namespace vernier::test {
namespace {

using ::testing::HasSubstr;

TEST(Measure, HoldsTheFieldsOfTheContract) {
    const Finished done = run_cli({"measure", kDemo, "--data", kData, "--samples", "100", "--seconds", "0.2", "--json"});
    ASSERT_EQ(done.exit_code, 0) << done.err;
    const Json model = done.json().at("models").at(0);
    EXPECT_EQ(model.at("model"), kDemo);
    EXPECT_EQ(model.at("size_bytes"), std::filesystem::file_size(kDemo));
    const Json& latency = model.at("latency_ms");
    for (const char* key : {"p50", "mean", "n", "after_pause"}) EXPECT_GT(latency.at(key), 0.0) << key;
    EXPECT_EQ(latency.at("p99").is_null(), latency.at("p99_runs_missing") > 0) << "too few runs give no p99, and it is said";
    EXPECT_GE(latency.at("launches").size(), 4U);
    for (const char* key : {"download", "session_start", "first_run", "total"}) EXPECT_GT(model.at("cold_start_ms").at(key), 0.0) << key;
    EXPECT_GT(model.at("session_start_ms"), 0.0);
    EXPECT_EQ(model.at("accuracy").at("n"), 100);
    EXPECT_GT(model.at("accuracy").at("top1"), 90.0);
    EXPECT_GE(model.at("accuracy").at("top5"), model.at("accuracy").at("top1"));
    EXPECT_EQ(model.at("runtime").at("threads"), 1);
    EXPECT_TRUE(model.at("runtime").contains("version"));
    EXPECT_TRUE(model.contains("host"));
}

TEST(Measure, WithoutDataThereIsNoAccuracy) {
    const Json document = run_cli({"measure", kDemo, "--seconds", "0.1", "--json"}).json();
    EXPECT_TRUE(document.at("models").at(0).at("accuracy").is_null());
    EXPECT_EQ(document.at("findings").at(0).at("code"), "no-data");
}

/// y = Conv(x) for pictures of any size; with pool: a fully connected layer that takes 8x8 pictures only.
std::string open_model(const TempDir& dir, bool fixed_inside) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {"N", 3, "H", "W"}).initializer("k", std::vector<float>(216, 0.1F), {8, 3, 3, 3});
    b.node("Conv", {"x", "k"}, {"c"}, {{"pads", {1, 1, 1, 1}}});
    if (!fixed_inside) return dir.write("open.onnx", b.output("c", ElementType::float32, {"N", 8, "H", "W"}).bytes()).string();
    b.initializer("w", std::vector<float>(512 * 2, 0.1F), {512, 2}).node("Flatten", {"c"}, {"f"}).node("MatMul", {"f", "w"}, {"y"});
    return dir.write("inside.onnx", b.output("y", ElementType::float32, {"N", 2}).bytes()).string();
}

TEST(Measure, OpenAxesAreMeasuredAtTheChosenSizes) {
    const TempDir dir;
    const std::string model = open_model(dir, false);
    const Json assumed = run_cli({"inspect", model, "--json"}).json();
    EXPECT_EQ(assumed.at("sizes").at("x"), Json::array({1, 3, 224, 224}));
    EXPECT_EQ(assumed.at("macs"), 224U * 224U * 216U);
    const Finished chosen = run_cli({"inspect", model, "--dim", "H=64", "--shape", "x=1x3x64x32", "--json"});
    EXPECT_EQ(chosen.json().at("macs"), 64U * 32U * 216U) << chosen.err;
    const Json both = run_cli({"measure", model, "--dim", "H=480", "--dim", "W=480", "--seconds", "0.1", "--json"}).json();
    const Json small = run_cli({"measure", model, "--shape", "x=1x3x16x16", "--seconds", "0.1", "--json"}).json();
    EXPECT_GT(both.at("models").at(0).at("latency_ms").at("p50").get<double>(), 5 * small.at("models").at(0).at("latency_ms").at("p50").get<double>());
    EXPECT_EQ(run_cli({"measure", model, "--dim", "depth=3"}).exit_code, 64);
}

TEST(Measure, ARefusalOfMadeInputsSaysWhatHelps) {
    const TempDir dir;
    const std::string model = open_model(dir, true);
    const Finished refused = run_cli({"measure", model, "--seconds", "0.1"});
    EXPECT_NE(refused.exit_code, 0);
    EXPECT_THAT(refused.err, testing::AllOf(HasSubstr("--data"), HasSubstr("--shape"), HasSubstr("224")));
    EXPECT_EQ(run_cli({"measure", model, "--dim", "H=8", "--dim", "W=8", "--seconds", "0.1"}).exit_code, 0);
}

std::vector<std::string> codes_of(const Json& document) {
    std::vector<std::string> codes;
    for (const Json& finding : document.at("findings")) codes.push_back(finding.at("code"));
    return codes;
}

/// y = Relu(x) for x[1,n].
std::string small_model(const TempDir& dir, const std::string& name, std::int64_t n) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, n}).node("Relu", {"x"}, {"y"}).output("y", ElementType::float32, {1, n});
    return dir.write(name, b.bytes()).string();
}

TEST(Measure, WhatMakesFiguresWorthlessIsSaid) {
    const TempDir dir;
    const std::string two = small_model(dir, "two.onnx", 2), three = small_model(dir, "three.onnx", 3);
    dir.write("rows", "{\"inputs\": {\"x\": [1, 2]}, \"label\": 1}\n{\"inputs\": {\"x\": [1, 2]}, \"label\": 2}\n");
    const std::string data = dir.write("d.dataset.json", R"({"version": 1, "source": "jsonl", "splits": {"validation": {"file": "rows"}}})").string();
    EXPECT_THAT(codes_of(run_cli({"compare", two, three, "--seconds", "0.01", "--json"}).json()), ::testing::Contains("inputs-differ"));
    ModelBuilder open_axis;
    open_axis.input("x", ElementType::float32, {"batch", 3}).node("Relu", {"x"}, {"y"}).output("y", ElementType::float32, {"batch", 3});
    const std::string any = dir.write("any.onnx", open_axis.bytes()).string();
    EXPECT_THAT(codes_of(run_cli({"compare", three, any, "--seconds", "0.01", "--json"}).json()), ::testing::Not(::testing::Contains("inputs-differ")));
    EXPECT_THAT(codes_of(run_cli({"measure", two, "--data", data, "--samples", "9", "--seconds", "0.01", "--json"}).json()),
                ::testing::IsSupersetOf({"labels-outside", "few-samples"}));
}

TEST(Measure, MoreThreadsThanProcessorsEndInTime) {
    const std::string threads = std::to_string(2 * std::max(1U, std::thread::hardware_concurrency()));
    const auto start = std::chrono::steady_clock::now();
    const Finished done = run_cli({"measure", kDemo, "--threads", threads, "--seconds", "0.2", "--json"});
    ASSERT_EQ(done.exit_code, 0) << done.err;
    EXPECT_THAT(codes_of(done.json()), ::testing::Contains("many-threads"));
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30));
}

TEST(Measure, FilesThatAreNotThere) {
    EXPECT_EQ(run_cli({"measure", kDemo, "nowhere.onnx"}).exit_code, 66);
    EXPECT_EQ(run_cli({"measure", kDemo, "--data", "nowhere"}).exit_code, 66);
}

TEST(Measure, TheFirstInterruptCancels) {
    Surroundings interrupt;
    interrupt.wait_for = "\"event\":\"progress\"";
    interrupt.then = [](int pid, int) { kill(pid, SIGINT); };
    const auto start = std::chrono::steady_clock::now();
    const Finished done = run_cli({"measure", kDemo, "--seconds", "60", "--events"}, interrupt);
    EXPECT_EQ(done.exit_code, 130);
    EXPECT_EQ(done.out, "");
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

/// A comparison of the demo with itself: its answers are the same, its time is not different.
std::vector<std::string> with_itself(const std::vector<std::string>& more) {
    std::vector<std::string> words = {"compare", kDemo, kDemo, "--data", kData, "--samples", "40", "--seconds", "0.2", "--json"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

TEST(Compare, HoldsTheFieldsOfTheContract) {
    const Finished done = run_cli(with_itself({}));
    ASSERT_EQ(done.exit_code, 0) << done.err;
    const Json document = done.json();
    EXPECT_TRUE(document.at("baseline").contains("latency_ms"));
    const Json& candidate = document.at("candidates").at(0);
    EXPECT_EQ(candidate.at("size_ratio"), 1.0);
    EXPECT_EQ(candidate.at("agreement"), 100.0);
    EXPECT_EQ(candidate.at("top1_delta_points"), 0.0);
    for (const char* key : {"speedup", "output_sqnr_db", "gate"}) EXPECT_TRUE(candidate.contains(key)) << key;
    EXPECT_FALSE(document.at("verdict").at("title").get<std::string>().empty());
    EXPECT_EQ(document.at("findings").at(0).at("code"), "no-gate");
}

TEST(Compare, TheGateDecidesTheExitCode) {
    EXPECT_EQ(run_cli(with_itself({"--min-speedup", "0.001"})).exit_code, 0);
    EXPECT_EQ(run_cli(with_itself({"--min-speedup", "1000"})).exit_code, 1);
    // 40 equal answers cannot show that fewer than 0.1 % are lost.
    EXPECT_EQ(run_cli(with_itself({"--max-drop", "0.1"})).exit_code, 2);
    EXPECT_EQ(run_cli(with_itself({"--max-drop", "0.1", "--min-speedup", "1000"})).exit_code, 1);
}

TEST(Compare, ALimitThatHasNothingToJudgeByIsInconclusive) {
    const Finished done = run_cli({"compare", kDemo, kDemo, "--seconds", "0.1", "--max-drop", "1", "--json"});
    EXPECT_EQ(done.exit_code, 2) << done.err;
    EXPECT_THAT(done.json().at("candidates").at(0).at("gate").at("lines").at(0).at("text").get<std::string>(), HasSubstr("no labels"));
}

TEST(Compare, OutputsAreMatchedByNameAndLimitedWithoutLabels) {
    const TempDir dir;
    const auto model = [&](const std::string& name, std::initializer_list<const char*> outputs) {
        ModelBuilder b;
        b.input("x", ElementType::float32, {"N", 4}).node("Sin", {"x"}, {"a"}).node("Exp", {"x"}, {"b"});
        for (const char* output : outputs) b.output(output, ElementType::float32, {"N", 4});
        return dir.write(name, b.bytes()).string();
    };
    const std::string both = model("both.onnx", {"a", "b"}), swapped = model("swapped.onnx", {"b", "a"}), one = model("one.onnx", {"a"});
    std::string rows;
    for (int i = 0; i < 12; ++i) rows += "{\"inputs\": {\"x\": [" + std::to_string(i) + ", 1, 2, 0.5]}}\n";
    dir.write("rows", rows);
    const std::string data = dir.write("d.dataset.json", R"({"version": 1, "source": "jsonl", "splits": {"validation": {"file": "rows"}}})").string();
    const Finished done = run_cli({"compare", both, swapped, one, "--data", data, "--seconds", "0.01", "--min-sqnr", "60", "--json"});
    EXPECT_EQ(done.exit_code, 1) << done.err;
    const Json candidates = done.json().at("candidates");
    EXPECT_EQ(candidates.at(0).at("gate").at("outcome"), "passed");
    EXPECT_EQ(candidates.at(0).at("outputs").at(0).at("sqnr_db"), 200.0);
    EXPECT_TRUE(candidates.at(0).at("agreement").is_null());
    EXPECT_EQ(candidates.at(1).at("gate").at("outcome"), "failed");
    EXPECT_EQ(candidates.at(1).at("outputs").at(0).at("name"), "b");
    EXPECT_EQ(candidates.at(1).at("outputs").at(0).at("problem"), "missing");
    EXPECT_THAT(codes_of(done.json()), ::testing::Contains("output-missing"));
    EXPECT_EQ(run_cli({"compare", both, swapped, "--data", data, "--seconds", "0.01", "--min-agreement", "101"}).exit_code, 64);
}

TEST(Compare, AnInputOfAnotherNameIsRefusedByName) {
    const TempDir dir;
    ModelBuilder b;
    b.input("in", ElementType::float32, {1, 2}).node("Relu", {"in"}, {"y"}).output("y", ElementType::float32, {1, 2});
    const std::string renamed = dir.write("renamed.onnx", b.bytes()).string(), two = small_model(dir, "two.onnx", 2);
    dir.write("rows", "{\"inputs\": {\"x\": [1, 2]}}\n");
    const std::string data = dir.write("d.dataset.json", R"({"version": 1, "source": "jsonl", "splits": {"validation": {"file": "rows"}}})").string();
    const Finished wrong = run_cli({"compare", two, renamed, "--data", data, "--seconds", "0.01"});
    EXPECT_EQ(wrong.exit_code, 65);
    EXPECT_THAT(wrong.err, HasSubstr("tensor in"));
    EXPECT_THAT(wrong.err, HasSubstr("x float32[1,2]"));
}

TEST(Compare, WritesOneSelfContainedReport) {
    const TempDir dir;
    const std::string report = (dir / "report.html").string();
    ASSERT_EQ(run_cli(with_itself({"--report", report})).exit_code, 0);
    const std::string html = read_file(report);
    EXPECT_THAT(html, HasSubstr("<svg"));
    EXPECT_THAT(html, HasSubstr("</html>"));
    for (const char* outside : {"<script", "<link", "http://", "https://", "src="}) EXPECT_EQ(html.find(outside), std::string::npos) << outside;
    EXPECT_THAT(listing(dir.path()), ::testing::ElementsAre("report.html"));
}

TEST(Compare, NoRoomForFilesLeavesNoFile) {
    const TempDir dir;
    Surroundings full;
    full.largest_file = 1000;
    const Finished wrong = run_cli({"compare", kDemo, kDemo, "--seconds", "0.1", "--report", (dir / "r.html").string()}, full);
    EXPECT_EQ(wrong.exit_code, 74) << wrong.err;
    EXPECT_EQ(std::count(wrong.err.begin(), wrong.err.end(), '\n'), 1);
    EXPECT_TRUE(listing(dir.path()).empty());
}

TEST(Compare, AReportThatCannotBeWrittenIsSaidBeforeMeasuring) {
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(run_cli({"compare", kDemo, kDemo, "--seconds", "60", "--report", "/no/such/folder/r.html"}).exit_code, 74);
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

}  // namespace
}  // namespace vernier::test
