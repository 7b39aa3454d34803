// SPDX-License-Identifier: GPL-3.0-or-later
// Boxes against pycocotools, the heads that they are read of, and agreement.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "core/evidence/compare.h"
#include "core/evidence/gate_text.h"
#include "core/evidence/metrics/class_precision.h"
#include "core/evidence/tasks/detection.h"
#include "core/evidence/tasks/heads.h"
#include "core/report/class_table.h"
#include "tests/evidence/task_cases.h"
#include "tests/support/error_kind.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using test::Asked;
using test::floats;
using test::judged;
using test::whole;

TEST(Detection, MeanAveragePrecisionIsThatOfPycocotools) { test::expect_reference("detection", 1e-6); }

TEST(Detection, AveragePrecisionOfEachClassIsThatOfPycocotools) {
    std::size_t classes = 0;
    test::expect_reference("detection", 1e-6, [&](const Json& reference, const std::vector<Measurement>& found) {
        const Json& own = reference.at("per_class");
        const std::vector<ClassPrecision> all = class_precisions(found[0].answers, found[0].answers);
        EXPECT_EQ(all.size(), own.size()) << reference.at("name");
        for (const ClassPrecision& each : all) {
            const Json& value = own.at(std::to_string(each.class_index));
            EXPECT_NEAR(each.ap, value.at(0).get<double>(), 1e-6) << reference.at("name") << " class " << each.class_index;
            EXPECT_NEAR(each.ap50, value.at(1).get<double>(), 1e-6) << reference.at("name") << " class " << each.class_index;
            EXPECT_FALSE(each.change) << "the baseline is held against nothing";
            ++classes;
        }
    });
    EXPECT_GE(classes, 20U);
}

/// Pictures with an object of class 0 and one of class 1; the second model misses those of class 1 in some.
Asked two_classes(std::size_t samples, std::size_t missed) {
    Asked asked{.spec = {.task = Task::detection}, .names = {"a", "b"}, .form = TargetForm::boxes, .answers = {{}, {}}};
    for (std::size_t i = 0; i < samples; ++i) {
        SampleTarget target;
        target.values = floats({2, 6}, {10, 10, 30, 30, 0, 0, 40, 40, 60, 60, 1, 0});
        asked.targets.push_back(std::move(target));
        const std::vector<float> first = {10, 10, 30, 30, 0.75F, 0}, second = {40, 40, 60, 60, 0.5F, 1}, elsewhere = {70, 70, 90, 90, 0.5F, 1};
        std::vector<float> both = first, worse = first;
        both.insert(both.end(), second.begin(), second.end());
        const auto& answered = i < missed ? elsewhere : second;
        worse.insert(worse.end(), answered.begin(), answered.end());
        asked.answers[0].push_back(floats({1, 2, 6}, both));
        asked.answers[1].push_back(floats({1, 2, 6}, worse));
    }
    return asked;
}

TEST(Detection, TheClassThatLostMostComesFirstWithItsInterval) {
    const auto found = judged(two_classes(40, 12));
    const std::vector<ClassPrecision> all = class_precisions(found[1].answers, found[0].answers);
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].class_index, 1);
    EXPECT_EQ(all[0].objects, 40U);
    EXPECT_LT(*all[0].change, -20);
    ASSERT_TRUE(all[0].interval);
    EXPECT_TRUE(all[0].differs());
    EXPECT_LT(all[0].interval->lo, *all[0].change);
    EXPECT_GT(all[0].interval->hi, *all[0].change);
    EXPECT_EQ(*all[1].change, 0);
    EXPECT_FALSE(all[1].interval) << "none of them differs, which leaves open what others would do";
}

TEST(Detection, TablesAndDocumentsHoldTheClasses) {
    const auto found = judged(two_classes(40, 12));
    Comparison comparison;
    comparison.baseline.measurement = found[0];
    CandidateComparison& candidate = comparison.candidates.emplace_back();
    candidate.measurement = found[1];
    candidate.title = "static";
    fill_classes(candidate, comparison.baseline);
    fill_classes(comparison.baseline, comparison.baseline);
    std::size_t left = 9;
    const std::vector<ClassRow> rows = class_rows(comparison, 5, left);
    ASSERT_EQ(rows.size(), 1U) << "the class that did not change is left out";
    EXPECT_EQ(left, 0U);
    EXPECT_EQ(rows[0].name, "b");
    EXPECT_EQ(rows[0].before, "100.00");
    EXPECT_EQ(rows[0].change.find('~'), std::string::npos) << rows[0].change;
    EXPECT_NE(classes_html(comparison).find("<td>b</td><td>40</td><td>100.00</td>"), std::string::npos);
    const Json baseline = to_json(comparison.baseline.per_class), own = to_json(candidate.per_class);
    EXPECT_FALSE(baseline.at(0).contains("change"));
    EXPECT_EQ(own.at(0).at("class"), 1);
    EXPECT_EQ(own.at(0).at("name"), "b");
    EXPECT_TRUE(own.at(0).at("differs"));
    EXPECT_TRUE(own.at(1).at("interval").is_null());
}

