// SPDX-License-Identifier: GPL-3.0-or-later
// A signal ends vernier-cli soon, whatever it is doing, and leaves nothing behind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <string>

#include "core/base/file.h"
#include "core/base/json.h"
#include "tests/cli/process.h"
#include "tests/cli/slow_model.h"
#include "tests/support/demo.h"
#include "tests/support/model_builder.h"
#include "tests/support/temp_dir.h"

namespace vernier::test {
namespace {

struct Cancelled {
    Finished finished;
    double seconds = 0;  ///< from the signal to the end
};

/// The begin of a stage, as --events tells it.
std::string at(const std::string& stage) { return "\"stage\":\"" + stage + "\",\"done\":0"; }

/// Runs the command and sends the signal as soon as the text is told.
Cancelled cancel_at(const std::string& text, int signal, const std::filesystem::path& temporary, std::vector<std::string> words) {
    Cancelled result;
    std::chrono::steady_clock::time_point told;
    Surroundings around;
    around.environment["TMPDIR"] = temporary.string();
    around.wait_for = text;
    around.then = [&](int pid, int) {
        told = std::chrono::steady_clock::now();
        kill(pid, signal);
    };
    words.insert(words.end(), {"--json", "--events"});
    result.finished = run_cli(words, around);
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - told).count();
    return result;
}

void expect_cancelled(const Cancelled& result, const std::filesystem::path& folder, const std::filesystem::path& temporary, std::size_t files) {
    EXPECT_EQ(result.finished.exit_code, 130) << result.finished.err;
    EXPECT_LT(result.seconds, 8);
    EXPECT_EQ(result.finished.events().back().at("kind"), "cancelled");
    EXPECT_EQ(result.finished.json().at("error").at("exit"), 130);
    EXPECT_EQ(listing(folder).size(), files);
    for (const std::string& name : listing(temporary)) EXPECT_FALSE(name.starts_with("vernier-")) << name;
}

TEST(Cancel, WhileTheRuntimeOpensAModel) {
    const TempDir folder, temporary;
    const std::string model = folder.write("slow.onnx", slow_to_open()).string();
    for (const int signal : {SIGINT, SIGTERM})
        expect_cancelled(cancel_at(at("check"), signal, temporary.path(), {"quantize", model, "--method", "fp16", "-o", (folder / "out.onnx").string()}),
                         folder.path(), temporary.path(), 1);
}

TEST(Cancel, WhileItCalibratesQuantizesOrMeasures) {
    const TempDir folder, temporary;
    const std::string out = (folder / "out.onnx").string();
    for (const char* stage : {"plan", "quantize", "check"}) {
        SCOPED_TRACE(stage);
        expect_cancelled(cancel_at(at(stage), SIGINT, temporary.path(),
                                   {"quantize", kDemo, "--method", "int8-static", "--data", kData, "-o", out, "--save-recipe", out + ".json"}),
                         folder.path(), temporary.path(), 0);
    }
    expect_cancelled(cancel_at(at("latency"), SIGINT, temporary.path(), {"measure", kDemo, "--seconds", "60"}), folder.path(), temporary.path(), 0);
    expect_cancelled(cancel_at(at("latency"), SIGINT, temporary.path(), {"compare", kDemo, kDemo, "--seconds", "60", "--report", out + ".html"}), folder.path(),
                     temporary.path(), 0);
    expect_cancelled(cancel_at("\"stage\":\"calibrate\"", SIGINT, temporary.path(),
                               {"quantize", kDemo, "--method", "int8-static", "--data", kData, "--samples", "0", "-o", out}),
                     folder.path(), temporary.path(), 0);
}

/// Wherever it is: what was measured is kept whole, and the next start goes on from there.
TEST(Cancel, ASearchInEachOfItsStages) {
    const TempDir folder, temporary;
    const std::filesystem::path out = folder / "found";
    for (const char* stage : {"quantize all", "time the nodes", "regions", "errors of sets", "measure recipes"}) {
        SCOPED_TRACE(stage);
        const Cancelled cancelled = cancel_at("\"stage\":\"" + std::string(stage) + "\"", SIGINT, temporary.path(),
                                              {"search", kDemo, "--data", kData, "-o", out.string(), "--min-sqnr", "22", "--seconds", "0.2", "--per-tensor"});
        expect_cancelled(cancelled, folder.path(), temporary.path(), 1);
        EXPECT_FALSE(std::filesystem::exists(out / "model.onnx"));
        for (const char* kept : {"state.json", "sensitivity.json"})
            EXPECT_TRUE(!std::filesystem::exists(out / kept) || Json::accept(read_file(out / kept))) << kept;
    }
}

}  // namespace
}  // namespace vernier::test
