// SPDX-License-Identifier: GPL-3.0-or-later
// SIGKILL at random moments, of vernier-cli or of one of its workers: an output is whole or as it was, no worker is left
// running, and what lies in the temporary folder goes at the next start.
#include <dirent.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <random>
#include <thread>

#include "core/base/file.h"
#include "core/model/model.h"
#include "tests/cli/process.h"
#include "tests/support/demo.h"
#include "tests/support/temp_dir.h"

namespace vernier::test {
namespace {

constexpr int kMoments = 50;

/// Processes whose environment names this temporary folder: those that a test started, and their children.
std::vector<pid_t> processes_of(const std::string& mark) {
    std::vector<pid_t> found;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        const std::string name = entry.path().filename().string();
        if (name.find_first_not_of("0123456789") != std::string::npos) continue;
        std::ifstream in(entry.path() / "environ", std::ios::binary);
        const std::string environment{std::istreambuf_iterator<char>(in), {}};
        if (environment.find("TMPDIR=" + mark) != std::string::npos) found.push_back(std::stoi(name));
    }
    return found;
}

/// Waits until none is left; false after ten seconds.
bool all_ended(const std::string& mark) {
    for (int i = 0; i < 500; ++i) {
        if (processes_of(mark).empty()) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return false;
}

double seconds_of(const std::vector<std::string>& arguments) {
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(run_cli(arguments).exit_code, 0);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// Runs the command again and again and kills one of its processes after a random part of its usual time. check is asked
/// after each time, when all processes have ended.
template <class Check>
void kill_at_random(const std::vector<std::string>& arguments, std::uint32_t seed, const Check& check) {
    const TempDir temporary;
    const std::string mark = temporary.path().string();
    const double usual = seconds_of(arguments);
    std::mt19937 random(seed);
    for (int i = 0; i < kMoments / 2; ++i) {
        const pid_t pid = start_cli(arguments, {{"TMPDIR", mark}});
        std::this_thread::sleep_for(std::chrono::duration<double>(usual * std::uniform_real_distribution<double>(0, 1)(random)));
        const std::vector<pid_t> all = processes_of(mark);
        // Every other time the one that the user started, else one of its workers.
        pid_t victim = pid;
        if (i % 2 == 1 && all.size() > 1) victim = all[random() % all.size()];
        kill(victim, SIGKILL);
        int status = 0;
        waitpid(pid, &status, 0);
        ASSERT_TRUE(all_ended(mark)) << "a worker goes on";
        check(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    }
    Surroundings around;
    around.environment["TMPDIR"] = mark;
    EXPECT_EQ(run_cli({"version"}, around).exit_code, 0);
    // ONNX Runtime leaves a file of its own (.ses) there.
    EXPECT_THAT(listing(temporary.path()), testing::Not(testing::Contains(testing::StartsWith("vernier-")))) << "the next start removes what was left";
}

TEST(Kill, QuantizeLeavesItsTargetWholeOrUntouched) {
    const TempDir folder;
    const std::filesystem::path out = folder / "out.onnx";
    const std::vector<std::string> words = {"quantize", kDemo, "--method", "int8-static", "--data", kData, "--samples", "20", "-o", out.string()};
    write_file(out, "before");
    kill_at_random(words, 1, [&](int code) {
        EXPECT_EQ(listing(folder.path()), std::vector<std::string>{"out.onnx"});
        const std::string now = read_file(out, std::size_t{1} << 24);
        if (now != "before") {
            EXPECT_NO_THROW((void)open_model(out)) << "half a file";
        }
        EXPECT_TRUE(code != 0 || now != "before");
        write_file(out, "before");
    });
}

TEST(Kill, CompareLeavesNoReportOrAWholeOne) {
    const TempDir folder;
    const std::filesystem::path report = folder / "report.html";
    const std::vector<std::string> words = {"compare", kDemo, kDemo, "--data", kData, "--samples", "50", "--seconds", "0.1", "--report", report.string()};
    kill_at_random(words, 2, [&](int) {
        if (!std::filesystem::exists(report)) {
            EXPECT_THAT(listing(folder.path()), testing::IsEmpty());
            return;
        }
        EXPECT_THAT(read_file(report, std::size_t{1} << 24), testing::HasSubstr("</html>"));
        std::filesystem::remove(report);
    });
}

TEST(Kill, MeasureLeavesNoProcessAndNoFolder) {
    const std::vector<std::string> words = {"measure", kDemo, "--data", kData, "--samples", "50", "--seconds", "0.1"};
    kill_at_random(words, 3, [](int) {});
}

}  // namespace
}  // namespace vernier::test
