// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/data/data_support.h"
#include "tests/support/temp_dir.h"

namespace vernier::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// Four samples of two numbers in an .npz, with a dataset file whose keys a test may change.
class DatasetFile : public testing::Test {
protected:
    DatasetFile() {
        write_npz(dir_ / "data.npz", {{"a.npy", npy("|u1", "(4, 2)", std::string("\0\1\2\3\4\5\6\7", 8))},
                                      {"y.npy", npy("<i4", "(4,)", raw<std::int32_t>({0, 1, 1, 0}))},
                                      {"short.npy", npy("<i4", "(3,)", raw<std::int32_t>({0, 1, 1}))},
                                      {"negative.npy", npy("<i4", "(4,)", raw<std::int32_t>({0, -1, 1, 0}))}});
        dir_.write("classes.txt", "cat\ndog\n");
    }

    DatasetPtr open(const std::function<void(Json&)>& change = {}, const ModelPtr& model = pass_through(ElementType::float32, {"N", 2})) {
        Json json = {{"version", 1},
                     {"name", "four"},
                     {"model", "model.onnx"},
                     {"source", "npz"},
                     {"file", "data.npz"},
                     {"arrays", {{"x", "a"}}},
                     {"labels", "y"},
                     {"output", "y"},
                     {"metric", "top1"},
                     {"classes", "classes.txt"},
                     {"preprocess", {{"x", {{"dtype", "float32"}, {"layout_in", "ANY"}, {"scale", 0.5}}}}},
                     {"splits", {{"calibration", {{"range", {0, 1}}}}, {"validation", {{"indices", {1, 3}}}}}}};
        if (change) change(json);
        return open_dataset(dir_.write("t.dataset.json", json.dump()), *model);
    }

    Error error(const std::function<void(Json&)>& change) {
        return error_of([&] { static_cast<void>(open(change)); });
    }

    TempDir dir_;
};

TEST_F(DatasetFile, GivesSamplesAsTheModelTakesThem) {
    const DatasetPtr data = open();
    EXPECT_EQ(data->name(), "four");
    EXPECT_EQ(data->output(), "y");
    EXPECT_TRUE(data->has_labels());
    EXPECT_THAT(data->classes(), ElementsAre("cat", "dog"));
    EXPECT_EQ(data->size(Split::calibration), 1U);
    EXPECT_EQ(data->size(Split::validation), 2U);
    const Sample sample = data->load(Split::validation, 1);
    EXPECT_EQ(sample.name, "#3");
    EXPECT_EQ(sample.label, 0);
    EXPECT_THAT(sample.inputs.at("x").dims, ElementsAre(1, 2));
    EXPECT_THAT(sample.inputs.at("x").as<float>(), ElementsAre(3.0F, 3.5F));
    EXPECT_TRUE(data->findings().empty());
    EXPECT_EQ(data->preprocessing(), "*0.5, float32");
    EXPECT_THROW(static_cast<void>(data->load(Split::validation, 2)), Error);
}

TEST_F(DatasetFile, FingerprintFollowsWhatDefinesTheSamples) {
    const std::string plain = open()->fingerprint();
    EXPECT_EQ(plain.size(), 64U);
    EXPECT_EQ(open([](Json& j) { j["name"] = "other"; })->fingerprint(), plain);
    EXPECT_NE(open([](Json& j) { j["preprocess"]["x"]["scale"] = 0.25; })->fingerprint(), plain);
    EXPECT_NE(open([](Json& j) { j["splits"]["validation"]["indices"] = {1, 2}; })->fingerprint(), plain);
}

