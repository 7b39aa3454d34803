// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures that keep their own shape: padded to a multiple or to a size, and scaled to one height.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include "tests/data/data_support.h"
#include "tests/support/temp_dir.h"

namespace vernier::test {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class Padded : public testing::Test {
protected:
    void put(const std::string& to, const std::string& picture) {
        fs::create_directories((dir_ / to).parent_path());
        fs::copy_file(reference(picture), dir_ / to);
    }
    /// Two pictures of 9x6 with masks, after these steps.
    DatasetPtr masked(const std::string& steps) {
        for (const char* name : {"a.png", "b.png"}) {
            if (fs::exists(dir_ / "images" / name)) continue;
            put(std::string("images/") + name, "mask_picture.png");
            put(std::string("masks/") + name, "mask_palette.png");
        }
        return open_dataset(dir_.write("d.dataset.json", R"({"version": 1, "source": "images", "folder": "images", "masks": "masks",
            "splits": {"calibration": {"items": [{"file": "a.png"}]}, "validation": {"items": [{"file": "b.png", "mask": "b.png"}]}},
            "preprocess": {"x": {)" + steps + R"(, "layout_out": "NCHW"}}})"),
                            *any_size_);
    }
    TempDir dir_;
    ModelPtr any_size_ = pass_through(ElementType::float32, {"N", 3, "height", "width"});
};

TEST_F(Padded, MasksDoNotCountWhereTheirPictureIsFilledUp) {
    const DatasetPtr data = masked(R"("pad": {"multiple": 4, "place": "corner", "grey": 7})");
    EXPECT_EQ(data->preprocessing(), "pad to a multiple of 4 corner grey 7, RGB, NCHW, float32");
    const Sample sample = data->load(Split::validation, 0);
    const Tensor& input = sample.inputs.at("x");
    EXPECT_THAT(input.dims, ElementsAre(1, 3, 8, 12));
    ASSERT_TRUE(sample.target.values);
    EXPECT_THAT(sample.target.values->dims, ElementsAre(8, 12));
    const auto mask = sample.target.values->as<std::int16_t>();
    for (int y = 0; y < 8; ++y)
        for (int x = 0; x < 12; ++x) {
            const auto at = static_cast<std::size_t>(12 * y + x);
            const bool filling = x >= 9 || y >= 6;
            EXPECT_EQ(mask[at], filling ? -1 : (x + 3 * y) % 5) << x << "," << y;
            if (filling) {
                EXPECT_EQ(input.as<float>()[at], 7.0F) << x << "," << y;
            }
        }
}

TEST_F(Padded, InTheMiddleAHalfPixelGoesToTheFarSide) {
    const Sample sample = masked(R"("pad": {"width": 12, "height": 9})")->load(Split::validation, 0);
    EXPECT_THAT(sample.target.values->dims, ElementsAre(9, 12));
    const auto mask = sample.target.values->as<std::int16_t>();
    EXPECT_EQ(mask[0 * 12 + 5], -1) << "one row above";
    EXPECT_EQ(mask[1 * 12 + 0], -1) << "one column on the left";
    EXPECT_EQ(mask[1 * 12 + 1], 0);
    EXPECT_EQ(mask[6 * 12 + 9], (8 + 3 * 5) % 5) << "the last pixel";
    EXPECT_EQ(mask[7 * 12 + 5], -1) << "two rows below";
    EXPECT_EQ(sample.inputs.at("x").as<float>()[0], 114.0F);
}

TEST_F(Padded, APictureThatIsLargeEnoughStaysAsItIs) {
    const Sample sample = masked(R"("pad": {"width": 5, "height": 6, "multiple": 3})")->load(Split::validation, 0);
    EXPECT_THAT(sample.inputs.at("x").dims, ElementsAre(1, 3, 6, 9));
}

TEST_F(Padded, OneSideOfAnExactSizeFollowsTheShapeOfThePicture) {
    const DatasetPtr lines = masked(R"("resize": {"mode": "exact", "height": 12}, "pad": {"width": 32, "place": "corner", "grey": 0})");
    EXPECT_EQ(lines->preprocessing(), "height 12 bilinear, pad to a width of 32 corner grey 0, RGB, NCHW, float32");
    const Sample line = lines->load(Split::validation, 0);
    EXPECT_THAT(line.inputs.at("x").dims, ElementsAre(1, 3, 12, 32));
    const auto mask = line.target.values->as<std::int16_t>();
    EXPECT_EQ(mask[17], 8 % 5) << "9x6 becomes 18x12";
    EXPECT_EQ(mask[18], -1);
    EXPECT_THAT(masked(R"("resize": {"mode": "exact", "height": 12})")->load(Split::validation, 0).inputs.at("x").dims, ElementsAre(1, 3, 12, 18));
    EXPECT_THAT(masked(R"("resize": {"mode": "exact", "width": 3})")->load(Split::validation, 0).inputs.at("x").dims, ElementsAre(1, 3, 2, 3));
}

