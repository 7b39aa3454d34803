// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <filesystem>

#include "core/base/file.h"
#include "core/data/detail/picture.h"
#include "tests/data/data_support.h"
#include "tests/support/temp_dir.h"

namespace vernier::test {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class Folders : public testing::Test {
protected:
    void put(const std::string& to, const std::string& picture = "source.png") {
        fs::create_directories((dir_ / to).parent_path());
        fs::copy_file(reference(picture), dir_ / to);
    }
    DatasetPtr open(const ModelPtr& model) { return open_dataset(dir_.path(), *model); }
    Error error(const ModelPtr& model) {
        return error_of([&] { static_cast<void>(open(model)); });
    }

    TempDir dir_;
    ModelPtr rgb_ = pass_through(ElementType::float32, {"N", 3, 32, 32});
};

TEST_F(Folders, ClassSubfoldersGiveLabelsAndAFixedSplit) {
    for (int i = 0; i < 5; ++i) {
        put("dog/" + std::to_string(i) + ".png");
        put("cat/" + std::to_string(i) + ".png", "source_grey.png");
    }
    const DatasetPtr data = open(rgb_);
    EXPECT_THAT(data->classes(), ElementsAre("cat", "dog"));
    EXPECT_EQ(data->size(Split::calibration), 5U);
    EXPECT_EQ(data->size(Split::validation), 5U);
    EXPECT_EQ(data->load(Split::validation, 0).name, "cat/1.png");
    EXPECT_EQ(data->load(Split::validation, 4).label, 1);
    EXPECT_TRUE(has_finding(*data, "splits-assumed"));
    EXPECT_TRUE(has_finding(*data, "preprocess-assumed"));
    EXPECT_TRUE(has_finding(*data, "splits-overlap")) << "the copies have the same content";
    EXPECT_EQ(data->preprocessing(), "shortest 32 bilinear, crop 32x32, RGB, /255, NCHW, float32");
}

TEST_F(Folders, AssumedStepsFollowTheModel) {
    put("a/1.png");
    const Sample sample = open(pass_through(ElementType::uint8, {1, 20, 30, 1}))->load(Split::validation, 0);
    EXPECT_THAT(sample.inputs.at("x").dims, ElementsAre(1, 20, 30, 1));
    const Sample scaled = open(rgb_)->load(Split::validation, 0);
    for (const float v : scaled.inputs.at("x").as<float>()) EXPECT_TRUE(v >= 0.0F && v <= 1.0F);
    EXPECT_THAT(error(pass_through(ElementType::int64, {"N", 40})).line(), HasSubstr("takes int64[N,40]"));
}

TEST_F(Folders, AllOfAPictureIsTakenWhereTheInputIsNoSquare) {
    put("1.png");  // 61x47
    EXPECT_THAT(open(pass_through(ElementType::float32, {"N", 3, 47, 61}))->preprocessing(), HasSubstr("resize 61x47"));
    EXPECT_THAT(open(pass_through(ElementType::float32, {"N", 8, 64, 1}))->preprocessing(), HasSubstr("resize 64x8"));
    const std::string square = open(pass_through(ElementType::float32, {"N", 3, 32, 32}))->preprocessing();
    EXPECT_THAT(square, HasSubstr("shortest 32"));
    EXPECT_THAT(square, HasSubstr("crop 32x32"));
    const Sample same = open(pass_through(ElementType::uint8, {1, 47, 61, 3}))->load(Split::validation, 0);
    const auto values = same.inputs.at("x").as<std::uint8_t>();
    const Picture picture = read_picture(dir_ / "1.png");
    EXPECT_TRUE(std::equal(values.begin(), values.end(), picture.pixels.begin(), picture.pixels.end())) << "a picture of the input's size is not touched";
}

TEST_F(Folders, NumericClassFoldersMeanTheirNumbers) {
    put("2/a.png");
    put("10/b.png", "source_420.jpg");
    const DatasetPtr data = open(rgb_);
    EXPECT_EQ(data->load(Split::validation, 0).label, 10);
    EXPECT_EQ(data->load(Split::validation, 1).label, 2);
}

TEST_F(Folders, CalibrationAndValidationFoldersAreTheSplits) {
    put("calibration/cat/1.png", "source_palette.png");
    put("validation/cat/1.png");
    put("validation/dog/2.png");
    const DatasetPtr data = open(rgb_);
    EXPECT_EQ(data->size(Split::calibration), 1U);
    EXPECT_EQ(data->size(Split::validation), 2U);
    EXPECT_FALSE(has_finding(*data, "splits-overlap"));
}

TEST_F(Folders, TrainAndValFoldersAreSplitsAndSaid) {
    for (const char* split : {"train", "val", "test"}) {
        put(std::string(split) + "/cat/1.png", "source_palette.png");
        put(std::string(split) + "/dog/2.png");
    }
    const DatasetPtr data = open(rgb_);
    EXPECT_THAT(data->classes(), ElementsAre("cat", "dog"));
    EXPECT_EQ(data->size(Split::calibration), 2U);
    EXPECT_EQ(data->size(Split::validation), 2U);
    EXPECT_EQ(data->load(Split::validation, 0).name, "val/cat/1.png");
    const auto said =
        std::find_if(data->findings().begin(), data->findings().end(), [](const Finding& finding) { return finding.code == "splits-from-folders"; });
    ASSERT_NE(said, data->findings().end());
    EXPECT_EQ(said->text, "The pictures in 'train' calibrate, those in 'val' validate; not used: test.");
}

TEST_F(Folders, AClassMayBeCalledTrain) {
    put("bus/1.png");
    put("train/1.png", "source_palette.png");
    EXPECT_THAT(open(rgb_)->classes(), ElementsAre("bus", "train"));
}

TEST_F(Folders, PicturesThatAreNotReadAreNamed) {
    put("cat/1.png");
    dir_.write("cat/2.heic", "x");
    dir_.write("cat/3.GIF", "x");
    const DatasetPtr data = open(rgb_);
    const auto said = std::find_if(data->findings().begin(), data->findings().end(), [](const Finding& finding) { return finding.code == "pictures-skipped"; });
    ASSERT_NE(said, data->findings().end());
    EXPECT_THAT(said->text, HasSubstr("1 .gif, 1 .heic"));
    fs::remove(dir_ / "cat/1.png");
    EXPECT_THAT(error(rgb_).line(), HasSubstr(".gif, which is not read"));
}

TEST_F(Folders, TheWayToPicturesThatLieDeeperIsSaid) {
    put("images/a/b/1.png");
    EXPECT_THAT(error(rgb_).line(), HasSubstr("there are pictures in images/a/b"));
}

TEST_F(Folders, LabelsUnderAnotherNameAreTakenAndOtherArraysAreNamed) {
    const std::string pixels = npy("<f4", "(6, 4)", raw(std::vector<float>(24, 0.5F))), classes = npy("<i8", "(6,)", raw<std::int64_t>({0, 1, 2, 0, 1, 2}));
    const ModelPtr model = pass_through(ElementType::float32, {"N", 4});
    for (const char* name : {"y.npy", "label.npy", "Y.npy"}) {
        write_npz(dir_ / "d.npz", {{"X.npy", pixels}, {name, classes}});
        const DatasetPtr data = open_dataset(dir_ / "d.npz", *model);
        EXPECT_TRUE(data->has_labels()) << name;
        EXPECT_TRUE(has_finding(*data, "labels-assumed")) << name;
        EXPECT_FALSE(has_finding(*data, "members-unused")) << name;
    }
    write_npz(dir_ / "d.npz", {{"x.npy", pixels}, {"y.npy", pixels}, {"extra.npy", classes}});
    const DatasetPtr data = open_dataset(dir_ / "d.npz", *model);
    EXPECT_FALSE(data->has_labels()) << "y holds no classes";
    EXPECT_TRUE(has_finding(*data, "members-unused"));
    write_npz(dir_ / "d.npz", {{"y.npy", pixels}});
    EXPECT_EQ(open_dataset(dir_ / "d.npz", *model)->size(Split::validation), 3U) << "the only array is the input";
}

TEST_F(Folders, OneSplitFolderAloneIsNoClass) {
    put("calibration/1.png");
    const DatasetPtr data = open(rgb_);
    EXPECT_EQ(data->size(Split::calibration), 1U);
    EXPECT_EQ(data->size(Split::validation), 0U);
    EXPECT_TRUE(has_finding(*data, "split-empty"));
}

TEST_F(Folders, LabelsCsvOfASpreadsheet) {
    put("one.png");
    dir_.write("labels.csv",
               "\xEF\xBB\xBF"
               "File,Label\r\none.png,7\r\n");
    EXPECT_EQ(open(rgb_)->load(Split::validation, 0).label, 7);
}

TEST_F(Folders, LabelsCsvMayHoldNumbersOrNames) {
    put("one.png");
    put("two, three.png");
    dir_.write("labels.csv", "file,label\none.png,7\n\"two, three.png\",0\n");
    EXPECT_EQ(open(rgb_)->load(Split::validation, 0).label, 7);
    EXPECT_EQ(open(rgb_)->load(Split::validation, 1).name, "two, three.png");
    dir_.write("labels.csv", "one.png,dog\n\"two, three.png\",cat\n");
    EXPECT_EQ(open(rgb_)->load(Split::validation, 0).label, 1);
    dir_.write("labels.csv", "../one.png,dog\n");
    EXPECT_THAT(error(rgb_).line(), HasSubstr("leads out"));
    dir_.write("labels.csv", "gone.png,dog\n");
    EXPECT_EQ(error(rgb_).kind(), ErrorKind::not_found);
    dir_.write("labels.csv", "one.png\n");
    EXPECT_THAT(error(rgb_).line(), HasSubstr("labels.csv:1"));
}

TEST_F(Folders, EmptyOrAbsentFoldersHaveTheirOwnErrors) {
    EXPECT_EQ(error(rgb_).kind(), ErrorKind::bad_data);
    EXPECT_EQ(error_of([&] { static_cast<void>(open_dataset(dir_ / "absent", *rgb_)); }).kind(), ErrorKind::not_found);
    dir_.write("data.txt", "x");
    EXPECT_EQ(error_of([&] { static_cast<void>(open_dataset(dir_ / "data.txt", *rgb_)); }).kind(), ErrorKind::bad_data);
}

TEST_F(Folders, ABrokenPictureIsNamed) {
    for (int i = 0; i < 6; ++i) put("a/" + std::to_string(i) + ".png");
    dir_.write("a/3.png", "broken");
    const DatasetPtr data = open(rgb_);
    const Error found = error_of([&] {
        for (const Split split : {Split::calibration, Split::validation})
            for (std::uint64_t i = 0; i < data->size(split); ++i) static_cast<void>(data->load(split, i));
    });
    EXPECT_EQ(found.kind(), ErrorKind::bad_data);
    EXPECT_THAT(found.line(), HasSubstr("a/3.png"));
}

TEST_F(Folders, ImageItemsOfADatasetFile) {
    put("pictures/1.png");
    put("pictures/2.jpg", "source_444.jpg");
    const auto text = [](const std::string& crop) {
        return R"({"version": 1, "source": "images", "folder": "pictures", "preprocess": {"x": {"resize": {"mode": "exact", "width": 40,
            "height": 36, "filter": "bicubic"}, "crop": {"width": )" +
               crop + R"(, "height": 32}, "layout_out": "NCHW"}},
            "splits": {"calibration": {"items": [{"file": "1.png"}]}, "validation": {"items": [{"file": "2.jpg", "label": 4}]}}})";
    };
    const auto no_file =
        dir_.write("bad.dataset.json", R"({"version": 1, "source": "images", "folder": "pictures", "splits": {"validation": {"items": [{}]}}})");
    EXPECT_THAT(error_of([&] { static_cast<void>(open_dataset(no_file, *rgb_)); }).line(), HasSubstr("'splits.validation.items[0].file' is missing"));
    std::filesystem::remove(no_file);
    const DatasetPtr data = open_dataset(dir_.write("t.dataset.json", text("32")), *rgb_);
    EXPECT_THAT(data->files(), testing::Contains(dir_ / "pictures/2.jpg"));
    EXPECT_EQ(data->load(Split::validation, 0).label, 4);
    EXPECT_TRUE(data->has_labels());
    const Preview preview = preview_of(data->load(Split::calibration, 0));
    EXPECT_EQ(preview.width, 32);
    EXPECT_EQ(preview.rgb.size(), 32U * 32U * 3U);
    const auto wide = dir_.write("t.dataset.json", text("41"));
    EXPECT_THAT(error_of([&] { static_cast<void>(open_dataset(wide, *rgb_)); }).line(), HasSubstr("is 40x36 where it is cropped to 41x32"));
    EXPECT_EQ(open_dataset(wide.parent_path() / "pictures", *rgb_)->size(Split::validation), 2U);
}