TEST_F(DatasetFile, ErrorsNameTheKey) {
    const std::vector<std::pair<std::function<void(Json&)>, std::string>> cases = {
        {[](Json& j) { j["version"] = 2; }, "'version'"},
        {[](Json& j) { j.erase("version"); }, "'version' is missing"},
        {[](Json& j) { j["source"] = "parquet"; }, "'source' is 'parquet'"},
        {[](Json& j) { j["metric"] = "f1"; }, "'metric'"},
        {[](Json& j) { j["output"] = "z"; }, "'output' is 'z'"},
        {[](Json& j) { j["batch"] = -1; }, "'batch'"},
        {[](Json& j) { j["file"] = "../data.npz"; }, "'file' is '../data.npz', which leads out"},
        {[](Json& j) { j["classes"] = "/etc/passwd"; }, "'classes' is '/etc/passwd', which leads out"},
        {[](Json& j) {
             j["arrays"] = {{"x", "nope"}};
         },
         "'arrays.x' is 'nope'"},
        {[](Json& j) {
             j["arrays"] = {{"q", "a"}};
         },
         "input 'q' that the model does not have; it has: x"},
        {[](Json& j) { j["arrays"] = Json::array(); }, "'arrays' is not an object"},
        {[](Json& j) { j["labels"] = "short"; }, "3 labels for 4 samples"},
        {[](Json& j) { j["labels"] = "negative"; }, "'negative' hold -1 at position 1"},
        {[](Json& j) { j["preprocess"]["x"]["dtype"] = "float8"; }, "'preprocess.x.dtype' is 'float8'"},
        {[](Json& j) { j["preprocess"]["x"]["colour"] = "CMYK"; }, "'preprocess.x.colour'"},
        {[](Json& j) { j["preprocess"]["x"]["std"] = {0}; }, "'preprocess.x.std' holds a zero"},
        {[](Json& j) { j["preprocess"]["x"]["resize"] = Json::object(); }, "'preprocess.x.resize'"},
        {[](Json& j) { j["preprocess"]["x"]["dtype"] = "int64"; }, "takes float32[N,2], but sample #1 gives int64[1,2]"},
        {[](Json& j) {
             j["splits"]["validation"] = {{"range", {0, 5}}};
         },
         "'splits.validation.range' asks for sample 5"},
        {[](Json& j) {
             j["splits"]["validation"] = {{"range", {3, 1}}};
         },
         "'splits.validation.range' begins"},
        {[](Json& j) {
             j["splits"]["validation"] = {{"indices", {4}}};
         },
         "'splits.validation.indices'"},
        {[](Json& j) {
             j["splits"]["validation"] = {{"indices", {-1}}};
         },
         "'splits.validation.indices'"},
        {[](Json& j) { j["splits"] = Json::object(); }, "holds no samples"},
        {[](Json& j) { j.erase("splits"); }, "'splits' is missing"}};
    for (const auto& [change, text] : cases) {
        const Error found = error(change);
        EXPECT_EQ(found.kind(), ErrorKind::bad_data) << text;
        EXPECT_THAT(found.line(), HasSubstr(text));
    }
    EXPECT_EQ(error([](Json& j) { j["file"] = "absent.npz"; }).kind(), ErrorKind::not_found);
}

TEST_F(DatasetFile, LabelsBeyondTheClassesAreAnError) {
    dir_.write("classes.txt", "cat\n");
    EXPECT_THAT(error([](Json&) {}).line(), HasSubstr("sample #1 has label 1, but there are only 1 classes"));
}

TEST_F(DatasetFile, WrongShapeNamesInputExpectedAndActual) {
    const Error found = error_of([&] { static_cast<void>(open({}, pass_through(ElementType::float32, {"N", 3}))); });
    EXPECT_EQ(found.kind(), ErrorKind::bad_data);
    EXPECT_THAT(found.line(), HasSubstr("the model's input 'x' takes float32[N,3], but sample #1 gives float32[1,2]"));
}

TEST_F(DatasetFile, SaysWhenSplitsOverlap) {
    const DatasetPtr data = open([](Json& j) { j["splits"]["calibration"] = {{"range", {0, 2}}}; });
    ASSERT_TRUE(has_finding(*data, "splits-overlap"));
    EXPECT_EQ(data->findings().front().severity, Severity::serious);
    EXPECT_THAT(data->findings().front().text, HasSubstr("#1"));
}

