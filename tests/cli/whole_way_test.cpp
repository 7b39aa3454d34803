// SPDX-License-Identifier: GPL-3.0-or-later
// From a raw folder to a verdict, as a user goes: networks whose weights are made so that they really solve a small task on pictures, two files
// of each, and a comparison whose gate passes and one whose gate fails.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "tests/cli/made_pictures.h"
#include "tests/cli/whole_way.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace vernier::test {
namespace {

// ---- a segmenter of red squares and blue discs

/// Means of 3x3 pixels of "how red" and "how blue", eight of each; then the scores of background, red and blue.
std::string segmenter() {
    std::vector<float> look(16 * 3 * 9), score(3 * 16);
    for (std::size_t o = 0; o < 16; ++o) {
        const bool red = o % 2 == 0;
        const float factor = 0.6F + 0.05F * static_cast<float>(o);
        for (std::size_t k = 0; k < 9; ++k) {
            look[(o * 3 + 0) * 9 + k] = factor * (red ? 1.0F : -0.5F) / 9;
            look[(o * 3 + 1) * 9 + k] = -0.5F * factor / 9;
            look[(o * 3 + 2) * 9 + k] = factor * (red ? -0.5F : 1.0F) / 9;
        }
        score[(red ? 1 : 2) * 16 + o] = 0.125F / factor;
    }
    ModelBuilder builder;
    builder.input("image", ElementType::float32, {"N", 3, 32, 32}).initializer("look", look, {16, 3, 3, 3}).initializer("score", score, {3, 16, 1, 1});
    builder.initializer("level", std::vector<float>{0.3F, 0, 0}, {3});
    builder.node("Conv", {"image", "look"}, {"seen"}, {{"pads", {1, 1, 1, 1}}}, "look").node("Relu", {"seen"}, {"colours"});
    builder.node("Conv", {"colours", "score", "level"}, {"scores"}, {}, "score").output("scores", ElementType::float32, {"N", 3, 32, 32});
    return builder.bytes();
}

void draw_shapes(const std::filesystem::path& folder, int index, Random& random) {
    Canvas picture(32, 32, 3), mask(32, 32, 1);
    for (std::uint8_t& value : picture.values) value = static_cast<std::uint8_t>(40 + random.below(40));
    for (std::size_t shape = 1; shape <= 2; ++shape) {
        const auto cx = static_cast<double>(5 + random.below(22)), cy = static_cast<double>(5 + random.below(22));
        const double size = 3 + static_cast<double>(random.below(5));
        for (std::size_t y = 0; y < 32; ++y)
            for (std::size_t x = 0; x < 32; ++x) {
                const double dx = static_cast<double>(x) - cx, dy = static_cast<double>(y) - cy;
                if (shape == 1 ? std::max(std::abs(dx), std::abs(dy)) > size : std::hypot(dx, dy) > size) continue;
                mask.at(x, y, 0) = static_cast<std::uint8_t>(shape);
                for (std::size_t c = 0; c < 3; ++c)
                    picture.at(x, y, c) = static_cast<std::uint8_t>(c == (shape == 1 ? 0U : 2U) ? 180 + random.below(70) : 20 + random.below(40));
            }
    }
    picture.save_png(folder / "images" / fmt::format("{:03}.png", index));
    mask.save_png(folder / "masks" / fmt::format("{:03}.png", index));
}

TEST_F(WholeWay, ASegmenterOfShapes) {
    std::filesystem::create_directories(folder_ / "images");
    std::filesystem::create_directories(folder_ / "masks");
    Random random(1);
    for (int i = 0; i < 100; ++i) draw_shapes(folder_.path(), i, random);
    model_ = folder_.write("model.onnx", segmenter()).string();
    data_ = folder_.path().string();
    quantize_both("name:look");
    const Words figures = {"miou", "mask_iou", "dice"};
    const Finished passed = compared({"miou drop<=2", "mask_iou>=90", "dice>=85"});
    ASSERT_EQ(passed.exit_code, 0) << passed.err << passed.out;
    const Json document = passed.json();
    expect_task(document, "segmentation");
    expect_files(document);
    EXPECT_GT(metric(document.at("baseline"), "miou"), 85);
    EXPECT_EQ(document.at("baseline").at("metrics").at("miou").at("n"), 80);
    for (std::size_t i = 0; i < 2; ++i) expect_gate(document, i, figures, "passed");
    const Finished failed = judged(passed, "miou>=99.9");
    EXPECT_EQ(failed.exit_code, 1) << failed.out;
    for (std::size_t i = 0; i < 2; ++i) expect_gate(failed.json(), i, {"miou"}, "failed");
}

// ---- a detector of coloured squares

/// A grid of 13x13 cells of 4 pixels; each has a window of 16x16, and its scores say how much of it has the colour of a class. [N,4+2,169].
std::string detector() {
    constexpr std::size_t kCells = 169, kWindow = 256;
    std::vector<float> colours(8 * 3), scores(2 * 8 * kWindow), places(4 * kCells);
    for (std::size_t o = 0; o < 8; ++o)
        for (std::size_t c = 0; c < 3; ++c) colours[o * 3 + c] = c == (o % 2 == 0 ? 0U : 2U) ? 1.0F : -0.5F;
    for (std::size_t o = 0; o < 8; ++o)
        for (std::size_t k = 0; k < kWindow; ++k) scores[((o % 2) * 8 + o) * kWindow + k] = 8.0F / kWindow;
    for (std::size_t cell = 0; cell < kCells; ++cell) {
        places[cell] = static_cast<float>(cell % 13) + 2;
        places[kCells + cell] = static_cast<float>(cell / 13) + 2;
    }
    ModelBuilder builder;
    builder.input("images", ElementType::float32, {1, 3, 64, 64}).initializer("colours", colours, {8, 3, 1, 1});
    builder.initializer("scores", scores, {2, 8, 16, 16}).initializer("level", std::vector<float>{-20, -20}, {2});
    builder.initializer("sizes", std::vector<float>(4 * 8 * kWindow), {4, 8, 16, 16}).initializer("size", std::vector<float>{0, 0, 4, 4}, {4});
    builder.initializer("places", places, {1, 4, 169}).initializer("stride", std::vector<float>{4}, {1});
    builder.initializer("flat4", std::vector<std::int64_t>{1, 4, 169}, {3}).initializer("flat2", std::vector<std::int64_t>{1, 2, 169}, {3});
    builder.node("Conv", {"images", "colours"}, {"seen"}, {}, "stem").node("Relu", {"seen"}, {"colour"});
    builder.node("Conv", {"colour", "sizes", "size"}, {"b"}, {{"strides", {4, 4}}}, "box").node("Reshape", {"b", "flat4"}, {"bf"});
    builder.node("Add", {"bf", "places"}, {"cells"}).node("Mul", {"cells", "stride"}, {"pixels"});
    builder.node("Conv", {"colour", "scores", "level"}, {"s"}, {{"strides", {4, 4}}}, "class").node("Reshape", {"s", "flat2"}, {"sf"});
    builder.node("Sigmoid", {"sf"}, {"p"}).node("Concat", {"pixels", "p"}, {"output0"}, {{"axis", 1}});
    builder.output("output0", ElementType::float32, {1, 6, 169});
    return builder.bytes();
}

/// Up to two squares, left and right and seldom right on the grid, in a picture of 128x96; gives its boxes as lines of YOLO, cx cy w h.
std::vector<std::pair<int, std::string>> draw_squares(const std::filesystem::path& path, Random& random) {
    Canvas picture(128, 96, 3);
    for (std::uint8_t& value : picture.values) value = static_cast<std::uint8_t>(60 + random.below(40));
    std::vector<std::pair<int, std::string>> boxes;
    for (std::size_t side = 0; side < 2; ++side) {
        if (random.below(4) == 0) continue;
        const std::size_t kind = random.below(2), left = side * 64 + 8 * random.below(4) + random.below(4), top = 8 * random.below(8) + random.below(4);
        for (std::size_t y = top; y < top + 32; ++y)
            for (std::size_t x = left; x < left + 32; ++x)
                for (std::size_t c = 0; c < 3; ++c)
                    picture.at(x, y, c) = static_cast<std::uint8_t>(c == (kind == 0 ? 0U : 2U) ? 200 + random.below(50) : 10 + random.below(30));
        boxes.emplace_back(kind, fmt::format("{} {} {} {}", static_cast<double>(left + 16) / 128, static_cast<double>(top + 16) / 96, 0.25, 32.0 / 96));
    }
    picture.save_png(path);
    return boxes;
}

TEST_F(WholeWay, ADetectorOfSquaresWithAYoloFolder) {
    Random random(2);
    for (const char* split : {"train", "val"}) {
        std::filesystem::create_directories(folder_ / "images" / split);
        std::filesystem::create_directories(folder_ / "labels" / split);
        for (int i = 0; i < (std::string(split) == "val" ? 48 : 12); ++i) {
            std::string lines;
            for (const auto& [kind, box] : draw_squares(folder_ / "images" / split / fmt::format("{}.png", i), random))
                lines += fmt::format("{} {}\n", kind, box);
            if (!lines.empty()) folder_.write(fmt::format("labels/{}/{}.txt", split, i), lines);
        }
    }
    folder_.write("data.yaml", "path: .\ntrain: images/train\nval: images/val\n\nnames:\n  0: red\n  1: blue\n");
    model_ = folder_.write("model.onnx", detector()).string();
    data_ = folder_.path().string();
    quantize_both("name:stem");
    const Finished passed = compared({"map50 drop<=5", "box_agreement>=80"});
    ASSERT_EQ(passed.exit_code, 0) << passed.err << passed.out;
    const Json document = passed.json();
    expect_task(document, "detection");
    expect_files(document);
    EXPECT_GT(metric(document.at("baseline"), "map50"), 95);
    EXPECT_EQ(document.at("baseline").at("metrics").at("map50").at("n"), 48);
    for (std::size_t i = 0; i < 2; ++i) {
        EXPECT_GT(metric(document.at("candidates").at(i), "map50"), 90);
        expect_gate(document, i, {"map50", "box_agreement"}, "passed");
    }
    const Finished failed = judged(passed, "map>=95");
    EXPECT_EQ(failed.exit_code, 1) << failed.out;
    for (std::size_t i = 0; i < 2; ++i) expect_gate(failed.json(), i, {"map"}, "failed");
}

/// As annotations of COCO: corner and size in pixels, under ids of categories that do not count from 0.
void add_annotations(Json& instances, int image, const std::vector<std::pair<int, std::string>>& boxes) {
    for (const auto& [kind, line] : boxes) {
        double cx = 0, cy = 0, w = 0, h = 0;
        std::istringstream(line) >> cx >> cy >> w >> h;
        instances["annotations"].push_back({{"id", instances["annotations"].size() + 1},
                                            {"image_id", image},
                                            {"category_id", kind == 0 ? 3 : 8},
                                            {"bbox", {128 * (cx - w / 2), 96 * (cy - h / 2), 128 * w, 96 * h}},
                                            {"area", 128 * w * 96 * h},
                                            {"iscrowd", 0}});
    }
}

TEST_F(WholeWay, ADetectorOfSquaresWithACocoFile) {
    Random random(7);
    std::filesystem::create_directories(folder_ / "images");
    Json instances = {{"images", Json::array()}, {"annotations", Json::array()}, {"categories", {{{"id", 8}, {"name", "blue"}}, {{"id", 3}, {"name", "red"}}}}};
    for (int i = 0; i < 250; ++i) {
        const std::string name = fmt::format("{:03}.png", i);
        add_annotations(instances, i, draw_squares(folder_ / "images" / name, random));
        instances["images"].push_back({{"id", i}, {"file_name", name}, {"width", 128}, {"height", 96}});
    }
    data_ = folder_.write("instances_val.json", instances.dump()).string();
    model_ = folder_.write("model.onnx", detector()).string();
    quantize_both("name:stem");
    const Finished passed = compared({"map50 drop<=5", "box_agreement>=80"});
    ASSERT_EQ(passed.exit_code, 0) << passed.err << passed.out;
    const Json document = passed.json();
    expect_task(document, "detection");
    expect_files(document);
    EXPECT_GT(metric(document.at("baseline"), "map50"), 95);
    EXPECT_EQ(document.at("baseline").at("metrics").at("map50").at("n"), 200);
    for (std::size_t i = 0; i < 2; ++i) expect_gate(document, i, {"map50", "box_agreement"}, "passed");
    const Finished failed = judged(passed, "map>=95");
    EXPECT_EQ(failed.exit_code, 1) << failed.out;
    // A search is led by limits on answers; one on the size alone is none.
    const std::string out = (folder_ / "found").string();
    EXPECT_EQ(run_cli({"search", model_, "--data", data_, "--gate", "size ratio<=0.5", "-o", out}).exit_code, 64);
}

}  // namespace
}  // namespace vernier::test
