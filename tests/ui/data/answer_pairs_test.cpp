// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>

#include "core/base/error.h"
#include "core/data/write_npz.h"
#include "core/evidence/tasks/boxes.h"
#include "core/evidence/tasks/detection.h"
#include "core/model/model.h"
#include "tests/support/model_builder.h"
#include "tests/support/temp_dir.h"
#include "ui/data/answer_pairs.h"
#include "ui/data/answer_quality.h"
#include "ui/data/drawn_target.h"
#include "ui/session/answer_keeper.h"

namespace vernier::ui {
namespace {

using test::TempDir;

template <class T>
Tensor tensor(ElementType type, std::vector<std::int64_t> dims, const std::vector<T>& values) {
    Tensor made{type, std::move(dims), std::vector<std::byte>(values.size() * sizeof(T))};
    std::memcpy(made.bytes.data(), values.data(), made.bytes.size());
    return made;
}

/// A batch as the metric command is given it, kept as the keeper does.
int keep(const TempDir& folder, const std::string& name, const std::vector<std::int64_t>& ids, Tensor output) {
    std::vector<std::string> names(ids.size(), "picture");
    const auto n = static_cast<std::int64_t>(ids.size());
    const auto batch = folder / name;
    write_npz(batch, {{"ids", tensor(ElementType::int64, {n}, ids)},
                      {"labels", tensor(ElementType::int64, {n}, std::vector<std::int64_t>(ids.size(), -1))},
                      {"names", {}, names},
                      {"y", std::move(output)}});
    std::string self = (folder / "kept" / "keep-answers").string(), path = batch.string();
    char* words[] = {self.data(), path.data()};
    return keptAnswers(2, words).value_or(-1);
}

/// Four samples of one number; the labels of a validation split that holds all of them come from the file.
DatasetPtr dataset(const TempDir& folder, const std::vector<std::int64_t>& labels) {
    test::ModelBuilder builder;
    builder.input("x", ElementType::float32, {"N", 1}).node("Identity", {"x"}, {"y"}).output("y", ElementType::float32, {"N", 1});
    const auto n = static_cast<std::int64_t>(labels.size());
    write_npz(folder / "d.npz",
              {{"x", tensor(ElementType::float32, {n, 1}, std::vector<float>(labels.size()))}, {"labels", tensor(ElementType::int64, {n}, labels)}});
    return open_dataset(folder / "d.npz", *open_model(folder.write("m.onnx", builder.bytes())));
}

TEST(AnswerKeeper, IsOnlyWhatIsStartedAsSuch) {
    std::string self = "/usr/bin/vernier", model = "model.onnx";
    char* words[] = {self.data(), model.data()};
    EXPECT_FALSE(keptAnswers(2, words));
    EXPECT_FALSE(keptAnswers(1, words));
}

TEST(AnswerKeeper, KeepsBothModelsAnswersInTheOrderOfTheSamples) {
    const TempDir folder;
    std::filesystem::create_directories(folder / "kept");
    // The tenth batch is not before the second.
    ASSERT_EQ(keep(folder, "batch_0_10.npz", {10}, tensor(ElementType::float32, {1, 2}, std::vector<float>{5, 6})), 0);
    ASSERT_EQ(keep(folder, "batch_0_2.npz", {2, 3}, tensor(ElementType::float32, {2, 2}, std::vector<float>{1, 2, 3, 4})), 0);
    ASSERT_EQ(keep(folder, "batch_1_0.npz", {2}, tensor(ElementType::float32, {1, 2}, std::vector<float>{7, 8})), 0);
    const auto first = readKeptAnswers(folder / "kept", 0);
    ASSERT_EQ(first.size(), 3U);
    EXPECT_EQ(first[0].id, 2);
    EXPECT_EQ(first[1].id, 3);
    EXPECT_EQ(first[2].id, 10);
    ASSERT_EQ(first[1].outputs.size(), 1U) << "ids, labels and names are no outputs";
    EXPECT_EQ(first[1].outputs.at("y").dims, (std::vector<std::int64_t>{2}));
    EXPECT_EQ(first[1].outputs.at("y").as<float>()[0], 3);
    EXPECT_EQ(first[1].outputs.at("y").as<float>()[1], 4);
    EXPECT_EQ(readKeptAnswers(folder / "kept", 1).size(), 1U);
}

TEST(AnswerPairs, ClassesAreRightOrWrongInEitherModel) {
    const TempDir folder;
    std::filesystem::create_directories(folder / "kept");
    const DatasetPtr data = dataset(folder, {0, 1, 0, 1});  // so few that they are both splits
    ASSERT_EQ(data->size(Split::validation), 4U);
    // Right in both, lost, gained, wrong in both.
    ASSERT_EQ(keep(folder, "batch_0_0.npz", {0, 1, 2, 3}, tensor(ElementType::float32, {4, 2}, std::vector<float>{2, 1, 1, 2, 1, 2, 2, 1})), 0);
    ASSERT_EQ(keep(folder, "batch_1_0.npz", {0, 1, 2, 3}, tensor(ElementType::float32, {4, 2}, std::vector<float>{2, 1, 2, 1, 2, 1, 2, 1})), 0);
    const AnswerPairs pairs = readAnswerPairs({folder / "kept", "y", Task::classification, true, 2}, *data, Job());
    EXPECT_EQ(pairs.judged, Judged::rightOrWrong);
    ASSERT_EQ(pairs.pairs.size(), 4);
    for (const Stand stand : {Stand::rightBoth, Stand::lost, Stand::gained, Stand::wrongBoth}) {
        EXPECT_EQ(pairs.count(stand), 1) << static_cast<int>(stand);
    }
    EXPECT_EQ(pairs.pairs[0].sample, 1U) << "what was lost comes first";
    EXPECT_EQ(pairs.pairs[1].sample, 2U);
    EXPECT_EQ(pairs.pairs[0].truthText, QStringLiteral("class 1"));
    EXPECT_EQ(pairs.pairs[0].afterText, QStringLiteral("class 0 (2)"));
}

TEST(AnswerPairs, ATaskThatNobodyKnowsIsSaid) {
    const TempDir folder;
    std::filesystem::create_directories(folder / "kept");
    const DatasetPtr data = dataset(folder, {0, 1, 0, 1});
    ASSERT_EQ(keep(folder, "batch_0_0.npz", {0}, tensor(ElementType::float32, {1, 2}, std::vector<float>{2, 1})), 0);
    ASSERT_EQ(keep(folder, "batch_1_0.npz", {0}, tensor(ElementType::float32, {1, 2}, std::vector<float>{2, 1})), 0);
    EXPECT_THROW((void)readAnswerPairs({folder / "kept", "y", Task::none, false, 2}, *data, Job()), Error);
}

TEST(AnswerQuality, OfBoxesIsWhatIsFoundOfAllAndWhatIsTooMuch) {
    // Two objects; one is found, another box is nowhere, and one is not sure enough to count.
    const std::vector<Box> truths = {{0, 0, 10, 10, 0}, {20, 20, 30, 30, 0}};
    const std::vector<Box> answers = {{0, 0, 10, 10, 0, 0.9}, {50, 50, 60, 60, 0, 0.8}, {20, 20, 30, 30, 0, 0.2}};
    SampleBoxes sample{{{0, 2}}, judged_boxes(truths, answers)};
    const Quality quality = qualityOf(Task::detection, record_of(sample));
    EXPECT_DOUBLE_EQ(quality.value, 50) << "F1: 2 * 1 / (2 objects + 2 sure boxes)";
    EXPECT_FALSE(quality.right);
    EXPECT_EQ(quality.words, QStringLiteral("1 of 2 found, 1 too many"));
}

TEST(DrawnTarget, ABoxIsDrawnWhereItLies) {
    QImage picture(64, 64, QImage::Format_RGB32);
    picture.fill(Qt::black);
    const SampleTarget target = target_of({{16, 32, 48, 56, 1, 0}});
    Drawing drawing = drawingOf(TargetForm::boxes, target);
    ASSERT_EQ(drawing.kind, Drawing::Kind::targetBoxes);
    const QImage drawn = drawnTarget(picture, target, drawing, 256);
    EXPECT_EQ(drawn.size(), QSize(256, 256));
    EXPECT_EQ(drawn.pixelColor(64, 180), classColour(1)) << "its left side, four times as large";
    EXPECT_EQ(drawn.pixelColor(128, 224), classColour(1)) << "its lower side";
    EXPECT_EQ(drawn.pixelColor(128, 180), QColor(Qt::black)) << "inside";
    drawing.kind = Drawing::Kind::answerBoxes;
    EXPECT_EQ(drawnTarget(picture, target, drawing, 256).pixelColor(64, 180), QColor(Qt::black)) << "an answer that is not sure is not drawn";
}

TEST(DrawnTarget, AMaskLiesOverThePictureAndLeavesTheGround) {
    EXPECT_EQ(drawingOf(TargetForm::whole, {.values = tensor(ElementType::int64, {2}, std::vector<std::int64_t>{0, 2})}).kind, Drawing::Kind::none)
        << "classes of tokens are no mask";
    const SampleTarget mask{.values = tensor(ElementType::int64, {2, 2}, std::vector<std::int64_t>{0, 2, 0, 2})};
    QImage square(2, 2, QImage::Format_RGB32);
    square.fill(Qt::black);
    const Drawing drawing = drawingOf(TargetForm::whole, mask);
    ASSERT_EQ(drawing.kind, Drawing::Kind::mask);
    const QImage drawn = drawnTarget(square, mask, drawing, 100);
    EXPECT_EQ(drawn.pixelColor(10, 50), QColor(Qt::black));
    EXPECT_GT(drawn.pixelColor(90, 50).green(), 60) << "the colour of class 2 is green";
}

}  // namespace
}  // namespace vernier::ui