TEST_F(Folders, OnnxTestDataIsFedAsItIs) {
    const ModelPtr model = pass_through(ElementType::float32, {"N", 2});
    const auto tensor = [](std::vector<float> values) { return tensor_proto("t", values, {1, 2}).SerializeAsString(); };
    for (int i = 0; i < 11; ++i) {
        const std::string set = "test_data_set_" + std::to_string(i);
        fs::create_directories(dir_ / set);
        dir_.write(set + "/input_0.pb", tensor({static_cast<float>(i), 1.0F}));
        dir_.write(set + "/output_0.pb", tensor({0.5F, static_cast<float>(i % 2)}));
    }
    const DatasetPtr data = open(model);
    EXPECT_EQ(data->size(Split::calibration), 5U);
    const Sample last = data->load(Split::calibration, 4);
    EXPECT_EQ(last.name, "test_data_set_10");
    EXPECT_THAT(last.inputs.at("x").as<float>(), ElementsAre(10.0F, 1.0F));
    EXPECT_EQ(last.label, 0);
    EXPECT_EQ(data->load(Split::validation, 1).label, 1);

    const auto file = dir_.write("t.dataset.json", R"({"version": 1, "source": "onnx_test_data", "splits":
        {"calibration": {"folders": ["test_data_set_1"]}, "validation": {"folders": ["test_data_set_1", "test_data_set_2"]}}})");
    EXPECT_TRUE(has_finding(*open_dataset(file, *model), "splits-overlap"));
    dir_.write("test_data_set_2/input_0.pb", std::string("\x08\x01\x08\x02", 4));
    EXPECT_THROW(static_cast<void>(open_dataset(file, *model)->load(Split::validation, 1)), Error);
    dir_.write("test_data_set_1/input_0.pb", "nonsense");
    EXPECT_EQ(error_of([&] { static_cast<void>(open_dataset(file, *model)); }).kind(), ErrorKind::bad_data);
}

