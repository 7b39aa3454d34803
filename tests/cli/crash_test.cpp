// SPDX-License-Identifier: GPL-3.0-or-later
// A model that kills the runtime kills a worker, never the process that the user started; and no worker outlives it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/cli/process.h"
#include "tests/cli/slow_model.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"
#include "tests/support/temp_dir.h"

namespace vernier::test {
namespace {

constexpr int kHalf = 10, kFloat = 1;

/// A GRU between Transposes, opset 11. When their tensors are half, ONNX Runtime's transpose optimizer dies of it with signal
/// 11; without the Casts, FP16 must be written in another way than that.
std::string gru_between_transposes(bool half) {
    constexpr std::int64_t kHidden = 8;
    ModelBuilder b(11, 6);
    b.input("x", ElementType::float32, {"N", "T", 6}).initializer("w", random_floats(6 * kHidden, 1), {6, kHidden});
    b.initializer("W", random_floats(3 * kHidden * kHidden, 2), {1, 3 * kHidden, kHidden});
    b.initializer("R", random_floats(3 * kHidden * kHidden, 3), {1, 3 * kHidden, kHidden});
    b.initializer("w2", random_floats(kHidden * 5, 4), {kHidden, 5});
    const auto transpose = [&](const std::string& from, const std::string& to) {
        if (half) b.node("Cast", {from}, {from + "_half"}, {{"to", kHalf}});
        b.node("Transpose", {half ? from + "_half" : from}, {half ? to + "_half" : to}, {{"perm", {1, 0, 2}}});
        if (half) b.node("Cast", {to + "_half"}, {to}, {{"to", kFloat}});
    };
    b.node("MatMul", {"x", "w"}, {"a"});
    transpose("a", "t");
    b.node("GRU", {"t", "W", "R"}, {"g", "gh"}, {{"hidden_size", 8}, {"linear_before_reset", 1}});
    b.node("Squeeze", {"g"}, {"s"}, {{"axes", {1}}});
    transpose("s", "u");
    b.node("MatMul", {"u", "w2"}, {"y"}, {}, "last").output("y", ElementType::float32, {"N", "T", 5});
    return b.bytes();
}

std::string kills_the_runtime() { return gru_between_transposes(true); }

std::vector<int> children_of(int pid) {
    std::ifstream list("/proc/" + std::to_string(pid) + "/task/" + std::to_string(pid) + "/children");
    std::vector<int> found;
    for (int child = 0; list >> child;) found.push_back(child);
    return found;
}

/// A process that has ended may stay listed as a zombie until its new parent asks for it.
bool has_ended(int pid) {
    std::ifstream status("/proc/" + std::to_string(pid) + "/stat");
    std::string text;
    if (!std::getline(status, text)) return true;
    const std::size_t name_end = text.rfind(')');
    return name_end == std::string::npos || text.compare(name_end + 2, 1, "Z") == 0;
}

bool ends_within(int pid, std::chrono::seconds time) {
    const auto end = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < end) {
        if (has_ended(pid)) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return false;
}

TEST(Crash, InspectSaysThatTheRuntimeDiesAndShowsTheModel) {
    const TempDir folder;
    const Finished finished = run_cli({"inspect", folder.write("kill.onnx", kills_the_runtime()).string(), "--json"});
    ASSERT_EQ(finished.exit_code, 0) << finished.err;
    const Json document = finished.json();
    EXPECT_EQ(document.at("nodes"), 10);
    EXPECT_TRUE(document.at("session_start_ms").is_null());
    const Json& finding = document.at("findings").front();
    EXPECT_EQ(finding.at("code"), "runtime-crashes");
    EXPECT_EQ(finding.at("severity"), "serious");
    EXPECT_EQ(finding.at("node_name"), "last") << finding.dump();
    EXPECT_THAT(finding.at("text").get<std::string>(), testing::HasSubstr("signal 11"));
}

TEST(Crash, QuantizingNamesTheFileAndTheStepAndWritesNothing) {
    const TempDir folder;
    const std::string model = folder.write("kill.onnx", kills_the_runtime()).string();
    const Finished finished = run_cli({"quantize", model, "--method", "fp32", "-o", (folder / "out.onnx").string(), "--json"});
    ASSERT_EQ(finished.exit_code, 65) << finished.err;
    const Json error = finished.json().at("error");
    EXPECT_EQ(error.at("kind"), "bad-model");
    EXPECT_EQ(error.at("file"), model);
    EXPECT_EQ(error.at("node"), "last");
    EXPECT_THAT(error.at("message").get<std::string>(), testing::AllOf(testing::HasSubstr("signal 11"), testing::HasSubstr("step")));
    EXPECT_EQ(listing(folder.path()).size(), 1U);
}

TEST(Crash, InFp16TheSameGraphIsWrittenSoThatItRuns) {
    const TempDir folder;
    const std::string model = folder.write("gru.onnx", gru_between_transposes(false)).string(), out = (folder / "out.onnx").string();
    using Words = std::vector<std::string>;
    for (const Words& method : {Words{"--method", "fp16"}, Words{"--method", "fp32", "--set", "op:Transpose=fp16"}}) {
        Words words = {"quantize", model, "-o", out, "--json"};
        words.insert(words.end(), method.begin(), method.end());
        const Finished finished = run_cli(words);
        ASSERT_EQ(finished.exit_code, 0) << finished.err << finished.out;
        EXPECT_GT(finished.json().at("verified").at("outputs").at(0).at("sqnr_db").get<double>(), 30);
        EXPECT_EQ(run_cli({"measure", out, "--seconds", "0.1"}).exit_code, 0);
    }
}

TEST(Crash, NoWorkerOutlivesItsStarter) {
    const TempDir folder, temporary;
    const std::string model = folder.write("slow.onnx", slow_to_open()).string();
    std::vector<int> workers;
    Surroundings around;
    around.environment["TMPDIR"] = temporary.path().string();
    around.wait_for = "\"stage\":\"check\",\"done\":0";
    around.then = [&](int pid, int) {
        workers = children_of(pid);
        kill(pid, SIGKILL);
    };
    const Finished finished = run_cli({"quantize", model, "--method", "fp16", "-o", (folder / "out.onnx").string(), "--events"}, around);
    EXPECT_EQ(finished.exit_code, 128 + SIGKILL);
    ASSERT_EQ(workers.size(), 1U);
    EXPECT_TRUE(ends_within(workers.front(), std::chrono::seconds(8)));
    EXPECT_EQ(listing(folder.path()).size(), 1U);
    EXPECT_THAT(listing(temporary.path()), testing::Not(testing::Contains(testing::StartsWith("vernier-"))));
}

TEST(Crash, FoldersOfKilledProcessesAreRemovedAtTheNextStart) {
    const TempDir folder, temporary;
    const std::string ours = "vernier-" + std::to_string(getpid()) + "-kept";
    for (const std::string& name : {std::string("vernier-999999999-gone"), ours, std::string("vernier-notes")})
        std::filesystem::create_directory(temporary / name);
    Surroundings around;
    around.environment["TMPDIR"] = temporary.path().string();
    EXPECT_EQ(run_cli({"inspect", folder.write("gru.onnx", gru_between_transposes(false)).string()}, around).exit_code, 0);
    // ONNX Runtime leaves a file of its own (.ses) there.
    EXPECT_THAT(listing(temporary.path()),
                testing::AllOf(testing::Contains(ours), testing::Contains("vernier-notes"), testing::Not(testing::Contains("vernier-999999999-gone"))));
}

TEST(Crash, AKilledWorkerIsAnError) {
    const TempDir folder;
    const std::string model = folder.write("slow.onnx", slow_to_open()).string();
    Surroundings around;
    around.wait_for = "\"stage\":\"check\",\"done\":0";
    around.then = [](int pid, int) {
        for (const int worker : children_of(pid)) kill(worker, SIGKILL);
    };
    const Finished finished = run_cli({"quantize", model, "--method", "fp16", "-o", (folder / "out.onnx").string(), "--json", "--events"}, around);
    EXPECT_EQ(finished.exit_code, 65);
    EXPECT_THAT(finished.json().at("error").at("message").get<std::string>(), testing::HasSubstr("signal 9"));
    EXPECT_EQ(listing(folder.path()).size(), 1U);
}

}  // namespace
}  // namespace vernier::test
