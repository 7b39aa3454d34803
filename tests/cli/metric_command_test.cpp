// SPDX-License-Identifier: GPL-3.0-or-later
// --metric-command from end to end: programs in shell and in Python, their figures, limits, and what is said of a bad one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/cli/process.h"
#include "tests/support/demo.h"
#include "tests/support/paths.h"
#include "tests/support/temp_dir.h"

namespace vernier::test {
namespace {

using ::testing::HasSubstr;

bool works(const std::string& command) { return std::system((command + " > /dev/null 2>&1").c_str()) == 0; }

Finished compared(const std::string& program, const std::vector<std::string>& more = {}) {
    std::vector<std::string> words = {"compare", kDemo, kDemo, "--data", kData, "--samples", "300", "--seconds", "0.02", "--json", "--metric-command", program};
    words.insert(words.end(), more.begin(), more.end());
    return run_cli(words);
}

std::string script(const TempDir& dir, const std::string& name, const std::string& text) {
    const std::filesystem::path file = dir.write(name, text);
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    return file.string();
}

TEST(MetricCommand, InShellCountsWhatTopOneCounts) {
    if (!works("command -v unzip && command -v od && command -v awk && command -v paste")) GTEST_SKIP() << "unzip, od, awk or paste is missing";
    const Finished done = compared(test::source_dir() + "/docs/examples/right.sh", {"--gate", "right>=0.5", "--gate", "right drop<=0.05"});
    ASSERT_EQ(done.exit_code, 0) << done.err;
    const Json document = done.json();
    const Json& own = document.at("baseline").at("metrics").at("right");
    EXPECT_NEAR(100 * own.at("value").get<double>(), document.at("baseline").at("accuracy").at("top1").get<double>(), 1e-9);
    EXPECT_EQ(own.at("n"), 300);
    EXPECT_EQ(own.at("unit"), "");
    const Json& change = document.at("candidates").at(0).at("metrics").at("right");
    EXPECT_EQ(change.at("delta"), 0.0);
    EXPECT_EQ(change.at("differs"), false);
    EXPECT_NEAR(change.at("interval").at(1).get<double>(), 3.8415 / (300 + 3.8415), 1e-4) << "Tango's for no difference in 300";
    const Json& lines = document.at("candidates").at(0).at("gate").at("lines");
    EXPECT_EQ(lines.at(0).at("figure"), "right");
    EXPECT_EQ(lines.at(1).at("outcome"), "passed");
    EXPECT_EQ(compared(test::source_dir() + "/docs/examples/right.sh", {"--gate", "right drop<=0.001"}).exit_code, 2) << "300 equal samples show no less";
    EXPECT_EQ(compared(test::source_dir() + "/docs/examples/right.sh", {"--gate", "right>=1.5"}).exit_code, 1);
}

TEST(MetricCommand, InPythonWithoutNumpyGetsIdsNamesAndOutputs) {
    if (!works("python3 -c 'import zipfile'")) GTEST_SKIP() << "python3 is missing";
    const TempDir dir;
    const std::string program = script(dir, "own.py",
                                       "#!/usr/bin/env python3\n"
                                       "import json, struct, sys, zipfile\n"
                                       "archive = zipfile.ZipFile(sys.argv[1])\n"
                                       "def array(name, letter):\n"
                                       "    data = archive.read(name + '.npy')\n"
                                       "    at = 10 + struct.unpack('<H', data[8:10])[0]\n"
                                       "    return struct.unpack('<%d%s' % ((len(data) - at) // struct.calcsize(letter), letter), data[at:])\n"
                                       "ids, scores = array('ids', 'q'), array('scores', 'f')\n"
                                       "names = archive.read('names.npy')\n"
                                       "assert b\"'descr': '<U\" in names[:80], names[:80]\n"
                                       "for i, sample in enumerate(ids):\n"
                                       "    row = scores[26 * i:26 * i + 26]\n"
                                       "    print(json.dumps({'id': sample, 'largest': max(row), 'errors': [i % 2, 4]}))\n");
    const Finished done = compared(program, {"--gate", "errors<=0.2", "--gate", "largest>=-1e9"});
    ASSERT_EQ(done.exit_code, 0) << done.err;
    const Json metrics = done.json().at("candidates").at(0).at("metrics");
    EXPECT_DOUBLE_EQ(metrics.at("errors").at("value").get<double>(), 150.0 / 1200) << "a ratio of sums";
    EXPECT_TRUE(std::isfinite(metrics.at("largest").at("value").get<double>()));
    EXPECT_EQ(metrics.at("largest").at("delta"), 0.0);
    EXPECT_TRUE(metrics.at("largest").at("interval").is_array());
}

TEST(MetricCommand, TheExampleInPython) {
    if (!works("python3 -c 'import numpy'")) GTEST_SKIP() << "python3 with numpy is missing";
    const Finished done = compared(test::source_dir() + "/docs/examples/likelihood.py", {"--gate", "nll rise<=5"});
    ASSERT_EQ(done.exit_code, 0) << done.err;
    EXPECT_GE(done.json().at("baseline").at("metrics").at("top3").at("value").get<double>(), 0.5);
}

TEST(MetricCommand, SaysWhatIsWrongWithAProgram) {
    const TempDir dir;
    const Finished few = compared(script(dir, "few", "#!/bin/sh\necho 1\n"));
    EXPECT_EQ(few.exit_code, 65);
    EXPECT_THAT(few.err, HasSubstr("1 lines for 256 samples"));
    const Finished words = compared(script(dir, "words", "#!/bin/sh\nfor i in $(seq 300); do echo good; done\n"));
    EXPECT_EQ(words.exit_code, 65);
    EXPECT_THAT(words.err, HasSubstr("300 lines for 256 samples"));
    const Finished failed = compared(script(dir, "failed", "#!/bin/sh\necho no such word >&2\nexit 3\n"));
    EXPECT_EQ(failed.exit_code, 65);
    EXPECT_THAT(failed.err, HasSubstr("exit code 3"));
    EXPECT_THAT(failed.err, HasSubstr("no such word"));
    EXPECT_EQ(compared((dir / "nowhere").string()).exit_code, 66);
    EXPECT_EQ(run_cli({"measure", kDemo, "--metric-command", "true"}).exit_code, 64) << "without samples there is nothing to measure";
    EXPECT_EQ(compared("true", {"--gate", "wer=8"}).exit_code, 64);
}

}  // namespace
}  // namespace vernier::test