TEST_F(DatasetFile, FindsEqualValuesInBothSplits) {
    write_npz(dir_ / "data.npz",
              {{"a.npy", npy("|u1", "(4, 2)", std::string("\0\1\2\3\0\1\6\7", 8))}, {"y.npy", npy("<i4", "(4,)", raw<std::int32_t>({0, 1, 1, 0}))}});
    const DatasetPtr same = open([](Json& j) { j["splits"]["validation"] = {{"indices", {1, 2, 3}}}; });
    ASSERT_TRUE(has_finding(*same, "splits-overlap"));
    EXPECT_EQ(same->findings().front().severity, Severity::serious);
    EXPECT_THAT(same->findings().front().text, HasSubstr("1 of 3 validation samples is also used for calibration (for example #2)"));
}

TEST_F(DatasetFile, FewEqualSamplesAreOnlySaid) {
    std::vector<std::uint16_t> values(202 * 2);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<std::uint16_t>(i);
    std::copy_n(values.begin(), 2, values.end() - 2);
    write_npz(dir_ / "data.npz", {{"a.npy", npy("<u2", "(202, 2)", raw(values))}});
    const DatasetPtr data = open([](Json& j) {
        j.erase("labels");
        j["splits"] = {{"calibration", {{"range", {0, 1}}}}, {"validation", {{"range", {1, 202}}}}};
    });
    const auto& findings = data->findings();
    const auto found = std::find_if(findings.begin(), findings.end(), [](const Finding& f) { return f.code == "splits-overlap"; });
    ASSERT_NE(found, findings.end());
    EXPECT_EQ(found->severity, Severity::info);
    EXPECT_THAT(found->text, HasSubstr("1 of 201"));
}

TEST_F(DatasetFile, SamplesOfAFixedBatchAreStacked) {
    const DatasetPtr data = open([](Json& j) { j["splits"]["validation"] = {{"range", {1, 4}}}; }, pass_through(ElementType::float32, {3, 2}));
    EXPECT_EQ(data->batch(), 3U);
    EXPECT_TRUE(has_finding(*data, "batch-fixed"));
    EXPECT_THAT(data->load(Split::validation, 0).inputs.at("x").dims, ElementsAre(1, 2)) << "a sample stays one sample";
    const std::vector<std::uint64_t> two = {0, 2};
    const Tensor run = load_run(*data, Split::validation, two).at("x");
    EXPECT_THAT(run.dims, ElementsAre(3, 2));
    EXPECT_THAT(run.as<float>(), ElementsAre(1.0F, 1.5F, 3.0F, 3.5F, 1.0F, 1.5F)) << "what is left is filled from the start";
    EXPECT_EQ(open()->batch(), 1U);
}

TEST_F(DatasetFile, NotesUnknownKeys) {
    const DatasetPtr data = open([](Json& j) {
        j["author"] = "me";
        j["preprocess"]["x"]["gamma"] = 2;
    });
    std::string all;
    for (const Finding& finding : data->findings()) all += finding.text;
    EXPECT_THAT(all, HasSubstr("'author'"));
    EXPECT_THAT(all, HasSubstr("'preprocess.x.gamma'"));
}

TEST_F(DatasetFile, MissingLabelsAndSplitsAreFindings) {
    const DatasetPtr data = open([](Json& j) {
        j.erase("labels");
        j["splits"].erase("calibration");
    });
    EXPECT_FALSE(data->has_labels());
    EXPECT_EQ(data->load(Split::validation, 0).label, -1);
    EXPECT_TRUE(has_finding(*data, "labels-missing"));
    EXPECT_TRUE(has_finding(*data, "split-empty"));
}

TEST_F(DatasetFile, BrokenJsonIsOneClearError) {
    const ModelPtr model = pass_through(ElementType::float32, {"N", 2});
    for (const std::string& text : {std::string(), std::string("{"), std::string("[]"), std::string("\xff\xfe"), std::string(100000, '[')}) {
        const auto path = dir_.write("broken.dataset.json", text);
        EXPECT_EQ(error_of([&] { static_cast<void>(open_dataset(path, *model)); }).kind(), ErrorKind::bad_data);
    }
}

