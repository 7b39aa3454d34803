// SPDX-License-Identifier: GPL-3.0-or-later
// What compare wrote, judged and reported again.
#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/base/file.h"
#include "tests/cli/process.h"
#include "tests/support/demo.h"
#include "tests/support/temp_dir.h"

namespace vernier::test {
namespace {

using ::testing::HasSubstr;

/// One comparison of the demo with itself, for all tests: its document, its HTML page and its evidence file.
struct Compared {
    TempDir dir;
    std::string evidence = (dir / "evidence.json").string(), page = (dir / "page.html").string();
    Finished done;

    Compared() {
        done = run_cli({"compare", kDemo, kDemo, "--data", kData, "--samples", "40", "--seconds", "0.2", "--report", page, "--gate", "top1 drop<=90", "--gate",
                        "p50<=100000", "--json"});
        dir.write("evidence.json", done.out);
    }
};

const Compared& compared() {
    static const Compared once;
    return once;
}

TEST(Judge, SaysWhatCompareSaid) {
    const Compared& once = compared();
    ASSERT_EQ(once.done.exit_code, 0) << once.done.err;
    const Finished again = run_cli({"judge", once.evidence, "--json"});
    EXPECT_EQ(again.exit_code, 0) << again.err;
    EXPECT_EQ(again.out, once.done.out) << "by its own limits";
    const Finished same = run_cli({"judge", once.evidence, "--max-drop", "90", "--gate", "p50<=100000", "--json"});
    EXPECT_EQ(same.json().at("candidates"), once.done.json().at("candidates"));
    EXPECT_EQ(same.json().at("verdict"), once.done.json().at("verdict"));
}

TEST(Judge, OtherLimitsEndOtherwise) {
    const std::string& evidence = compared().evidence;
    const Finished failed = run_cli({"judge", evidence, "--gate", "p50<=0.000001", "--json"});
    EXPECT_EQ(failed.exit_code, 1);
    EXPECT_EQ(failed.json().at("worst_outcome"), "failed");
    EXPECT_EQ(failed.json().at("candidates").at(0).at("gate").at("lines").size(), 1U) << "limits that are given take the place of the file's";
    EXPECT_EQ(run_cli({"judge", evidence, "--max-drop", "0"}).exit_code, 2) << "40 samples do not show that nothing is lost";
    EXPECT_EQ(run_cli({"judge", evidence, "--gate", "no such<=1"}).exit_code, 64);
    const Finished words = run_cli({"judge", evidence, "--min-agreement", "50"});
    EXPECT_EQ(words.exit_code, 0);
    EXPECT_THAT(words.out, HasSubstr("agreement: passed"));
}

TEST(Judge, AChangedFileIsRefused) {
    const Compared& once = compared();
    std::string text = once.done.out;
    const std::size_t at = text.find("\"same\": 40");
    ASSERT_NE(at, std::string::npos);
    text.replace(at, 10, "\"same\": 39");
    const std::string changed = once.dir.write("changed.json", text).string();
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"judge", changed}, {"report", changed, "-o", (once.dir / "changed.html").string()}}) {
        const Finished refused = run_cli(words);
        EXPECT_EQ(refused.exit_code, 65);
        EXPECT_THAT(refused.err, testing::AllOf(HasSubstr("changed.json"), HasSubstr("changed after it was written")));
    }
    EXPECT_FALSE(std::filesystem::exists(once.dir / "changed.html"));
    EXPECT_EQ(run_cli({"judge", kDemo}).exit_code, 65);
    EXPECT_EQ(run_cli({"judge", (once.dir / "nowhere.json").string()}).exit_code, 66);
}

TEST(Report, WritesWhatCompareWrote) {
    const Compared& once = compared();
    const std::string page = (once.dir / "again.html").string(), json = (once.dir / "again.json").string(), csv = (once.dir / "again.csv").string();
    EXPECT_EQ(run_cli({"report", once.evidence, "-o", page}).exit_code, 0);
    EXPECT_EQ(read_file(page), read_file(once.page));
    EXPECT_EQ(run_cli({"report", once.evidence, "--out", json, "--json"}).json().at("size_bytes"), once.done.out.size());
    EXPECT_EQ(read_file(json), once.done.out);
    EXPECT_EQ(run_cli({"report", once.evidence, "-o", csv}).exit_code, 0);
    const std::string rows = read_file(csv);
    EXPECT_EQ(std::count(rows.begin(), rows.end(), '\n'), 3) << rows;
}

TEST(Report, AnOutputThatCannotBeIsSaidFirst) {
    const Compared& once = compared();
    const std::string before = read_file(once.evidence);
    EXPECT_EQ(run_cli({"report", once.evidence, "-o", once.evidence}).exit_code, 64);
    EXPECT_EQ(read_file(once.evidence), before);
    const Finished odd = run_cli({"report", once.evidence, "-o", (once.dir / "page.pdf").string()});
    EXPECT_EQ(odd.exit_code, 64);
    EXPECT_THAT(odd.err, HasSubstr(".html, .csv or .json"));
    EXPECT_EQ(run_cli({"report", once.evidence, "-o", (once.dir / "no/folder.html").string()}).exit_code, 74);
}

}  // namespace
}  // namespace vernier::test
