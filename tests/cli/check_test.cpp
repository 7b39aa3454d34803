// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/cli/process.h"
#include "tests/support/demo.h"
#include "tests/support/temp_dir.h"

namespace vernier::test {
namespace {

using ::testing::HasSubstr;

TEST(CheckCommand, OurOwnFileHasNoFaults) {
    const TempDir dir;
    const std::string file = (dir / "small.onnx").string();
    for (const char* method : {"int8-static", "int8-dynamic", "fp16"}) {
        ASSERT_EQ(run_cli({"quantize", kDemo, "-o", file, "--method", method, "--data", kData}).exit_code, 0) << method;
        const Finished done = run_cli({"check", file, "--against", kDemo, "--data", kData, "--json"});
        EXPECT_EQ(done.exit_code, 0) << method << done.out << done.err;
        const Json document = done.json();
        EXPECT_EQ(document.at("vernier_report"), 1);
        EXPECT_TRUE(document.at("faults").empty()) << method << document.at("faults").dump(1);
        EXPECT_EQ(document.at("nodes").at("found"), document.at("nodes").at("counted")) << method << document.at("unpaired").dump();
        EXPECT_FALSE(document.at("outputs").empty());
    }
}

TEST(CheckCommand, SaysWhatIsMissingInWords) {
    EXPECT_EQ(run_cli({"check", kDemo}).exit_code, 64);
    const Finished none = run_cli({"check", "/nowhere.onnx", "--against", kDemo});
    EXPECT_EQ(none.exit_code, 66);
    const Finished text = run_cli({"check", kDemo, "--against", kDemo});
    EXPECT_EQ(text.exit_code, 0) << text.err;
    EXPECT_THAT(text.out, HasSubstr("No faults found"));
    EXPECT_THAT(text.out, HasSubstr("Without samples"));
}

}  // namespace
}  // namespace vernier::test