TEST_F(DatasetFile, ReadsNpyFiles) {
    dir_.write("a.npy", npy("<f4", "(4, 2)", raw<float>({0, 1, 2, 3, 4, 5, 6, 7})));
    dir_.write("y.npy", npy("<i8", "(4,)", raw<std::int64_t>({1, 0, 1, 0})));
    const DatasetPtr data = open([](Json& j) {
        j["source"] = "npy";
        j["arrays"] = {{"x", "a.npy"}};
        j["labels"] = "y.npy";
        j.erase("file");
    });
    EXPECT_EQ(data->load(Split::calibration, 0).label, 1);
    EXPECT_THAT(data->load(Split::validation, 1).inputs.at("x").as<float>(), ElementsAre(3.0F, 3.5F));
}

class JsonLines : public testing::Test {
protected:
    DatasetPtr open(const std::string& calibration, const std::string& validation) {
        dir_.write("c.jsonl", calibration);
        dir_.write("v.jsonl", validation);
        const auto file = dir_.write("t.dataset.json", R"({"version": 1, "source": "jsonl", "preprocess": {"x": {"dtype": "int64"}},
            "splits": {"calibration": {"file": "c.jsonl"}, "validation": {"file": "v.jsonl"}}})");
        return open_dataset(file, *pass_through(ElementType::int64, {"N", 2, 1}));
    }
    TempDir dir_;
};

TEST_F(JsonLines, ReadsNestedListsLabelsAndText) {
    const DatasetPtr data =
        open("{\"inputs\": {\"x\": [[1], [2]]}, \"label\": 0}\n", "{\"inputs\": {\"x\": [[9007199254740993], [4]]}, \"label\": 3, \"text\": \"hello\"}\r\n\n");
    const Sample sample = data->load(Split::validation, 0);
    EXPECT_THAT(sample.inputs.at("x").dims, ElementsAre(1, 2, 1));
    EXPECT_THAT(sample.inputs.at("x").as<std::int64_t>(), ElementsAre(9007199254740993, 4));
    EXPECT_EQ(sample.label, 3);
    EXPECT_EQ(sample.text, "hello");
    EXPECT_EQ(sample.name, "v.jsonl:1");
}

/// A number that no whole type holds is read as what it is, not as the negative one of the same bits.
TEST_F(JsonLines, AVeryLargeWholeNumberStaysLarge) {
    const std::string line = "{\"inputs\": {\"x\": [18446744073709551615, 1]}, \"label\": 0}\n";
    dir_.write("a.jsonl", line);
    const auto file = dir_.write("large.dataset.json",
                                 R"({"version": 1, "source": "jsonl", "splits": {"calibration": {"file": "a.jsonl"}, "validation": {"file": "a.jsonl"}}})");
    const DatasetPtr data = open_dataset(file, *pass_through(ElementType::float32, {"N", 2}));
    EXPECT_THAT(data->load(Split::validation, 0).inputs.at("x").as<float>(), ElementsAre(18446744073709551615.0F, 1.0F));
}

TEST_F(JsonLines, ErrorsNameTheLine) {
    const std::string good = "{\"inputs\": {\"x\": [[1], [2]]}, \"label\": 0}\n";
    for (const char* bad : {"{\"inputs\": {\"x\": [[1], [2, 3]]}}", "{\"inputs\": {\"x\": [[1], \"a\"]}}", "{\"label\": 1}", "nonsense",
                            "{\"inputs\": {\"x\": [[1], [2]]}, \"label\": -1}"}) {
        const Error found = error_of([&] { static_cast<void>(open(good, good + bad)); });
        EXPECT_EQ(found.kind(), ErrorKind::bad_data) << bad;
        EXPECT_THAT(found.line(), HasSubstr("v.jsonl:2")) << bad;
    }
}

TEST_F(DatasetFile, JsonThatNestsWithoutAnEndIsRefused) {
    const std::string lists = std::string(200'000, '[') + std::string(200'000, ']');
    const Error error = error_of([&] {
        (void)open_dataset(dir_.write("deep.dataset.json", R"({"version": 1, "x": )" + lists + "}"), *pass_through(ElementType::float32, {"N", 2}));
    });
    EXPECT_EQ(error.kind(), ErrorKind::bad_data);
    EXPECT_THAT(error.line(), HasSubstr("deeper than 200"));
}

}  // namespace
}  // namespace vernier::test