TEST_F(Folders, PlainArraysTakeNamesAndLayoutFromTheModel) {
    std::vector<std::uint8_t> pixels(6 * 4 * 5 * 3);
    for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i % 251);
    const std::string array = npy("|u1", "(6, 4, 5, 3)", raw(pixels));
    write_npz(dir_ / "d.npz", {{"images.npy", array}, {"labels.npy", npy("<i8", "(6,)", raw<std::int64_t>({0, 1, 2, 3, 4, 5}))}});
    const ModelPtr model = pass_through(ElementType::float32, {"N", 3, 4, 5});
    const DatasetPtr data = open_dataset(dir_ / "d.npz", *model);
    EXPECT_EQ(data->size(Split::calibration), 3U);
    const Sample sample = data->load(Split::calibration, 0);
    EXPECT_THAT(sample.inputs.at("x").dims, ElementsAre(1, 3, 4, 5));
    EXPECT_EQ(sample.inputs.at("x").as<float>()[1], 3.0F);
    EXPECT_EQ(data->load(Split::calibration, 2).label, 5);
    dir_.write("d.npy", array);
    EXPECT_FALSE(open_dataset(dir_ / "d.npy", *model)->has_labels());
    EXPECT_THAT(error_of([&] { static_cast<void>(open_dataset(dir_ / "d.npy", *rgb_)); }).line(), HasSubstr("takes float32[N,3,32,32]"));
}