TEST(Detection, AComparisonThatIsReadAgainHasItsClasses) {
    std::vector<Trial> trials = trials_of(judged(two_classes(40, 12)));
    for (std::size_t i = trials.size(); i > 0; --i) fill_classes(trials[i - 1], trials.front());
    const Comparison comparison = compare(std::move(trials), Gate()), again = comparison_from_json(to_json(comparison));
    ASSERT_EQ(comparison.candidates[0].per_class.size(), 2U);
    EXPECT_EQ(again.baseline.per_class, comparison.baseline.per_class);
    EXPECT_EQ(again.candidates[0].per_class, comparison.candidates[0].per_class);
}

TEST(Detection, AClassInFewSamplesHasNoInterval) {
    const auto found = judged(two_classes(9, 3));
    const std::vector<ClassPrecision> all = class_precisions(found[1].answers, found[0].answers);
    ASSERT_EQ(all.size(), 2U);
    EXPECT_LT(*all[0].change, 0);
    EXPECT_FALSE(all[0].interval);
    EXPECT_FALSE(all[0].differs());
    EXPECT_TRUE(class_precisions(Answers(), Answers()).empty()) << "no detector";
}

using Outputs = std::map<std::string, Tensor>;

/// Reads outputs as a head of so many classes; "boxes" or "y" is the output that holds the scores.
std::vector<Box> read(const Outputs& outputs, std::size_t classes, const TaskSpec& spec = {}, std::size_t i = 0, std::uint64_t batch = 1) {
    const SampleTarget none;
    FirstAnswer first{{outputs, batch}, none, TargetForm::boxes, false, outputs.contains("boxes") ? "boxes" : "y", &spec, classes};
    Reading reading{.spec = spec, .scores = first.scores};
    reading.names.resize(classes);
    if (head_of(first, classes).empty()) return {};
    settle_head(first, reading);
    return read_boxes(first.outputs, i, reading);
}

void expect_box(const Box& box, const std::vector<double>& corners, std::int64_t kind, double score) {
    EXPECT_NEAR(box.left, corners[0], 1e-5);
    EXPECT_NEAR(box.top, corners[1], 1e-5);
    EXPECT_NEAR(box.right, corners[2], 1e-5);
    EXPECT_NEAR(box.bottom, corners[3], 1e-5);
    EXPECT_EQ(box.class_index, kind);
    EXPECT_NEAR(box.score, score, 1e-6);
}

TEST(Heads, OfYoloV5MultiplyObjectnessAndClasses) {
    std::vector<float> y(10 * 7);
    const std::vector<float> sure = {20, 30, 10, 20, 0.5F, 0.8F, 0.1F};
    std::copy(sure.begin(), sure.end(), y.begin());
    const auto boxes = read({{"y", floats({1, 10, 7}, y)}}, 2);
    ASSERT_EQ(boxes.size(), 2U) << "each class of a place is a box";
    expect_box(boxes[0], {15, 20, 25, 40}, 0, 0.4);
    expect_box(boxes[1], {15, 20, 25, 40}, 1, 0.05);
    EXPECT_EQ(read({{"y", floats({1, 10, 7}, y)}}, 2, {.confidence = 0.1}).size(), 1U);
}

TEST(Heads, OfYoloV8LieAlongTheSecondAxisOrTheThird) {
    std::vector<float> y(6 * 10), turned(6 * 10);
    const std::vector<float> sure = {20, 30, 10, 20, 0.25F, 0.75F};
    for (std::size_t k = 0; k < 6; ++k) {
        y[k * 10] = sure[k];
        turned[k] = sure[k];
    }
    for (const Tensor& output : {floats({1, 6, 10}, y), floats({1, 10, 6}, turned)}) {
        const auto boxes = read({{"y", output}}, 2, {.head = "yolov8"});
        ASSERT_EQ(boxes.size(), 2U);
        expect_box(boxes[0], {15, 20, 25, 40}, 1, 0.75);
    }
}

