// SPDX-License-Identifier: GPL-3.0-or-later
// Targets that are more than a class: arrays of any rank, and masks beside pictures.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/data/detail/picture.h"
#include "tests/data/data_support.h"
#include "tests/support/temp_dir.h"

namespace vernier::test {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<float> floats(std::size_t count) {
    std::vector<float> values;
    for (std::size_t i = 0; i < count; ++i) values.push_back(static_cast<float>(i));
    return values;
}

class Targets : public testing::Test {
protected:
    DatasetPtr open(const std::vector<std::pair<std::string, std::string>>& more) {
        std::vector<std::pair<std::string, std::string>> members = {{"x.npy", npy("<f4", "(10, 3)", raw(floats(30)))}};
        members.insert(members.end(), more.begin(), more.end());
        write_npz(dir_ / "d.npz", members);
        return open_dataset(dir_ / "d.npz", *pass_through(ElementType::float32, {"N", 3}));
    }
    void put(const std::string& to, const std::string& picture) {
        fs::create_directories((dir_ / to).parent_path());
        fs::copy_file(reference(picture), dir_ / to);
    }
    TempDir dir_;
};

TEST_F(Targets, ArraysOfAnyRankAreCutSampleBySample) {
    const DatasetPtr data = open({{"targets.npy", npy("<f4", "(10, 2, 3)", raw(floats(60)))}});
    EXPECT_EQ(data->target(), TargetForm::numbers);
    EXPECT_FALSE(data->has_labels());
    EXPECT_FALSE(data->classifies());
    EXPECT_FALSE(has_finding(*data, "labels-missing"));
    EXPECT_FALSE(has_finding(*data, "targets-assumed"));
    const Sample sample = data->load(Split::validation, 0);
    ASSERT_TRUE(sample.target.values);
    EXPECT_THAT(sample.target.values->dims, ElementsAre(2, 3));
    const float first = sample.target.values->as<float>()[0];
    EXPECT_EQ(sample.name, "#" + std::to_string(static_cast<int>(first) / 6)) << "the target of the same sample";
    EXPECT_FALSE(data->load(Split::calibration, 0).target.known()) << "calibration needs none";
}

TEST_F(Targets, OneNumberASampleAndWholeNumbersAreTargetsToo) {
    EXPECT_EQ(open({{"targets.npy", npy("<f8", "(10,)", raw(std::vector<double>(10, 0.5)))}})->target(), TargetForm::numbers);
    EXPECT_EQ(open({{"targets.npy", npy("<i8", "(10, 4)", raw(std::vector<std::int64_t>(40, 2)))}})->target(), TargetForm::whole);
}

TEST_F(Targets, AnArrayOfAnotherUsualNameIsTakenAndSaid) {
    const DatasetPtr data = open({{"y.npy", npy("<f4", "(10, 1)", raw(floats(10)))}});
    EXPECT_EQ(data->target(), TargetForm::numbers);
    EXPECT_TRUE(has_finding(*data, "targets-assumed"));
    EXPECT_FALSE(has_finding(*data, "members-unused"));
    const DatasetPtr labelled = open({{"y.npy", npy("<i8", "(10,)", raw(std::vector<std::int64_t>(10, 1)))}});
    EXPECT_EQ(labelled->target(), TargetForm::label) << "class indices stay labels";
    EXPECT_TRUE(labelled->has_labels());
}

TEST_F(Targets, AnotherCountThanThatOfTheSamplesIsAnError) {
    const Error error = error_of([&] { static_cast<void>(open({{"targets.npy", npy("<f4", "(9, 2)", raw(floats(18)))}})); });
    EXPECT_EQ(error.kind(), ErrorKind::bad_data);
    EXPECT_THAT(error.line(), HasSubstr("[9,2]"));
    EXPECT_THAT(error.line(), HasSubstr("10 samples"));
}

TEST_F(Targets, OtherTargetsAreAnotherDataset) {
    const std::string first = open({{"targets.npy", npy("<f4", "(10,)", raw(floats(10)))}})->fingerprint();
    EXPECT_NE(first, open({{"targets.npy", npy("<f4", "(10,)", raw(std::vector<float>(10)))}})->fingerprint());
}

TEST(Mask, NumbersOfClassesAreReadInEveryForm) {
    for (const char* name : {"mask_grey.png", "mask_palette.png", "mask_bits.png", "mask_rgb.png"}) {
        const Picture mask = read_mask(reference(name));
        ASSERT_EQ(mask.width, 9) << name;
        ASSERT_EQ(mask.height, 6) << name;
        ASSERT_EQ(mask.channels, 1) << name;
        for (int y = 0; y < 6; ++y)
            for (int x = 0; x < 9; ++x) EXPECT_EQ(mask.pixels[static_cast<std::size_t>(9 * y + x)], (x + 3 * y) % 5) << name << " " << x << "," << y;
    }
}

TEST(Mask, ColoursSixteenBitsAndOtherFormsAreErrorsThatSayWhy) {
    EXPECT_THAT(error_of([] { static_cast<void>(read_mask(reference("mask_colour.png"))); }).line(), HasSubstr("colours"));
    EXPECT_THAT(error_of([] { static_cast<void>(read_mask(reference("mask_wide.png"))); }).line(), HasSubstr("16 bits"));
    EXPECT_THAT(error_of([] { static_cast<void>(read_mask(reference("source_420.jpg"))); }).line(), HasSubstr("PNG"));
    EXPECT_EQ(error_of([] { static_cast<void>(decode_mask({}, "m.png")); }).kind(), ErrorKind::bad_data);
}

TEST_F(Targets, MasksBesidePicturesGetTheSizeOfTheModelsInput) {
    for (int i = 0; i < 6; ++i) {
        put("images/" + std::to_string(i) + ".png", "mask_picture.png");
        put("masks/" + std::to_string(i) + ".png", "mask_palette.png");
    }
    const DatasetPtr same = open_dataset(dir_.path(), *pass_through(ElementType::float32, {"N", 3, 6, 9}));
    EXPECT_EQ(same->target(), TargetForm::whole);
    EXPECT_FALSE(same->classifies());
    const Tensor crop = *open_dataset(dir_.path(), *pass_through(ElementType::float32, {"N", 3, 6, 6}))->load(Split::validation, 0).target.values;
    EXPECT_THAT(crop.dims, ElementsAre(6, 6));
    for (int y = 0; y < 6; ++y)
        for (int x = 0; x < 6; ++x) EXPECT_EQ(crop.as<std::int16_t>()[static_cast<std::size_t>(6 * y + x)], (x + 1 + 3 * y) % 5) << "cropped from the middle";
    const Tensor twice = *open_dataset(dir_.path(), *pass_through(ElementType::float32, {"N", 3, 12, 12}))->load(Split::validation, 0).target.values;
    for (int y = 0; y < 12; ++y)
        for (int x = 0; x < 12; ++x)
            EXPECT_EQ(twice.as<std::int16_t>()[static_cast<std::size_t>(12 * y + x)], ((x + 3) / 2 + 3 * (y / 2)) % 5) << "the nearest pixel, never a mixture";
}

TEST_F(Targets, AMaskThatIsMissingOrOfAnotherSizeIsAnErrorThatNamesIt) {
    for (int i = 0; i < 6; ++i) put("images/" + std::to_string(i) + ".png", "mask_picture.png");
    for (int i = 0; i < 5; ++i) put("masks/" + std::to_string(i) + ".png", "mask_grey.png");
    const auto model = pass_through(ElementType::float32, {"N", 3, 6, 6});
    const Error missing = error_of([&] { static_cast<void>(open_dataset(dir_.path(), *model)); });
    EXPECT_EQ(missing.kind(), ErrorKind::not_found);
    EXPECT_THAT(missing.line(), HasSubstr("masks/5.png"));
    put("masks/5.png", "mask_grey.png");
    EXPECT_EQ(open_dataset(dir_.path(), *model)->target(), TargetForm::whole);
    for (int i = 0; i < 6; ++i) fs::remove(dir_ / ("images/" + std::to_string(i) + ".png"));
    for (int i = 0; i < 6; ++i) put("images/" + std::to_string(i) + ".png", "source.png");
    EXPECT_THAT(error_of([&] { static_cast<void>(open_dataset(dir_.path(), *model)); }).line(), HasSubstr("the mask is 9x6"));
}

TEST_F(Targets, ADatasetFileNamesTheFolderOfMasks) {
    put("photos/a.png", "mask_picture.png");
    put("photos/b.png", "mask_picture.png");
    put("truth/a.png", "mask_grey.png");
    put("truth/other.png", "mask_palette.png");
    dir_.write("d.dataset.json", R"({"version": 1, "source": "images", "folder": "photos", "masks": "truth", "task": "segmentation", "ignore": 4,
        "splits": {"validation": {"items": [{"file": "a.png"}, {"file": "b.png", "mask": "other.png"}]}}})");
    const DatasetPtr data = open_dataset(dir_ / "d.dataset.json", *pass_through(ElementType::float32, {"N", 3, 6, 6}));
    EXPECT_EQ(data->task().task, Task::segmentation);
    EXPECT_EQ(data->task().ignore, 4);
    EXPECT_EQ(data->load(Split::validation, 1).target.values->bytes, data->load(Split::validation, 0).target.values->bytes);
    EXPECT_EQ(data->files().size(), 5U);
}

