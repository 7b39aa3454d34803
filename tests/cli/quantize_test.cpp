// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "core/base/file.h"
#include "tests/cli/process.h"
#include "tests/support/demo.h"
#include "tests/support/model_builder.h"
#include "tests/support/temp_dir.h"

namespace vernier::test {
namespace {

using ::testing::HasSubstr;

std::size_t nodes_of(const Json& document, const std::string& op, const std::string& applied) {
    std::size_t count = 0;
    for (const Json& node : document.at("nodes"))
        if (node.at("op") == op && node.at("applied") == applied) ++count;
    return count;
}

TEST(Plan, ShowsEachNodeWithoutWritingAnything) {
    const Json document = run_cli({"plan", kDemo, "--method", "int8-static", "--set", "op:Gemm,MatMul=fp32", "--json"}).json();
    ASSERT_FALSE(document.at("nodes").empty());
    for (const char* key : {"id", "name", "op", "chosen", "applied", "why"}) EXPECT_TRUE(document.at("nodes").at(0).contains(key)) << key;
    EXPECT_GT(nodes_of(document, "Conv", "int8-static"), 0U);
    EXPECT_EQ(nodes_of(document, "Gemm", "int8-static") + nodes_of(document, "MatMul", "int8-static"), 0U);
    EXPECT_GT(document.at("size_estimate_bytes"), 0);
}

TEST(Plan, ASelectorThatMatchesNothingGetsANearName) {
    const Finished wrong = run_cli({"plan", kDemo, "--method", "fp16", "--set", "op:Convv=fp32"});
    EXPECT_EQ(wrong.exit_code, 64);
    EXPECT_THAT(wrong.err, HasSubstr("Conv"));
    EXPECT_EQ(run_cli({"plan", kDemo, "--method", "fp16", "--set", "op:Conv"}).exit_code, 64);
    EXPECT_EQ(run_cli({"plan", kDemo, "--method", "fp16", "--set", "op:(=fp32"}).exit_code, 64);
}

TEST(Plan, ANamePatternAndANumberThatMatchNothingAreHelpedToo) {
    const Json names = run_cli({"plan", kDemo, "--method", "fp32", "--json"}).json().at("nodes");
    const auto said = [](const std::string& selector) {
        const Finished wrong = run_cli({"plan", kDemo, "--method", "fp16", "--set", selector + "=fp32"});
        EXPECT_EQ(wrong.exit_code, 64) << selector;
        EXPECT_EQ(wrong.out, "");
        return wrong.err;
    };
    EXPECT_THAT(said("name:\"" + names.at(0).at("name").get<std::string>() + "x*\""), HasSubstr("name:\"" + names.at(0).at("name").get<std::string>() + "\""));
    EXPECT_THAT(said("name:\"nothing.like.it*\""), HasSubstr("ames of this model: \"" + names.at(0).at("name").get<std::string>()));
    EXPECT_THAT(said("#9999"), HasSubstr("#0 to #" + std::to_string(names.size() - 1)));
}

TEST(Quantize, HoldsTheFieldsOfTheContract) {
    const TempDir dir;
    const std::string out = (dir / "small.onnx").string(), recipe = (dir / "small.json").string();
    const Finished done = run_cli(
        {"quantize", kDemo, "-o", out, "--method", "int8-static", "--set", "#0=fp32", "--data", kData, "--samples", "20", "--save-recipe", recipe, "--json"});
    ASSERT_EQ(done.exit_code, 0) << done.err;
    const Json document = done.json();
    EXPECT_EQ(document.at("out"), out);
    EXPECT_EQ(document.at("size_bytes"), std::filesystem::file_size(out));
    for (const char* key : {"calibrate", "quantize", "total"}) EXPECT_GE(document.at("seconds").at(key), 0.0) << key;
    EXPECT_GT(document.at("peak_rss_bytes"), 0);
    EXPECT_EQ(document.at("nodes").at(0).at("applied"), "fp32");
    EXPECT_GT(nodes_of(document, "Conv", "int8-static"), 0U);
    EXPECT_THAT(listing(dir.path()), ::testing::ElementsAre("small.json", "small.onnx"));
    // The saved recipe chooses the same again (what is applied may differ where timing decides).
    const Finished again = run_cli({"quantize", kDemo, "-o", (dir / "again.onnx").string(), "--recipe", recipe, "--data", kData, "--json"});
    ASSERT_EQ(again.exit_code, 0) << again.err;
    EXPECT_EQ(again.json().at("recipe"), document.at("recipe"));
    for (std::size_t i = 0; i < document.at("nodes").size(); ++i)
        EXPECT_EQ(again.json().at("nodes").at(i).at("chosen"), document.at("nodes").at(i).at("chosen")) << i;
}

TEST(Quantize, WithoutTimingNothingIsTimedAndTheFileIsTheSameAgain) {
    const TempDir dir;
    const auto made = [&](std::vector<std::string> more) {
        std::vector<std::string> arguments{"quantize", kDemo,    "-o",      (dir / "o.onnx").string(), "--method", "int8-static", "--data", kData, "--samples",
                                           "20",       "--json", "--events"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const Finished done = run_cli(arguments);
        EXPECT_EQ(done.exit_code, 0) << done.err;
        return done;
    };
    EXPECT_THAT(made({}).err, HasSubstr("time the first layers"));
    const Finished first = made({"--no-timing"}), second = made({"--no-timing"});
    EXPECT_THAT(first.err, ::testing::Not(HasSubstr("\"time the")));
    const Json document = first.json();
    EXPECT_EQ(document.at("sha256"), second.json().at("sha256"));
    for (const Json& finding : document.at("findings")) EXPECT_THAT(finding.at("code"), ::testing::Not(::testing::AnyOf("float-prefix", "nothing-to-gain")));
}

TEST(Quantize, StaticWithoutDataSaysWhatIsNeeded) {
    const TempDir dir;
    const Finished wrong = run_cli({"quantize", kDemo, "-o", (dir / "x.onnx").string(), "--method", "int8-static"});
    EXPECT_EQ(wrong.exit_code, 64);
    EXPECT_THAT(wrong.err, HasSubstr("--data"));
    EXPECT_TRUE(listing(dir.path()).empty());
}

TEST(Quantize, NeverWritesOverItsInput) {
    const TempDir dir;
    std::filesystem::copy_file(kDemo, dir / "model.onnx");
    std::filesystem::create_symlink(dir / "model.onnx", dir / "link.onnx");
    const std::string before = sha256_of_file(dir / "model.onnx");
    for (const char* name : {"model.onnx", "link.onnx"}) {
        const Finished wrong = run_cli({"quantize", (dir / "model.onnx").string(), "-o", (dir / name).string(), "--method", "fp32"});
        EXPECT_EQ(wrong.exit_code, 64) << name;
    }
    EXPECT_EQ(sha256_of_file(dir / "model.onnx"), before);
}

TEST(Quantize, NeverWritesOverTheRecipeItSaves) {
    const TempDir dir;
    std::filesystem::create_directory(dir / "sub");
    const Finished wrong = run_cli({"quantize", kDemo, "-o", (dir / "sub/../same").string(), "--method", "fp16", "--save-recipe", (dir / "same").string()});
    EXPECT_EQ(wrong.exit_code, 64) << wrong.err;
    EXPECT_EQ(listing(dir.path()).size(), 1U);
}

/// A model of y = x + w, whose w lies in the file "weights" beside it.
std::string with_external_weights(const TempDir& dir) {
    dir.write("weights", std::string(8, '\0'));
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 2}).initializer("w", std::vector<float>{0, 0}, {2});
    b.node("Add", {"x", "w"}, {"y"}).output("y", ElementType::float32, {1, 2});
    onnx::TensorProto& w = *b.proto().mutable_graph()->mutable_initializer(0);
    w.clear_raw_data();
    w.clear_float_data();
    w.set_data_location(onnx::TensorProto_DataLocation_EXTERNAL);
    onnx::StringStringEntryProto& location = *w.add_external_data();
    location.set_key("location");
    location.set_value("weights");
    return dir.write("model.onnx", b.bytes()).string();
}

TEST(Quantize, NeverWritesOverWeightsOrSamples) {
    const TempDir dir;
    const std::string model = with_external_weights(dir), weights = (dir / "weights").string(), out = (dir / "out.onnx").string();
    const std::string rows = dir.write("rows", R"({"inputs": {"x": [1, 2]}})").string();
    const std::string data = dir.write("d.dataset.json", R"({"version": 1, "source": "jsonl", "splits": {"calibration": {"file": "rows"}}})").string();
    for (const std::vector<std::string>& words : {std::vector<std::string>{"quantize", model, "-o", weights, "--method", "fp16"},
                                                  {"quantize", model, "-o", out, "--method", "fp16", "--save-recipe", weights},
                                                  {"quantize", model, "-o", rows, "--method", "fp16", "--data", data},
                                                  {"compare", model, model, "--report", weights},
                                                  {"compare", model, model, "--data", data, "--report", rows}}) {
        const Finished wrong = run_cli(words);
        EXPECT_EQ(wrong.exit_code, 64) << words[0] << ": " << wrong.err;
        EXPECT_THAT(wrong.err, HasSubstr("overwrite its own input"));
    }
    EXPECT_EQ(read_file(weights), std::string(8, '\0'));
    EXPECT_EQ(read_file(rows).front(), '{');
    EXPECT_FALSE(std::filesystem::exists(out));
}

TEST(Quantize, FewSamplesAreSaid) {
    const TempDir dir;
    const auto code = [&](const char* samples) {
        const Json document =
            run_cli({"quantize", kDemo, "-o", (dir / "x.onnx").string(), "--method", "fp16", "--data", kData, "--samples", samples, "--json"}).json();
        for (const Json& finding : document.at("findings"))
            if (finding.at("code") == "few-samples") return finding.at("severity").get<std::string>();
        return std::string("none");
    };
    EXPECT_EQ(code("3"), "warning");
    EXPECT_EQ(code("20"), "info");
    EXPECT_EQ(code("40"), "none");
    EXPECT_EQ(code("100000"), "info");
}

TEST(Quantize, AnOutputThatCannotBeWritten) {
    const TempDir dir;
    for (const std::string& out : {(dir / "no/such/folder.onnx").string(), std::string("/proc/x.onnx"), dir.path().string()})
        EXPECT_EQ(run_cli({"quantize", kDemo, "-o", out, "--method", "fp32"}).exit_code, 74) << out;
}

/// What stands beside an output, or how long its name is, stops nothing that can be done.
TEST(Quantize, OddPathsAreWrittenOrRefusedWithASentence) {
    const TempDir dir;
    std::filesystem::create_symlink("a.onnx.data", dir / "a.onnx.data");
    std::filesystem::create_symlink("loop", dir / "loop");
    const auto code = [&](const std::string& out) {
        const Finished done = run_cli({"quantize", kDemo, "-o", (dir / out).string(), "--method", "fp16", "--save-recipe", (dir / "loop").string()});
        EXPECT_EQ(std::count(done.err.begin(), done.err.end(), '\n'), done.exit_code == 0 ? 0 : 1) << done.err;
        return done.exit_code;
    };
    EXPECT_EQ(code("a.onnx"), 0);
    EXPECT_EQ(code(std::string(250, 'n') + ".onnx"), 0);
    EXPECT_EQ(code(std::string(251, 'n') + ".onnx"), 74);
    EXPECT_EQ(code("a\nb \xc3\xb6\xff.onnx"), 0);
    EXPECT_EQ(listing(dir.path()).size(), 5U);
}

TEST(Quantize, AFullDiskLeavesNoFile) {
    const TempDir dir;
    Surroundings full;
    full.largest_file = 10'000;
    const Finished wrong = run_cli({"quantize", kDemo, "-o", (dir / "x.onnx").string(), "--method", "fp32", "--save-recipe", (dir / "x.json").string()}, full);
    EXPECT_EQ(wrong.exit_code, 74) << wrong.err;
    EXPECT_TRUE(listing(dir.path()).empty()) << listing(dir.path()).front();
}

TEST(Quantize, ARecipeThatDoesNotFitLeavesNoFileEither) {
    const TempDir dir;
    Surroundings full;
    full.largest_file = 100;
    const Finished wrong = run_cli({"quantize", kDemo, "-o", (dir / "x.onnx").string(), "--method", "fp16", "--save-recipe", (dir / "x.json").string()}, full);
    EXPECT_EQ(wrong.exit_code, 74) << wrong.err;
    EXPECT_THAT(wrong.err, HasSubstr("cannot be written"));
    EXPECT_THAT(wrong.err, HasSubstr("File too large"));
    EXPECT_EQ(std::count(wrong.err.begin(), wrong.err.end(), '\n'), 1);
    EXPECT_TRUE(listing(dir.path()).empty());
}

TEST(Quantize, APipeIsNotReplacedByAFile) {
    const TempDir dir;
    ASSERT_EQ(mkfifo((dir / "pipe").c_str(), 0600), 0);
    const Finished wrong = run_cli({"quantize", kDemo, "-o", (dir / "pipe").string(), "--method", "fp16"});
    EXPECT_EQ(wrong.exit_code, 74) << wrong.err;
    EXPECT_TRUE(std::filesystem::is_fifo(dir / "pipe"));
    EXPECT_EQ(listing(dir.path()).size(), 1U);
}

TEST(Quantize, AnEmptyFolderIsBadData) {
    const TempDir dir;
    std::filesystem::create_directory(dir / "empty");
    const auto with = [&](const std::filesystem::path& data) {
        return run_cli({"quantize", kDemo, "-o", (dir / "x.onnx").string(), "--method", "int8-static", "--data", data.string()}).exit_code;
    };
    EXPECT_EQ(with(dir / "empty"), 65);
    EXPECT_EQ(with(dir / "nowhere"), 66);
    EXPECT_EQ(with(dir.write("wrong.npy", "no array")), 65);
    EXPECT_FALSE(std::filesystem::exists(dir / "x.onnx"));
}

TEST(Quantize, ARecipeWithAnUnknownKeyIsBadData) {
    const TempDir dir;
    const std::string recipe = dir.write("r.json", R"({"vernier_recipe": 1, "default": {"methud": "fp16"}})").string();
    const Finished wrong = run_cli({"quantize", kDemo, "-o", (dir / "x.onnx").string(), "--recipe", recipe});
    EXPECT_EQ(wrong.exit_code, 65);
    EXPECT_THAT(wrong.err, HasSubstr("method"));
}

TEST(Quantize, CancelLeavesNoFile) {
    const TempDir dir;
    const std::vector<std::string> words = {"quantize", kDemo,    "-o",      (dir / "x.onnx").string(), "--method", "int8-static", "--data", kData, "--samples",
                                            "0",        "--json", "--events"};
    Surroundings closing;
    closing.wait_for = "\"stage\":\"calibrate\"";
    closing.then = [](int, int descriptor) { close(descriptor); };
    Surroundings terminating = closing;
    terminating.then = [](int pid, int) { kill(pid, SIGTERM); };
    for (const Surroundings& how : {closing, terminating}) {
        const Finished done = run_cli(words, how);
        EXPECT_EQ(done.exit_code, 130);
        EXPECT_EQ(done.events().back().at("kind"), "cancelled");
        EXPECT_TRUE(listing(dir.path()).empty());
    }
}

}  // namespace
}  // namespace vernier::test
