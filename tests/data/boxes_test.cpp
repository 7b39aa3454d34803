// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures with boxes: COCO's file, YOLO folders, and where boxes come to lie in a model's input.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/data/detail/boxes.h"
#include "tests/data/data_support.h"
#include "tests/support/temp_dir.h"

namespace vernier::test {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kPicture = "mask_picture.png";  // 9x6

class Boxes : public testing::Test {
protected:
    void put(const std::string& to) {
        fs::create_directories((dir_ / to).parent_path());
        fs::copy_file(reference(kPicture), dir_ / to);
    }
    fs::path write(const std::string& to, const std::string& text) {
        fs::create_directories((dir_ / to).parent_path());
        return dir_.write(to, text);
    }
    static std::vector<double> rows(const Sample& sample) {
        const auto values = sample.target.values->as<double>();
        return {values.begin(), values.end()};
    }
    TempDir dir_;
    ModelPtr square_ = pass_through(ElementType::float32, {"N", 3, 12, 12});
};

constexpr const char* kCoco = R"({"images": [{"id": 7, "file_name": "a.png"}, {"id": 3, "file_name": "b.png"}],
    "categories": [{"id": 18, "name": "dog"}, {"id": 2, "name": "cat"}],
    "annotations": [{"id": 1, "image_id": 7, "category_id": 18, "bbox": [3, 0, 3, 6], "iscrowd": 0, "area": 18},
                    {"id": 2, "image_id": 7, "category_id": 2, "bbox": [-3, 3, 6, 9], "iscrowd": 1, "area": 54}]})";

TEST_F(Boxes, OfCocoLieInTheLetterboxOfTheModelsInput) {
    put("images/a.png");
    put("images/b.png");
    const DatasetPtr data = open_dataset(write("annotations/instances.json", kCoco), *square_);
    EXPECT_EQ(data->target(), TargetForm::boxes);
    EXPECT_THAT(data->classes(), ElementsAre("cat", "dog")) << "in the order of their ids";
    EXPECT_FALSE(data->classifies());
    EXPECT_EQ(data->preprocessing(), "letterbox 12x12 bilinear grey 114, RGB, /255, NCHW, float32");
    const Sample first = data->load(Split::validation, 0);
    EXPECT_EQ(first.name, "a.png");
    EXPECT_THAT(rows(first), ElementsAre(4, 2, 8, 10, 1, 0, 0, 6, 4, 12, 0, 1)) << "scaled by 4/3, two rows of grey above, cut at the edges";
    EXPECT_EQ(first.target.width, 12);
    const auto pixels = first.inputs.at("x").as<float>();
    EXPECT_FLOAT_EQ(pixels[0], 114.0F / 255.0F);
    EXPECT_FLOAT_EQ(pixels[143], 114.0F / 255.0F);
    EXPECT_THAT(data->load(Split::validation, 1).target.values->dims, ElementsAre(0, 6)) << "a picture without objects has a target";
}

TEST_F(Boxes, OfCocoNameWhatIsWrong) {
    put("a.png");
    put("b.png");
    const auto line = [&](std::string text, const std::string& from, const std::string& to) {
        text.replace(text.find(from), from.size(), to);
        const fs::path file = write("c.json", text);
        return error_of([&] { static_cast<void>(open_dataset(file, *square_)); }).line();
    };
    EXPECT_THAT(line(kCoco, "\"image_id\": 7", "\"image_id\": 9"), HasSubstr("annotations[0].image_id"));
    EXPECT_THAT(line(kCoco, "\"category_id\": 18", "\"category_id\": 19"), HasSubstr("annotations[0].category_id' is 19"));
    EXPECT_THAT(line(kCoco, "[3, 0, 3, 6]", "[3, 0, 3]"), HasSubstr("annotations[0].bbox"));
    EXPECT_THAT(line(kCoco, "a.png", "../a.png"), HasSubstr("images[0].file_name"));
    EXPECT_THAT(line(kCoco, "a.png", "z.png"), HasSubstr("z.png"));
    EXPECT_THAT(line(kCoco, "\"id\": 3", "\"id\": 7"), HasSubstr("stands twice"));
    EXPECT_THAT(line(kCoco, "\"categories\": [", "\"categories\": 3, \"more\": ["), HasSubstr("'categories' is no list"));
}

