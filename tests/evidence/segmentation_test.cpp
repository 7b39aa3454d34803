// SPDX-License-Identifier: GPL-3.0-or-later
// Segmentation against scikit-learn: layouts, classes that do not count, sizes, and agreement without targets.
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/evidence/compare.h"
#include "core/evidence/gate_text.h"
#include "core/evidence/judgement.h"
#include "tests/evidence/task_cases.h"
#include "tests/support/error_kind.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using test::Asked;
using test::floats;
using test::judged;
using test::whole;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

TEST(Segmentation, MetricsAreThoseOfScikitLearn) { test::expect_reference("segmentation", 1e-9); }

/// Masks of 8x6 pixels with three classes in stripes, and scores of models that are wrong on so many pixels of each.
Asked striped(std::size_t samples, std::size_t first, std::size_t second) {
    constexpr std::size_t kPixels = 48;
    test::Random random(2);
    Asked asked{.form = TargetForm::whole, .answers = {{}, {}}};
    for (std::size_t i = 0; i < samples; ++i) {
        std::vector<std::int64_t> mask;
        for (std::size_t k = 0; k < kPixels; ++k) mask.push_back(static_cast<std::int64_t>((k + i) % 3));
        asked.targets.push_back({.values = whole({8, 6}, mask)});
        for (std::size_t model = 0; model < 2; ++model) {
            std::vector<std::int64_t> own = mask;
            for (std::size_t k = 0; k < (model == 0 ? first : second); ++k) {
                std::int64_t& wrong = own[random.below(kPixels)];
                wrong = (wrong + 1) % 3;
            }
            std::vector<float> scores(3 * kPixels);
            for (std::size_t k = 0; k < kPixels; ++k) scores[static_cast<std::size_t>(own[k]) * kPixels + k] = 1;
            asked.answers[model].push_back(floats({1, 3, 8, 6}, scores));
        }
    }
    return asked;
}

TEST(Segmentation, IsProposedForMasksAndLimitedByTheTable) {
    Gate gate;
    for (const char* limit : {"miou drop<=3", "mask_iou>=90", "dice>=80", "pixel_accuracy drop<=3"}) add_limit(gate, limit);
    const Comparison good = compare(judged(striped(60, 2, 2)), gate), bad = compare(judged(striped(60, 2, 20)), gate);
    EXPECT_EQ(good.baseline.measurement.task, Task::segmentation);
    ASSERT_EQ(good.candidates[0].gate_lines.size(), 4U);
    for (const GateLine& line : good.candidates[0].gate_lines) {
        const Outcome expected = line.figure == "mask_iou" ? Outcome::failed : Outcome::passed;  // each is right where the other is wrong
        EXPECT_EQ(line.outcome, expected) << line.figure << " " << line.text;
    }
    for (const GateLine& line : bad.candidates[0].gate_lines) EXPECT_EQ(line.outcome, Outcome::failed) << line.figure << " " << line.text;
    EXPECT_FALSE(good.baseline.measurement.metrics.contains("mask_iou")) << "it stands against the baseline only";
    EXPECT_TRUE(bad.candidates[0].changes.at("miou").differs());
}

TEST(Segmentation, WithoutMasksTheAgreementTakesTheirPlace) {
    Asked asked = striped(20, 0, 5);
    for (SampleTarget& target : asked.targets) target = {};
    asked.form = TargetForm::none;
    EXPECT_EQ(judged(asked)[0].task, Task::none) << "scores of four axes may be anything";
    asked.spec.task = Task::segmentation;
    const auto named = judged(asked);
    EXPECT_TRUE(named[0].metrics.empty());
    EXPECT_TRUE(named[1].metrics.contains("mask_iou"));
    EXPECT_FALSE(named[1].metrics.contains("miou"));
    EXPECT_LT(named[1].metrics.at("mask_iou").value, 100);
}

TEST(Segmentation, AnAnswerOfAnotherSizeIsTakenAtTheNearestPixel) {
    Asked asked{.form = TargetForm::whole, .targets = {{.values = whole({4, 4}, {0, 0, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1, 0, 0})}}};
    asked.answers = {{whole({1, 2, 2}, {0, 1, 1, 0})}};
    EXPECT_EQ(judged(asked)[0].metrics.at("miou").value, 100);
    asked.answers = {{whole({1, 8, 8}, std::vector<std::int64_t>(64, 1))}};
    EXPECT_EQ(judged(asked)[0].metrics.at("pixel_accuracy").value, 50);
}

TEST(Segmentation, APixelWithNanIsWrong) {
    Asked asked{.form = TargetForm::whole, .targets = {{.values = whole({2, 3}, {0, 0, 0, 1, 1, 1})}}};
    asked.answers = {{floats({1, 2, 2, 3}, {1, 1, kNan, 0, 0, 0, 0, 0, 0, 1, 1, 1})}};
    const auto found = judged(asked);
    EXPECT_NEAR(found[0].metrics.at("pixel_accuracy").value, 100.0 * 5 / 6, 1e-9);
    EXPECT_NEAR(found[0].metrics.at("miou").value, 100.0 * (2.0 / 3 + 1) / 2, 1e-9);
}

TEST(Segmentation, AClassThatTheOutputDoesNotHaveIsAnError) {
    Asked asked = striped(3, 0, 0);
    asked.targets[1].values = whole({8, 6}, std::vector<std::int64_t>(48, 7));
    try {
        (void)judged(asked);
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::bad_data);
        EXPECT_NE(std::string(error.what()).find("class 7"), std::string::npos) << error.what();
        EXPECT_NE(std::string(error.what()).find("#1"), std::string::npos) << error.what();
    }
    asked.spec.ignore = 7;
    EXPECT_EQ(judged(asked)[0].metrics.at("miou").value, 100);
}

TEST(Segmentation, AllRightLeavesRoomForWhatWasNotAsked) {
    const auto found = judged(striped(10, 0, 0));
    for (const char* id : {"miou", "dice", "pixel_accuracy"}) {
        EXPECT_EQ(found[0].metrics.at(id).value, 100) << id;
        ASSERT_TRUE(found[0].metrics.at(id).interval) << id;
        EXPECT_LT(found[0].metrics.at(id).interval->lo, 90) << id << ": ten samples show little";
    }
}

TEST(Segmentation, APassedLimitCoversScoresThatLookBroken) {
    auto all = judged(striped(60, 2, 2));
    for (Measurement& each : all) {
        each.outputs.resize(1);
        each.outputs[0].name = "y";
        each.outputs[0].samples = 60;
        each.outputs[0].sqnr_db = -2;
    }
    Gate gate;
    add_limit(gate, "miou drop<=3");
    const Comparison limited = compare(all, gate), free = compare(all, {});
    EXPECT_EQ(damage_of(limited.candidates[0], limited.baseline.measurement), nullptr);
    EXPECT_NE(damage_of(free.candidates[0], free.baseline.measurement), nullptr);
}

}  // namespace
}  // namespace vernier