/// An .npy file of so many samples of two numbers.
DatasetPtr plain_samples(const TempDir& dir, int count) {
    const std::string array = npy("<f4", "(" + std::to_string(count) + ", 2)", raw(std::vector<float>(2 * static_cast<std::size_t>(count), 1.0F)));
    return open_dataset(dir.write("plain.npy", array), *pass_through(ElementType::float32, {"N", 2}));
}

TEST_F(Folders, FewSamplesAreDividedSoThatRangesHaveTenOrHalf) {
    for (const auto& [all, calibrating] : {std::pair(5, 2), {8, 4}, {9, 4}, {20, 10}, {30, 10}, {49, 10}, {50, 10}, {103, 20}}) {
        const DatasetPtr data = plain_samples(dir_, all);
        EXPECT_EQ(data->size(Split::calibration), static_cast<std::uint64_t>(calibrating)) << all;
        EXPECT_EQ(data->size(Split::validation), static_cast<std::uint64_t>(all - calibrating)) << all;
        const auto said =
            std::find_if(data->findings().begin(), data->findings().end(), [](const Finding& finding) { return finding.code == "splits-assumed"; });
        ASSERT_NE(said, data->findings().end()) << all;
        EXPECT_THAT(said->text, HasSubstr(all < 50 ? "only " + std::to_string(all) + " samples" : "every fifth")) << all;
    }
}

TEST_F(Folders, FewSamplesThatTakeTurnsInClassGiveBothClassesToBothSplits) {
    std::vector<std::int64_t> labels;
    for (int i = 0; i < 8; ++i) labels.push_back(i % 2);
    write_npz(dir_ / "d.npz", {{"x.npy", npy("<f4", "(8, 2)", raw(std::vector<float>(16, 1.0F)))}, {"labels.npy", npy("<i8", "(8,)", raw(labels))}});
    const DatasetPtr data = open_dataset(dir_ / "d.npz", *pass_through(ElementType::float32, {"N", 2}));
    for (const Split split : {Split::calibration, Split::validation}) {
        std::int64_t ones = 0;
        for (std::uint64_t i = 0; i < data->size(split); ++i) ones += data->load(split, i).label;
        EXPECT_EQ(ones, 2) << static_cast<int>(split);
    }
}

TEST_F(Folders, FewerThanFiveSamplesServeBothSplitsLoudly) {
    put("a/1.png");
    put("a/2.png", "source_420.jpg");
    const DatasetPtr data = open(rgb_);
    EXPECT_EQ(data->size(Split::calibration), 2U);
    EXPECT_TRUE(has_finding(*data, "splits-overlap"));
}

}  // namespace
}  // namespace vernier::test