TEST_F(Boxes, OfAYoloFolderFollowItsYaml) {
    for (const char* name : {"train/a", "train/b", "val/c", "val/d"}) put("images/" + std::string(name) + ".png");
    write("labels/val/c.txt", "1 0.5 0.5 0.2222222222222222 1\n\n");
    write("data.yaml", "path: ../somewhere  # moved\ntrain: images/train\nval: images/val\nnc: 2\nnames:\n  0: cat\n  1: 'dog'\n");
    const DatasetPtr data = open_dataset(dir_.path(), *square_);
    EXPECT_THAT(data->classes(), ElementsAre("cat", "dog"));
    EXPECT_EQ(data->size(Split::calibration), 2U);
    EXPECT_EQ(data->size(Split::validation), 2U);
    const Sample sample = data->load(Split::validation, 0);
    EXPECT_EQ(sample.name, "images/val/c.png");
    const auto box = rows(sample);
    ASSERT_EQ(box.size(), 6U);
    EXPECT_NEAR(box[0], 6 - 4.0 / 3, 1e-9);
    EXPECT_NEAR(box[1], 2, 1e-9);
    EXPECT_NEAR(box[2], 6 + 4.0 / 3, 1e-9);
    EXPECT_NEAR(box[3], 10, 1e-9);
    EXPECT_EQ(box[4], 1);
    EXPECT_THAT(data->load(Split::validation, 1).target.values->dims, ElementsAre(0, 6));
    write("data.yaml", "train: images/train\nval: images/val\nnames: [cat, dog]\n");
    EXPECT_THAT(open_dataset(dir_.path(), *square_)->classes(), ElementsAre("cat", "dog"));
    write("data.yaml", "train: images/train\nval: images/other\nnames: [cat, dog]\n");
    EXPECT_THAT(error_of([&] { static_cast<void>(open_dataset(dir_.path(), *square_)); }).line(), HasSubstr("images/other"));
}

TEST_F(Boxes, OfAYoloFolderWithoutYamlLieInLabels) {
    for (int i = 0; i < 6; ++i) {
        put("images/" + std::to_string(i) + ".png");
        write("labels/" + std::to_string(i) + ".txt", "0 0.5 0.5 1 1\n");
    }
    const DatasetPtr data = open_dataset(dir_.path(), *square_);
    EXPECT_EQ(data->target(), TargetForm::boxes);
    EXPECT_TRUE(data->classes().empty());
    EXPECT_THAT(rows(data->load(Split::validation, 0)), ElementsAre(0, 2, 12, 10, 0, 0));
    write("labels/3.txt", "0 0.5 0.5\n");
    const std::string line = error_of([&] { static_cast<void>(open_dataset(dir_.path(), *square_)); }).line();
    EXPECT_THAT(line, HasSubstr("labels/3.txt:1"));
    write("labels/3.txt", "0 0.1 0.1 0.2 0.1 0.2 0.2\n");
    EXPECT_THAT(error_of([&] { static_cast<void>(open_dataset(dir_.path(), *square_)); }).line(), HasSubstr("outline"));
}

TEST_F(Boxes, OfAYoloFolderNeverComeFromOutsideIt) {
    put("images/set/images/a.png");
    put("images/set/images/b.png");
    write("labels/set/images/a.txt", "0 0.5 0.5 1 1\n");
    const auto line = [&] { return error_of([&] { static_cast<void>(open_dataset(dir_ / "images/set", *square_)); }).line(); };
    fs::create_directories(dir_ / "images/set/labels");
    EXPECT_THAT(line(), HasSubstr("none of the 2 pictures has boxes")) << "the folder above is called images too";
    write("images/set/labels/b.txt", "0 0.5 0.5 1 1\n");
    EXPECT_EQ(open_dataset(dir_ / "images/set", *square_)->target(), TargetForm::boxes);
    write("images/set/data.yaml", "train: /etc\nval: images\nnames: [a]\n");
    EXPECT_THAT(line(), HasSubstr("/etc"));
    write("images/set/data.yaml", "path: ''\n''\nval: images/../../set/images\nnames: [a]\n");
    EXPECT_THAT(line(), HasSubstr("no folder there"));
}

TEST_F(Boxes, ADatasetFileGivesOtherSteps) {
    put("images/a.png");
    put("images/b.png");
    write("c.json", kCoco);
    write("d.dataset.json",
          R"({"version": 1, "source": "coco", "file": "c.json", "folder": "images", "head": "yolov8", "nms_iou": 0.5, "confidence": 0.01, "first_class": 1,
        "preprocess": {"x": {"resize": {"mode": "letterbox", "width": 12, "height": 12, "place": "corner", "grey": 0}, "layout_out": "NCHW"}}})");
    const DatasetPtr corner = open_dataset(dir_ / "d.dataset.json", *square_);
    EXPECT_THAT(rows(corner->load(Split::validation, 0)), ElementsAre(4, 0, 8, 8, 1, 0, 0, 4, 4, 12, 0, 1))
        << "what lies below the picture is cut by the input only";
    EXPECT_EQ(corner->task().head, "yolov8");
    EXPECT_EQ(corner->task().nms_iou, 0.5);
    EXPECT_EQ(corner->task().first_class, 1);
    write(
        "d.dataset.json",
        R"({"version": 1, "source": "coco", "file": "c.json", "folder": "images", "preprocess": {"x": {"resize": {"mode": "exact", "width": 12, "height": 12}, "layout_out": "NCHW"}}})");
    EXPECT_THAT(rows(open_dataset(dir_ / "d.dataset.json", *square_)->load(Split::validation, 0)), ElementsAre(4, 0, 8, 12, 1, 0, 0, 6, 4, 12, 0, 1));
    write("d.dataset.json", R"({"version": 1, "source": "coco", "file": "c.json", "folder": "images", "head": "ssd"})");
    EXPECT_THAT(error_of([&] { static_cast<void>(open_dataset(dir_ / "d.dataset.json", *square_)); }).line(), HasSubstr("yolov8"));
}

}  // namespace
}  // namespace vernier::test