TEST_F(Targets, TextsStandInLabelsTxtBesideAnAlphabet) {
    for (int i = 0; i < 6; ++i) put(std::to_string(i) + ".png", "mask_picture.png");
    dir_.write("labels.txt", "0.png\tab c\n1.png\tb\n2.png\t\n3.png a\n4.png\tc\n5.png\tü\n");
    const auto model = pass_through(ElementType::float32, {"N", 3, 6, 6});
    EXPECT_EQ(open_dataset(dir_.path(), *model)->target(), TargetForm::label) << "without an alphabet they are names of classes";
    dir_.write("alphabet.txt", "abc ü");
    const DatasetPtr data = open_dataset(dir_.path(), *model);
    EXPECT_EQ(data->target(), TargetForm::text);
    EXPECT_THAT(data->task().alphabet, ElementsAre("a", "b", "c", " ", "ü"));
    EXPECT_FALSE(data->classifies());
    std::map<std::string, std::string> texts;
    for (std::uint64_t i = 0; i < data->size(Split::validation); ++i) {
        const Sample sample = data->load(Split::validation, i);
        texts[sample.name] = sample.target.text.value();
    }
    const std::map<std::string, std::string> all = {{"0.png", "ab c"}, {"1.png", "b"}, {"2.png", ""}, {"3.png", "a"}, {"4.png", "c"}, {"5.png", "ü"}};
    EXPECT_EQ(texts.size(), 3U);
    for (const auto& [name, text] : texts) EXPECT_EQ(all.at(name), text) << name;
    dir_.write("alphabet.txt", "a\nb\n \n");
    EXPECT_THAT(open_dataset(dir_.path(), *model)->task().alphabet, ElementsAre("a", "b", " "));
}

