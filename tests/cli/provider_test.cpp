// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "tests/cli/process.h"
#include "tests/support/demo.h"
#include "tests/support/temp_dir.h"

namespace vernier::test {
namespace {

using ::testing::HasSubstr;
using Words = std::vector<std::string>;

/// One call of each command that runs models.
std::vector<Words> commands_in(const TempDir& dir) {
    return {{"inspect", kDemo},
            {"measure", kDemo},
            {"compare", kDemo, kDemo},
            {"check", kDemo, "--against", kDemo},
            {"layers", kDemo, kDemo},
            {"quantize", kDemo, "-o", (dir / "out.onnx").string(), "--method", "int8-dynamic"},
            {"search", kDemo, "--data", kData, "--max-drop", "1", "-o", (dir / "found").string()}};
}

Words with(Words words, const Words& more) {
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

TEST(Provider, OneThatTheLibraryLacksStopsEachCommand) {
    const TempDir dir;
    for (const Words& command : commands_in(dir)) {
        const Finished done = run_cli(with(command, {"--provider", "abacus"}));
        EXPECT_EQ(done.exit_code, 69) << command[0] << done.err;
        EXPECT_THAT(done.err, HasSubstr("no provider \"abacus\": it has ")) << command[0];
        EXPECT_THAT(done.err, HasSubstr("--ep-library")) << command[0];
        EXPECT_EQ(std::count(done.err.begin(), done.err.end(), '\n'), 1) << command[0] << ": one line";
    }
    EXPECT_FALSE(std::filesystem::exists(dir / "out.onnx"));
}

TEST(Provider, APlugInThatIsNoneStopsEachCommand) {
    const TempDir dir;
    const std::string text = dir.write("text.so", "this is no library").string();
    for (const Words& command : commands_in(dir)) {
        EXPECT_EQ(run_cli(with(command, {"--ep-library", text})).exit_code, 69) << command[0];
        EXPECT_EQ(run_cli(with(command, {"--ep-library", (dir / "none.so").string()})).exit_code, 66) << command[0];
        EXPECT_EQ(run_cli(with(command, {"--provider", "openvino:device_type"})).exit_code, 64) << command[0];
    }
}

TEST(Provider, TheUsualOneCanBeNamed) {
    const Json model = run_cli({"measure", kDemo, "--provider", "cpu", "--seconds", "0.1", "--json"}).json().at("models").at(0);
    EXPECT_EQ(model.at("runtime").at("provider"), "CPU");
    ASSERT_EQ(model.at("ran_on").size(), 1U);
    EXPECT_EQ(model.at("ran_on").at(0).at("provider"), "CPU");
    EXPECT_GT(model.at("ran_on").at(0).at("operators"), 3);
}

TEST(Provider, AFileWithItsSignInItsNameIsAFile) {
    const TempDir dir;
    const std::string odd = (dir / "a@b.onnx").string();
    std::filesystem::copy_file(kDemo, odd);
    EXPECT_EQ(run_cli({"measure", odd, "--seconds", "0.1"}).exit_code, 0);
    EXPECT_EQ(run_cli({"measure", odd + "@abacus"}).exit_code, 69);
    EXPECT_EQ(run_cli({"measure", (dir / "none.onnx").string() + "@cpu"}).exit_code, 66);
}

/// A provider of the library that takes no operator of the demo: it only calls servers.
bool has_azure() {
    const Json providers = run_cli({"version", "--json"}).json().at("runtime").at("providers");
    return std::find(providers.begin(), providers.end(), "Azure") != providers.end();
}

TEST(Provider, OneThatTakesNothingIsToldApartFromTheCpu) {
    if (!has_azure()) GTEST_SKIP() << "this build of ONNX Runtime has no provider Azure";
    const Finished done = run_cli({"compare", kDemo, kDemo + "@azure", "--seconds", "0.1", "--json"});
    ASSERT_EQ(done.exit_code, 0) << done.err;
    const Json document = done.json();
    EXPECT_EQ(document.at("baseline").at("runtime").at("provider"), "CPU");
    const Json& other = document.at("candidates").at(0);
    EXPECT_EQ(other.at("runtime").at("provider"), "Azure");
    ASSERT_EQ(other.at("ran_on").size(), 1U);
    EXPECT_EQ(other.at("ran_on").at(0).at("provider"), "CPU");
    bool told = false;
    for (const Json& finding : document.at("findings")) told = told || finding.at("code") == "provider-unused";
    EXPECT_TRUE(told);
    const Finished text = run_cli({"compare", kDemo, kDemo + "@azure", "--seconds", "0.1"});
    EXPECT_THAT(text.out, HasSubstr("glyphs@Azure"));
    EXPECT_THAT(text.out, HasSubstr("CPU and Azure, 1 thread"));
}

TEST(Provider, OpenVinoIsComparedWithTheCpu) {
    const char* library = std::getenv("VERNIER_OPENVINO_ORT");
    if (library == nullptr) GTEST_SKIP() << "set VERNIER_OPENVINO_ORT to a build of ONNX Runtime with OpenVINO";
    const TempDir dir;
    const std::string small = (dir / "small.onnx").string();
    const Words where = {"--ort", library};
    const Finished made = run_cli(with({"quantize", kDemo, "-o", small, "--method", "int8-static", "--data", kData, "--provider", "openvino"}, where));
    ASSERT_EQ(made.exit_code, 0) << made.err;
    const Finished done = run_cli(with({"compare", kDemo, small, kDemo + "@openvino:device_type=CPU", small + "@openvino:device_type=CPU", "--data", kData,
                                        "--samples", "50", "--seconds", "0.2", "--json"},
                                       where));
    ASSERT_EQ(done.exit_code, 0) << done.err;
    const Json candidates = done.json().at("candidates");
    ASSERT_EQ(candidates.size(), 3U);
    for (const std::size_t i : {std::size_t{1}, std::size_t{2}}) {
        EXPECT_EQ(candidates.at(i).at("runtime").at("provider"), "OpenVINO");
        EXPECT_EQ(candidates.at(i).at("runtime").at("provider_options").at("device_type"), "CPU");
        EXPECT_EQ(candidates.at(i).at("ran_on").at(0).at("provider"), "OpenVINO");
    }
    const Finished missing = run_cli(with({"measure", kDemo, "--provider", "openvino:device_type=NPU"}, where));
    EXPECT_EQ(missing.exit_code, 69) << missing.err;
    EXPECT_EQ(run_cli(with({"check", small, "--against", kDemo, "--data", kData, "--provider", "openvino"}, where)).exit_code, 0);
    EXPECT_THAT(run_cli(with({"inspect", kDemo, "--provider", "openvino"}, where)).out, HasSubstr("provider-whole"));
    EXPECT_THAT(run_cli(with({"layers", kDemo, small, "--provider", "openvino"}, where)).err, HasSubstr("compiles nodes into parts"));
}

}  // namespace
}  // namespace vernier::test