TEST(Heads, TwoScoresInARowOfSixAreToldFromAScoreAndAClass) {
    std::vector<float> scores(6 * 10), ends(6 * 10);
    const std::vector<float> two = {20, 30, 10, 20, 0.25F, 0.75F}, end = {15, 20, 25, 40, 0.75F, 1};
    std::copy(two.begin(), two.end(), scores.begin());
    std::copy(end.begin(), end.end(), ends.begin());
    const auto of_scores = read({{"y", floats({1, 10, 6}, scores)}}, 2), of_ends = read({{"y", floats({1, 10, 6}, ends)}}, 2);
    ASSERT_EQ(of_scores.size(), 2U);
    expect_box(of_scores[0], {15, 20, 25, 40}, 1, 0.75);
    ASSERT_EQ(of_ends.size(), 1U);
    expect_box(of_ends[0], {15, 20, 25, 40}, 1, 0.75);
    // Where classes have no names, the head may be named.
    EXPECT_EQ(read({{"y", floats({1, 10, 6}, scores)}}, 0, {.head = "yolov8"}).size(), 2U);
}

TEST(Heads, DoublesOfOneClassAreLeftOut) {
    std::vector<float> y(6 * 10);
    const auto put = [&](std::size_t at, const std::vector<float>& column) {
        for (std::size_t k = 0; k < 6; ++k) y[k * 10 + at] = column[k];
    };
    put(0, {20, 30, 10, 20, 0.5F, 0});
    put(1, {20, 31, 10, 20, 0.75F, 0});
    put(2, {20, 30, 10, 20, 0, 0.25F});
    put(3, {60, 30, 10, 20, 0.5F, 0});
    const auto boxes = read({{"y", floats({1, 6, 10}, y)}}, 2);
    ASSERT_EQ(boxes.size(), 3U);
    expect_box(boxes[0], {15, 21, 25, 41}, 0, 0.75);
    expect_box(boxes[1], {55, 20, 65, 40}, 0, 0.5);
    expect_box(boxes[2], {15, 20, 25, 40}, 1, 0.25);
    EXPECT_EQ(read({{"y", floats({1, 6, 10}, y)}}, 2, {.nms_iou = 0.99}).size(), 4U);
}

TEST(Heads, OfTheGraphsOwnAreTakenAsTheyAre) {
    const std::vector<float> rows = {1, 2, 11, 12, 0.5F, 1, 1, 2, 11, 12, 0.25F, 1};
    const auto ends = read({{"y", floats({1, 2, 6}, rows)}}, 2);
    ASSERT_EQ(ends.size(), 2U) << "doubles are the graph's matter";
    expect_box(ends[0], {1, 2, 11, 12}, 1, 0.5);
    EXPECT_EQ(read({{"y", floats({1, 2, 6}, rows)}}, 2, {.nms_iou = 0.5}).size(), 1U);
    const std::vector<float> batched = {0, 1, 2, 11, 12, 1, 0.5F, 1, 3, 4, 13, 14, 0, 0.25F};
    const auto second = read({{"y", floats({2, 7}, batched)}}, 2, {}, 1, 2);
    ASSERT_EQ(second.size(), 1U) << "of the second sample";
    expect_box(second[0], {3, 4, 13, 14}, 0, 0.25);
}

TEST(Heads, OfSeveralOutputsAreFoundByShapeAndName) {
    const Tensor places = floats({1, 2, 4}, {1, 2, 11, 12, 21, 22, 31, 32});
    const auto named =
        read({{"boxes", places}, {"scores", floats({1, 2}, {0.5F, 0.75F})}, {"detection_classes", floats({1, 2}, {1, 3})}, {"num", floats({1}, {2})}}, 4);
    ASSERT_EQ(named.size(), 2U);
    expect_box(named[0], {21, 22, 31, 32}, 3, 0.75);
    const auto typed =
        read({{"boxes", floats({2, 4}, {1, 2, 11, 12, 21, 22, 31, 32})}, {"a", whole({2}, {1, 3})}, {"b", floats({2}, {0.5F, 0.75F})}}, 4, {.first_class = 1});
    ASSERT_EQ(typed.size(), 2U);
    expect_box(typed[1], {1, 2, 11, 12}, 0, 0.5);
    const auto matrix = read({{"boxes", places}, {"s", floats({1, 2, 2}, {0.5F, 0.25F, 0, 0.75F})}}, 2, {.box_format = "yxyx"});
    ASSERT_EQ(matrix.size(), 3U);
    expect_box(matrix[0], {22, 21, 32, 31}, 1, 0.75);
}

TEST(Heads, ThatAreNoneAreNoDetection) {
    EXPECT_TRUE(read({{"y", floats({1, 10}, std::vector<float>(10))}}, 2).empty());
    EXPECT_TRUE(read({{"y", floats({1, 10, 9}, std::vector<float>(90, 1))}}, 2).empty()) << "nine columns are no box and two classes";
    EXPECT_TRUE(read({{"y", floats({1, 2, 6}, std::vector<float>(12, 1))}}, 2, {.head = "yolov5"}).empty());
}