TEST_F(Targets, TextsStandInACsvUnderTheHeadingText) {
    for (int i = 0; i < 6; ++i) put(std::to_string(i) + ".png", "mask_picture.png");
    dir_.write("labels.csv", "file,text\n0.png,\"a, b\"\n1.png,b\n2.png,\n3.png,1\n4.png,2\n5.png,3\n");
    const DatasetPtr data = open_dataset(dir_.path(), *pass_through(ElementType::float32, {"N", 3, 6, 6}));
    EXPECT_EQ(data->target(), TargetForm::text);
    EXPECT_TRUE(data->classes().empty());
}

TEST_F(Targets, JsonLinesHoldTextsOrNumbers) {
    const auto model = pass_through(ElementType::float32, {"N", 2});
    const std::string file = R"({"version": 1, "source": "jsonl", "alphabet": ["a", "b"], "blank": 2, "splits": {"validation": {"file": "v.jsonl"}}})";
    dir_.write("d.dataset.json", file);
    dir_.write("v.jsonl", "{\"inputs\": {\"x\": [1, 2]}, \"target\": \"ab\"}\n{\"inputs\": {\"x\": [1, 2]}, \"target\": \"\"}\n");
    const DatasetPtr texts = open_dataset(dir_ / "d.dataset.json", *model);
    EXPECT_EQ(texts->target(), TargetForm::text);
    EXPECT_EQ(texts->load(Split::validation, 0).target.text, "ab");
    EXPECT_EQ(texts->task().blank, 2);
    dir_.write("v.jsonl", "{\"inputs\": {\"x\": [1, 2]}, \"target\": [[1], [2]]}\n{\"inputs\": {\"x\": [1, 2]}, \"target\": [[1], [0.5]]}\n");
    const DatasetPtr numbers = open_dataset(dir_ / "d.dataset.json", *model);
    EXPECT_EQ(numbers->target(), TargetForm::numbers);
    EXPECT_THAT(numbers->load(Split::validation, 0).target.values->dims, ElementsAre(2, 1));
    dir_.write("v.jsonl", "{\"inputs\": {\"x\": [1, 2]}, \"target\": 3}\n{\"inputs\": {\"x\": [1, 2]}, \"target\": \"b\"}\n");
    EXPECT_THAT(error_of([&] { static_cast<void>(open_dataset(dir_ / "d.dataset.json", *model)); }).line(), HasSubstr("v.jsonl:2 is a text"));
}

TEST_F(Targets, ArraysHaveTheirTextsInAFileWithALineASample) {
    static_cast<void>(open({}));
    dir_.write("t.txt", "a\n\nb c\nd\ne\nf\ng\nh\ni\nj\n");
    dir_.write("d.dataset.json", R"({"version": 1, "source": "npz", "file": "d.npz", "arrays": {"x": "x"}, "texts": "t.txt", "alphabet": "abc",
        "splits": {"validation": {"range": [0, 10]}}})");
    const auto model = pass_through(ElementType::float32, {"N", 3});
    const DatasetPtr data = open_dataset(dir_ / "d.dataset.json", *model);
    EXPECT_EQ(data->target(), TargetForm::text);
    EXPECT_EQ(data->load(Split::validation, 1).target.text, "");
    EXPECT_EQ(data->load(Split::validation, 2).target.text, "b c");
    dir_.write("t.txt", "a\n");
    EXPECT_THAT(error_of([&] { static_cast<void>(open_dataset(dir_ / "d.dataset.json", *model)); }).line(), HasSubstr("1 lines of texts for 10 samples"));
}

}  // namespace
}  // namespace vernier::test
