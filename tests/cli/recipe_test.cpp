// SPDX-License-Identifier: GPL-3.0-or-later
// Recipes out of other files, equal forms, and what the command says when words contradict.
#include <gmock/gmock.h>

#include <filesystem>
#include <string>

#include "core/base/file.h"
#include "tests/cli/process.h"
#include "tests/support/demo.h"
#include "tests/support/temp_dir.h"

namespace vernier::test {
namespace {

using ::testing::HasSubstr;

TEST(RecipeCommand, FromAQuantizedFileAndAgainToAFile) {
    const TempDir dir;
    const std::string first = (dir / "first.onnx").string(), again = (dir / "again.onnx").string(), recipe = (dir / "r.json").string();
    ASSERT_EQ(run_cli({"quantize", kDemo, "--method", "int8-static", "--data", kData, "--samples", "20", "--no-timing", "-o", first}).exit_code, 0);
    const Finished taken = run_cli({"recipe", kDemo, "--from", first, "-o", recipe, "--json"});
    ASSERT_EQ(taken.exit_code, 0) << taken.err;
    EXPECT_EQ(taken.json().at("form"), "recipe");
    EXPECT_EQ(taken.json().at("recipe").at("default").at("method"), "int8-static");
    EXPECT_GT(taken.json().at("recipe").at("calibration").at("ranges").size(), 3U);
    const Finished made = run_cli({"quantize", kDemo, "--recipe", recipe, "--data", kData, "--samples", "20", "--no-timing", "-o", again, "--json"});
    EXPECT_EQ(made.exit_code, 0) << made.err;
    for (const Json& finding : made.json().at("findings")) EXPECT_NE(finding.at("code"), "range-unused") << finding.dump();
}

TEST(RecipeCommand, WritesSettingsAndAScript) {
    const TempDir dir;
    const std::string settings = (dir / "s.json").string(), script = (dir / "q.py").string(), back = (dir / "r.json").string();
    ASSERT_EQ(run_cli({"recipe", kDemo, "--method", "int8-static", "--set", "op:Gemm=fp32", "--to", "settings", "-o", settings}).exit_code, 0);
    ASSERT_EQ(run_cli({"recipe", kDemo, "--from", settings, "-o", back}).exit_code, 0);
    ASSERT_EQ(run_cli({"recipe", kDemo, "--recipe", back, "--to", "python", "-o", script}).exit_code, 0);
    EXPECT_THAT(read_file(script), HasSubstr("quantize_static("));
}

TEST(RecipeCommand, RefusesWhatContradicts) {
    const TempDir dir;
    const std::string out = (dir / "o.json").string();
    EXPECT_EQ(run_cli({"recipe", kDemo, "-o", out}).exit_code, 64) << "neither";
    EXPECT_EQ(run_cli({"recipe", kDemo, "--from", kDemo, "--method", "fp16", "-o", out}).exit_code, 64) << "both";
    EXPECT_EQ(run_cli({"recipe", kDemo, "--method", "fp16", "--to", "perl", "-o", out}).exit_code, 64);
    EXPECT_EQ(run_cli({"recipe", kDemo, "--method", "fp16", "-o", kDemo}).exit_code, 64) << "never over its input";
    EXPECT_EQ(run_cli({"recipe", kDemo, "--from", (dir / "none.onnx").string(), "-o", out}).exit_code, 66);
    EXPECT_FALSE(std::filesystem::exists(out));
}

TEST(EqualForms, AreAMethodOfTheirOwn) {
    const Finished words = run_cli({"plan", kDemo, "--equal-forms", "--json"});
    ASSERT_EQ(words.exit_code, 0) << words.err;
    EXPECT_EQ(words.json().at("recipe").at("default").at("method"), "fp32-rewritten");
    const Finished both = run_cli({"plan", kDemo, "--equal-forms", "--method", "int8-static"});
    EXPECT_EQ(both.exit_code, 64);
    EXPECT_THAT(both.err, HasSubstr("--set 'SELECTOR=fp32-rewritten'"));
}

}  // namespace
}  // namespace vernier::test