/// Pictures with three objects; models find so many of them, moved by pixels.
Asked pictures(std::size_t samples, double first, double second, bool normalised = false) {
    test::Random random(3);
    Asked asked{.names = {"a", "b"}, .form = TargetForm::boxes, .answers = {{}, {}}};
    for (std::size_t i = 0; i < samples; ++i) {
        std::vector<double> truth;
        std::vector<std::vector<float>> rows(2);
        for (int k = 0; k < 3; ++k) {
            const double left = 30.0 * k + 2, top = random.uniform(0, 60), kind = k % 2;
            truth.insert(truth.end(), {left, top, left + 20, top + 20, kind, 0});
            for (std::size_t model = 0; model < 2; ++model) {
                const double moved = model == 0 ? first : second, size = normalised ? 100 : 1;
                const auto score = static_cast<float>(random.uniform(0.3, 1));
                for (const double each : {left + moved, top, left + moved + 20, top + 20}) rows[model].push_back(static_cast<float>(each / size));
                rows[model].insert(rows[model].end(), {score, static_cast<float>(kind)});
            }
        }
        Tensor boxes{ElementType::float64, {3, 6}, std::vector<std::byte>(truth.size() * sizeof(double))};
        std::memcpy(boxes.bytes.data(), truth.data(), boxes.bytes.size());
        asked.targets.push_back({.values = boxes, .width = 100, .height = 100});
        for (std::size_t model = 0; model < 2; ++model) asked.answers[model].push_back(floats({1, 3, 6}, rows[model]));
    }
    return asked;
}

TEST(Detection, IsProposedForBoxesAndLimitedByTheTable) {
    Gate gate;
    for (const char* limit : {"map50 drop<=8", "map drop<=8", "box_agreement>=90", "map50>=90"}) add_limit(gate, limit);
    const Comparison good = compare(judged(pictures(60, 0, 0.2)), gate), bad = compare(judged(pictures(60, 0, 15)), gate);
    EXPECT_EQ(good.baseline.measurement.task, Task::detection);
    ASSERT_EQ(good.candidates[0].gate_lines.size(), 4U);
    for (const GateLine& line : good.candidates[0].gate_lines) EXPECT_EQ(line.outcome, Outcome::passed) << line.figure << " " << line.text;
    for (const GateLine& line : bad.candidates[0].gate_lines) EXPECT_EQ(line.outcome, Outcome::failed) << line.figure << " " << line.text;
    EXPECT_EQ(bad.candidates[0].measurement.metrics.at("box_agreement").value, 0);
}

TEST(Detection, BoxesFromZeroToOneAreBroughtToTheSizeOfTheInput) {
    const auto pixels = judged(pictures(10, 1, 4)), shares = judged(pictures(10, 1, 4, true));
    for (std::size_t model = 0; model < 2; ++model) EXPECT_NEAR(pixels[model].metrics.at("map").value, shares[model].metrics.at("map").value, 1e-9);
    EXPECT_LT(pixels[1].metrics.at("map").value, pixels[0].metrics.at("map").value);
}

TEST(Detection, WithoutBoxesOfTargetsTheAgreementTakesTheirPlace) {
    Asked asked = pictures(10, 0, 1);
    for (SampleTarget& target : asked.targets) target = {};
    asked.form = TargetForm::none;
    asked.spec.task = Task::detection;
    const auto found = judged(asked);
    EXPECT_TRUE(found[0].metrics.empty());
    EXPECT_EQ(found[1].metrics.at("box_agreement").value, 100);
    EXPECT_FALSE(found[1].metrics.contains("map"));
}

TEST(Detection, NothingFoundByEitherModelIsFullAgreement) {
    Asked asked = pictures(4, 0, 0);
    for (auto& model : asked.answers)
        for (Tensor& output : model) output = floats({1, 0, 6}, {});
    const auto found = judged(asked);
    EXPECT_EQ(found[0].metrics.at("map").value, 0);
    EXPECT_EQ(found[1].metrics.at("box_agreement").value, 100);
}

TEST(Detection, RecordsKeepWhatTheyAreMadeOf) {
    const SampleBoxes sample{{{2, 3}, {5, 1}}, {{2, 0.5, 1023, 0}, {7, 0.25, 0, 512}}};
    const SampleBoxes again = sample_boxes_of(record_of(sample));
    ASSERT_EQ(again.objects.size(), 2U);
    EXPECT_EQ(again.objects[1].class_index, 5);
    ASSERT_EQ(again.boxes.size(), 2U);
    EXPECT_EQ(again.boxes[0].right, 1023U);
    EXPECT_EQ(again.boxes[1].ignored, 512U);
    EXPECT_TRUE(sample_boxes_of(record_of(SampleBoxes())).boxes.empty());
}

}  // namespace
}  // namespace vernier
