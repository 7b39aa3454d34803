// SPDX-License-Identifier: GPL-3.0-or-later
// vernier-cli as a black box: what it says to wrong arguments, and what it makes of its own command table.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/process.h"
#include "tests/support/demo.h"

namespace vernier::test {
namespace {

using ::testing::HasSubstr;

TEST(Arguments, HelpNamesEveryCommandAndExitCode) {
    const Finished help = run_cli({"--help"});
    EXPECT_EQ(help.exit_code, 0);
    for (const char* word : {"inspect", "stats", "plan", "quantize", "sensitivity", "measure", "compare", "judge", "report", "layers", "check", "data",
                             "version", "completion", "man", "130"})
        EXPECT_THAT(help.out, HasSubstr(word));
}

TEST(Arguments, EachCommandHasHelpWithItsOptions) {
    for (const char* command : {"inspect", "stats", "plan", "quantize", "sensitivity", "measure", "compare", "judge", "report", "layers", "check", "data",
                                "version", "completion", "man"}) {
        const Finished help = run_cli({command, "--help"});
        EXPECT_EQ(help.exit_code, 0) << command;
        EXPECT_THAT(help.out, HasSubstr(std::string("vernier-cli ") + command));
        EXPECT_THAT(help.out, HasSubstr("--json"));
    }
    EXPECT_THAT(run_cli({"quantize", "--help"}).out, HasSubstr("--save-recipe"));
}

TEST(Arguments, NoCommandIsWrongUsage) { EXPECT_EQ(run_cli({}).exit_code, 64); }

TEST(Arguments, AnUnknownCommandGetsANearName) {
    const Finished wrong = run_cli({"inspekt", kDemo});
    EXPECT_EQ(wrong.exit_code, 64);
    EXPECT_THAT(wrong.err, HasSubstr("inspect"));
    EXPECT_EQ(wrong.out, "");
}

/// The words by which the program starts itself are no commands of a user's.
TEST(Arguments, TheWordsOfAWorkerAreNoCommand) {
    for (const char* orders : {"no json", "[]", "{\"apart\": 5}", "{\"lost\": 3}"}) {
        const Finished wrong = run_cli({"job-worker", orders, "inspect", kDemo});
        EXPECT_EQ(wrong.exit_code, 64) << orders;
        EXPECT_THAT(wrong.err, HasSubstr("unknown command")) << orders;
    }
}

TEST(Arguments, AnUnknownOptionGetsANearName) {
    const Finished wrong = run_cli({"quantize", kDemo, "-o", "x.onnx", "--methd", "fp16"});
    EXPECT_EQ(wrong.exit_code, 64);
    EXPECT_THAT(wrong.err, HasSubstr("--method"));
}

TEST(Arguments, AMissingArgumentIsWrongUsage) {
    EXPECT_EQ(run_cli({"inspect"}).exit_code, 64);
    EXPECT_EQ(run_cli({"quantize", kDemo, "--method", "fp16"}).exit_code, 64);
    EXPECT_EQ(run_cli({"compare", kDemo}).exit_code, 64);
}

TEST(Arguments, NumbersAreChecked) {
    for (const char* seconds : {"0", "-1", "nan", "soon", "1e308"}) EXPECT_EQ(run_cli({"measure", kDemo, "--seconds", seconds}).exit_code, 64) << seconds;
    for (const char* threads : {"0", "1.5", "10000"}) EXPECT_EQ(run_cli({"measure", kDemo, "--threads", threads}).exit_code, 64) << threads;
    EXPECT_EQ(run_cli({"compare", kDemo, kDemo, "--max-drop", "-0.5"}).exit_code, 64);
}

TEST(Arguments, AnOptionMayStandBeforeTheModel) {
    const Finished done = run_cli({"plan", "--method", "int8-static", "--set", "op:Gemm = fp32", kDemo, "--set", "#0=fp32", "--json"});
    ASSERT_EQ(done.exit_code, 0) << done.err;
    const Json rules = done.json().at("recipe").at("rules");
    ASSERT_EQ(rules.size(), 2U);
    EXPECT_EQ(rules.at(0).at("select"), "op:Gemm");
    EXPECT_EQ(rules.at(0).at("method"), "fp32");
    EXPECT_EQ(run_cli({"plan", kDemo, "--method", "int8-static", "--set", "op:Gemm=fp32", "op:Conv=fp32"}).exit_code, 64);
}

TEST(Arguments, AnEmptyWordIsNotTheSameAsNoOption) {
    for (const std::vector<std::string>& words : {std::vector<std::string>{"inspect", ""},
                                                  {"measure", kDemo, "--data", ""},
                                                  {"stats", kDemo, "--tensor", ""},
                                                  {"measure", kDemo, "", kDemo},
                                                  {"quantize", kDemo, "-o", "", "--method", "fp16"},
                                                  {"quantize", kDemo, "-o", "x.onnx", "--method", "fp16", "--save-recipe", ""}}) {
        const Finished wrong = run_cli(words);
        EXPECT_EQ(wrong.exit_code, 64) << words[0];
        EXPECT_THAT(wrong.err, HasSubstr("is empty")) << words[0];
    }
}

TEST(Arguments, AWrongOptionIsNamed) {
    const auto said = [](const std::vector<std::string>& words) {
        const Finished wrong = run_cli(words);
        EXPECT_EQ(wrong.exit_code, 64);
        return wrong.err;
    };
    EXPECT_THAT(said({"measure", kDemo, "--threads", "1", "--seconds", "nan"}), HasSubstr("--seconds: \"nan\""));
    EXPECT_THAT(said({"stats", kDemo, "--bins", "1e3"}), HasSubstr("--bins: \"1e3\""));
    EXPECT_THAT(said({"stats", kDemo, "--bins", "2", "--bins", "3"}), HasSubstr("--bins is given more than once"));
    EXPECT_THAT(said({"stats", kDemo, "--bins"}), HasSubstr("--bins needs a value"));
    EXPECT_THAT(said({"help"}), HasSubstr("--help"));
}

TEST(Arguments, AnUnknownMethodGetsANearName) {
    const Finished wrong = run_cli({"plan", kDemo, "--method", "int8-statik"});
    EXPECT_EQ(wrong.exit_code, 64);
    EXPECT_THAT(wrong.err, HasSubstr("int8-static"));
}

TEST(Arguments, MethodAndRecipeExcludeEachOther) {
    EXPECT_EQ(run_cli({"plan", kDemo}).exit_code, 64);
    EXPECT_EQ(run_cli({"plan", kDemo, "--method", "fp16", "--recipe", "r.json"}).exit_code, 64);
}

TEST(Arguments, WithJsonAnErrorIsADocumentToo) {
    for (const std::vector<std::string>& words : {std::vector<std::string>{"inspekt", "--json"}, {"inspect", "nowhere.onnx", "--json"}}) {
        const Finished wrong = run_cli(words);
        const Json error = wrong.json().at("error");
        EXPECT_EQ(error.at("exit"), wrong.exit_code);
        EXPECT_FALSE(error.at("message").get<std::string>().empty());
    }
}

TEST(Arguments, WithEventsAnErrorIsAnEventAndNothingElse) {
    const Finished wrong = run_cli({"inspect", "nowhere.onnx", "--json", "--events"});
    EXPECT_EQ(wrong.exit_code, 66);
    const std::vector<Json> events = wrong.events();
    ASSERT_FALSE(events.empty());
    EXPECT_EQ(events.back().at("event"), "error");
    EXPECT_EQ(events.back().at("kind"), "not-found");
}

TEST(Arguments, VersionNamesTheRuntime) {
    const Json version = run_cli({"version", "--json"}).json();
    EXPECT_EQ(version.at("version"), VERNIER_VERSION);
    EXPECT_FALSE(version.at("runtime").at("version").get<std::string>().empty());
    EXPECT_EQ(run_cli({"--version", "--json"}).json(), version);
}

TEST(Arguments, AMissingRuntimeIsItsOwnExitCode) {
    EXPECT_EQ(run_cli({"inspect", kDemo, "--ort", "/nowhere/libonnxruntime.so"}).exit_code, 69);
    EXPECT_EQ(run_cli({"--ort", "/nowhere/libonnxruntime.so", "inspect", kDemo}).exit_code, 69);
    Surroundings by_environment;
    by_environment.environment["VERNIER_ORT"] = "/nowhere/libonnxruntime.so";
    const Finished wrong = run_cli({"measure", kDemo}, by_environment);
    EXPECT_EQ(wrong.exit_code, 69);
    EXPECT_THAT(wrong.err, HasSubstr("/nowhere/libonnxruntime.so"));
}

TEST(Arguments, AFullStdoutIsSaid) {
    Surroundings full;
    full.stdout_file = "/dev/full";
    for (const std::vector<std::string>& words : {std::vector<std::string>{"version"},
                                                  {"inspect", kDemo, "--json"},
                                                  {"stats", kDemo, "--json"},
                                                  {"stats", kDemo},
                                                  {"plan", kDemo, "--method", "fp16"}}) {
        const Finished wrong = run_cli(words, full);
        EXPECT_EQ(wrong.exit_code, 74) << words[0];
        EXPECT_EQ(wrong.err, "vernier-cli: stdout: cannot write the result: No space left on device\n");
    }
}

TEST(Arguments, CompletionAndManualComeFromTheTable) {
    for (const char* shell : {"bash", "zsh", "fish"}) {
        const Finished rules = run_cli({"completion", shell});
        EXPECT_EQ(rules.exit_code, 0);
        for (const char* word : {"quantize", "int8-static", "max-drop"}) EXPECT_THAT(rules.out, HasSubstr(word)) << shell;
    }
    EXPECT_EQ(run_cli({"completion", "csh"}).exit_code, 64);
    const Finished page = run_cli({"man"});
    EXPECT_EQ(page.out.rfind(".TH VERNIER\\-CLI 1", 0), 0U);
    EXPECT_THAT(page.out, HasSubstr("\\-\\-max\\-drop"));
}

}  // namespace
}  // namespace vernier::test
