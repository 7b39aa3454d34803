// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <signal.h>

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/file.h"
#include "tests/cli/process.h"
#include "tests/support/demo.h"
#include "tests/support/temp_dir.h"

namespace vernier::test {
namespace {

using ::testing::HasSubstr;

std::vector<std::string> search_words(const std::string& out, std::vector<std::string> more) {
    std::vector<std::string> words = {"search", kDemo, "--data", kData, "-o", out, "--seconds", "0.2", "--samples", "20", "--per-tensor", "--json", "--events"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

TEST(SearchCommand, AsksForALimitAndSamples) {
    const TempDir dir;
    const std::string out = (dir / "found").string();
    const Finished none = run_cli(search_words(out, {}));
    EXPECT_EQ(none.exit_code, 64);
    EXPECT_THAT(none.err, HasSubstr("--min-sqnr"));
    EXPECT_EQ(run_cli({"search", kDemo, "-o", out, "--min-sqnr", "20"}).exit_code, 64);
    EXPECT_EQ(run_cli(search_words(out, {"--min-agreement", "101"})).exit_code, 64);
}

/// A stop in mid-search loses nothing that was measured: the same words go on, and a third start has nothing to measure.
TEST(SearchCommand, GoesOnAfterItWasKilled) {
    const TempDir dir;
    const std::string out = (dir / "found").string();
    const std::vector<std::string> words = search_words(out, {"--min-sqnr", "22"});
    Surroundings surroundings;
    surroundings.wait_for = "\"validations\":1";
    surroundings.then = [](int pid, int) { ::kill(pid, SIGKILL); };
    EXPECT_NE(run_cli(words, surroundings).exit_code, 0);
    const Json kept = Json::parse(read_file(dir / "found/state.json"));
    EXPECT_GE(kept.at("selection").size(), 1U);

    const Finished on = run_cli(words);
    EXPECT_THAT(on.exit_code, ::testing::AnyOf(0, 1, 2)) << on.err;
    const Json state = Json::parse(read_file(dir / "found/state.json"));
    for (const auto& [set, seen] : kept.at("selection").items()) EXPECT_EQ(state.at("selection").at(set), seen);
    Json one = on.json(), two = run_cli(words).json();
    one.erase("seconds");
    two.erase("seconds");
    EXPECT_EQ(one, two);
    EXPECT_EQ(one.at("chosen").is_null(), on.exit_code != 0);
    EXPECT_EQ(std::filesystem::exists(dir / "found/model.onnx"), on.exit_code == 0);
    // What is known is told as it comes: the front before anything of it was measured.
    bool told = false;
    for (const Json& event : run_cli(words).events())
        told = told || (event.at("event") == "partial" && event.at("value").contains("front") && event.at("value").at("validations") == 0);
    EXPECT_TRUE(told);
}

}  // namespace
}  // namespace vernier::test