TEST_F(Padded, BoxesMoveWithTheirPicture) {
    for (const char* name : {"a.png", "b.png"}) put(name, "mask_picture.png");
    put("c.jpg", "source_420.jpg");
    dir_.write("c.json", R"({"images": [{"id": 1, "file_name": "a.png"}, {"id": 2, "file_name": "b.png"}, {"id": 3, "file_name": "c.jpg"}],
        "categories": [{"id": 1, "name": "cat"}], "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [3, 0, 3, 6]}]})");
    const DatasetPtr data = open_dataset(dir_.write("d.dataset.json", R"({"version": 1, "source": "coco", "file": "c.json",
        "preprocess": {"x": {"pad": {"multiple": 8}, "layout_out": "NCHW"}}})"),
                                         *any_size_);
    bool small = false, large = false;
    for (std::size_t i = 0; i < data->size(Split::validation); ++i) {
        const Sample sample = data->load(Split::validation, i);
        const auto& dims = sample.inputs.at("x").dims;
        EXPECT_EQ(dims[2] % 8, 0);
        EXPECT_EQ(dims[3] % 8, 0);
        if (sample.name == "c.jpg") large = dims[3] > 16;
        if (sample.name != "a.png") continue;
        small = true;
        EXPECT_THAT(dims, ElementsAre(1, 3, 8, 16));
        EXPECT_EQ(sample.target.width, 16);
        EXPECT_EQ(sample.target.height, 8);
        const auto values = sample.target.values->as<double>();
        EXPECT_THAT(std::vector<double>(values.begin(), values.end()), ElementsAre(6, 1, 9, 7, 0, 0));
    }
    EXPECT_TRUE(small);
    EXPECT_TRUE(large) << "each picture has a size of its own";
}

TEST_F(Padded, WhatCannotBePaddedIsAnErrorThatNamesTheKey) {
    const auto line = [&](const std::string& steps) { return error_of([&] { static_cast<void>(masked(steps)); }).line(); };
    EXPECT_THAT(line(R"("pad": {})"), HasSubstr("'preprocess.x.pad.multiple'"));
    EXPECT_THAT(line(R"("pad": {"multiple": 0})"), HasSubstr("'preprocess.x.pad.multiple'"));
    EXPECT_THAT(line(R"("pad": {"multiple": 4, "place": "left"})"), HasSubstr("center, corner"));
    EXPECT_THAT(line(R"("pad": {"multiple": 4}, "crop": {"width": 4, "height": 4})"), HasSubstr("'preprocess.x.pad'"));
    EXPECT_THAT(line(R"("pad": {"width": 65535, "height": 65535})"), HasSubstr("too large to be padded to 65535x65535"));
    EXPECT_THAT(line(R"("resize": {"mode": "exact"})"), HasSubstr("'preprocess.x.resize.width'"));
    EXPECT_THAT(line(R"("resize": {"mode": "letterbox", "height": 4})"), HasSubstr("'preprocess.x.resize.width'"));
}

/// Lines of text as their readers take them: one height, filled up to one width, and squeezed where they are longer.
TEST_F(Padded, ALongLineIsSqueezedToTheWidth) {
    const auto width_of = [&](const std::string& height) {
        return masked(R"("resize": {"mode": "exact", "height": )" + height + R"(, "most": 16}, "pad": {"width": 16, "place": "corner"})")
            ->load(Split::validation, 0)
            .inputs.at("x")
            .dims;
    };
    EXPECT_THAT(width_of("8"), ElementsAre(1, 3, 8, 16)) << "12 pixels of picture";
    EXPECT_THAT(width_of("30"), ElementsAre(1, 3, 30, 16)) << "45 pixels would be as wide as they are high";
    EXPECT_THAT(masked(R"("resize": {"mode": "exact", "height": 30, "most": 16})")->preprocessing(), HasSubstr("height 30 at most 16 bilinear"));
    EXPECT_THAT(error_of([&] { static_cast<void>(masked(R"("resize": {"mode": "exact", "height": 30, "width": 9, "most": 16})")); }).line(), HasSubstr("most"));
}

}  // namespace
}  // namespace vernier::test
