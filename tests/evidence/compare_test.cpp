// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evidence/compare.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "core/base/error.h"
#include "core/evidence/gate.h"
#include "core/evidence/metrics/measured.h"
#include "core/measure/latency.h"
#include "core/measure/metrics.h"
#include "core/measure/tally.h"
#include "tests/measure/simulated.h"

namespace vernier {
namespace {

/// A measurement of n samples of which wrong are answered wrongly (label 0, answer 1), from a first index on.
Measurement measurement(const std::string& model, double cost, std::size_t n, std::size_t wrong_from, std::size_t wrong_to) {
    Measurement m;
    m.model = model;
    m.sha256 = "00";
    m.size_bytes = 1000;
    m.latency = summarise(test::simulated_launches(cost, std::hash<std::string>{}(model)));
    test::add_answers(m, n, {wrong_from, wrong_to});
    return m;
}

std::vector<Measurement> pair_of(Measurement candidate) {
    Measurement baseline = measurement("base", 1.0, 1000, 0, 100);
    return {std::move(baseline), std::move(candidate)};
}

TEST(Compare, ABaselineThatAnswersNanSettlesNothing) {
    auto both = pair_of(measurement("same", 1.0, 1000, 0, 100));
    both[0].outputs[0].nan = 3;
    Comparison comparison = compare(std::move(both), {.max_drop_points = 5.0, .min_agreement = 90});
    EXPECT_EQ(comparison.outcome(), Outcome::inconclusive);
    EXPECT_NE(comparison.candidates[0].gate_lines[0].text.find("NaN"), std::string::npos);
    EXPECT_NE(comparison.candidates[0].gate_lines[1].text.find("NaN"), std::string::npos);
    comparison.baseline.measurement.outputs[0].nan = 0;
    judge_again(comparison, comparison.gate);
    EXPECT_EQ(comparison.outcome(), Outcome::passed);
}

TEST(Compare, ACandidateThatAnswersNanFailsEveryLimitOnAnswers) {
    auto both = pair_of(measurement("nan", 1.0, 1000, 0, 100));
    both[1].outputs[0].nan = both[1].outputs[0].lost = 1;
    Comparison comparison = comparison_from_json(Json::parse(to_json(compare(std::move(both), {})).dump()));
    for (const Gate& gate : {Gate{.max_drop_points = 50.0}, Gate{.min_agreement = 1}, Gate{.min_sqnr_db = -100}}) {
        judge_again(comparison, gate);
        EXPECT_EQ(comparison.outcome(), Outcome::failed);
        EXPECT_THAT(comparison.candidates[0].gate_lines[0].text, testing::HasSubstr("NaN"));
    }
}

TEST(Compare, PairsAnswersAndLatency) {
    Measurement faster = measurement("fast", 0.5, 1000, 90, 130);
    faster.size_bytes = 250;
    const Comparison comparison = compare(pair_of(std::move(faster)), {});
    ASSERT_EQ(comparison.candidates.size(), 1U);
    const CandidateComparison& candidate = comparison.candidates[0];
    EXPECT_NEAR(candidate.speedup, 2, 0.02);
    EXPECT_LT(candidate.speedup_interval.lo, candidate.speedup);
    EXPECT_GT(candidate.speedup_interval.hi, candidate.speedup);
    EXPECT_TRUE(candidate.latency_differs);
    EXPECT_DOUBLE_EQ(candidate.size_ratio, 0.25);
    // Baseline wrong on 0..99, candidate on 90..129: 10 stay wrong, 30 are lost, 90 gained.
    EXPECT_EQ(candidate.flips.wrong_both, 10U);
    EXPECT_EQ(candidate.flips.lost, 30U);
    EXPECT_EQ(candidate.flips.gained, 90U);
    EXPECT_EQ(candidate.flips.right_both, 870U);
    EXPECT_DOUBLE_EQ(candidate.agreement.value(), 88.0);
    ASSERT_TRUE(candidate.top1_delta_points);
    EXPECT_DOUBLE_EQ(*candidate.top1_delta_points, 6);
    EXPECT_LT(candidate.top1_delta_interval.lo, 6);
    EXPECT_GT(candidate.top1_delta_interval.hi, 6);
    EXPECT_NEAR(candidate.output_sqnr_db.value(), 20, 0.01);
    EXPECT_EQ(candidate.gate, Outcome::not_judged);
    EXPECT_EQ(comparison.outcome(), Outcome::not_judged);
}

TEST(Compare, EqualModelsAreNotCalledDifferent) {
    const Comparison comparison = compare(pair_of(measurement("same", 1.0, 1000, 0, 100)), {});
    EXPECT_FALSE(comparison.candidates[0].latency_differs);
    EXPECT_GT(comparison.noise_floor, 0);
    EXPECT_LT(comparison.noise_floor, 0.02);
    EXPECT_DOUBLE_EQ(comparison.candidates[0].agreement.value(), 100);
}

TEST(Compare, ModelsThatSawDifferentSamplesAreRefused) {
    EXPECT_THROW((void)compare(pair_of(measurement("short", 1.0, 999, 0, 1)), {}), Error);
    EXPECT_THROW((void)compare(std::vector<Trial>(), {}), Error);
}

TEST(Gate, HasThreeOutcomesForADrop) {
    EXPECT_EQ(judge_drop(0, 0, 5000, 0.5).outcome, Outcome::passed);
    EXPECT_EQ(judge_drop(200, 10, 1000, 0.5).outcome, Outcome::failed);
    const GateLine open = judge_drop(6, 4, 1000, 0.5);
    EXPECT_EQ(open.outcome, Outcome::inconclusive);
    EXPECT_GT(open.samples_needed, 1000U);
    EXPECT_THAT(open.text, testing::HasSubstr("0.20 points"));
    const GateLine none = judge_drop(0, 0, 0, 0.5);
    EXPECT_EQ(none.outcome, Outcome::inconclusive);
    EXPECT_THAT(none.text, testing::HasSubstr("no labels"));
}

TEST(Gate, HasThreeOutcomesForSpeed) {
    EXPECT_EQ(judge_speed(1.5, {1.45, 1.55}, 1.4).outcome, Outcome::passed);
    EXPECT_EQ(judge_speed(1.5, {1.45, 1.55}, 1.6).outcome, Outcome::failed);
    EXPECT_EQ(judge_speed(1.5, {1.45, 1.55}, 1.5).outcome, Outcome::inconclusive);
}

TEST(Gate, SaysSpeedsAsFasterOrSlower) {
    EXPECT_EQ(judge_speed(1.5, {1.45, 1.55}, 1.4).text, "1.500x faster (95 %: 1.450x to 1.550x faster), at least 1.4x faster wanted");
    EXPECT_EQ(judge_speed(0.625, {0.5, 0.8}, 1).text, "1.600x slower (95 %: 1.250x to 2.000x slower), no slower wanted");
    EXPECT_EQ(judge_speed(0.98, {0.8, 1.25}, 0.8).text, "1.020x slower (95 %: 1.250x slower to 1.250x faster), at most 1.25x slower wanted");
}

TEST(Gate, TheWorstLineDecidesACandidateAndOneGoodCandidateIsEnough) {
    Gate gate;
    gate.max_drop_points = 2;
    gate.min_speedup = 1.5;
    std::vector<Measurement> all = pair_of(measurement("fast", 0.5, 1000, 0, 100));
    all.push_back(measurement("slow", 1.2, 1000, 0, 100));
    const Comparison comparison = compare(std::move(all), gate);
    EXPECT_EQ(comparison.candidates[0].gate, Outcome::passed);
    EXPECT_EQ(comparison.candidates[1].gate, Outcome::failed) << "accuracy passed, speed failed";
    EXPECT_EQ(comparison.candidates[1].gate_lines.size(), 2U);
    EXPECT_EQ(comparison.outcome(), Outcome::passed);
    EXPECT_EQ(worst_of({}), Outcome::not_judged);
}

TEST(ComparisonJson, ComesBackAsItWas) {
    Gate gate;
    gate.max_drop_points = 0.5;
    std::vector<Measurement> all = pair_of(measurement("fast", 0.5, 300, 0, 3));
    all[0] = measurement("base", 1.0, 300, 0, 3);
    const Comparison comparison = compare(std::move(all), gate);
    const Json with = to_json(comparison, true);
    EXPECT_EQ(to_json(comparison_from_json(with), true), with);
    const Json without = to_json(comparison);
    EXPECT_EQ(to_json(comparison_from_json(without)), without);
    EXPECT_FALSE(without["baseline"].contains("answers"));
    EXPECT_FALSE(without["baseline"]["latency_ms"].contains("blocks"));
    EXPECT_EQ(with["baseline"]["latency_ms"]["blocks"].size(), 40U);
    EXPECT_EQ(comparison_from_json(with).baseline.measurement.latency.launches[7].blocks, comparison.baseline.measurement.latency.launches[7].blocks);
    EXPECT_GT(without["candidates"][0]["paired"]["p99"]["ratio"], 1.0);
    EXPECT_DOUBLE_EQ(without["baseline"]["cold_start_ms"]["total"], without["baseline"]["cold_start_ms"]["download"]);
    EXPECT_EQ(comparison_from_json(Json::parse(with.dump())).candidates[0].measurement.answers.predicted,
              comparison.candidates[0].measurement.answers.predicted);
    EXPECT_TRUE(without["baseline"]["latency_ms"]["p50"].is_number());
    EXPECT_TRUE(without["candidates"][0]["agreement"].is_number());
}

TEST(ComparisonJson, WhatWasNotMeasuredIsNull) {
    std::vector<Measurement> all{measurement("base", 1.0, 0, 0, 0), measurement("fast", 0.5, 0, 0, 0)};
    const Json json = to_json(compare(std::move(all), {}));
    EXPECT_TRUE(json["baseline"]["accuracy"].is_null());
    EXPECT_TRUE(json["candidates"][0]["agreement"].is_null());
    EXPECT_TRUE(json["candidates"][0]["output_sqnr_db"].is_null());
    EXPECT_TRUE(json["candidates"][0]["top1_delta_points"].is_null());
}

TEST(ComparisonJson, DamagedFilesAreAnError) {
    Json json = to_json(compare(pair_of(measurement("fast", 0.5, 1000, 0, 3)), {}));
    json["baseline"].erase("latency_ms");
    EXPECT_THROW((void)comparison_from_json(json), Error);
    EXPECT_THROW((void)comparison_from_json(Json::array()), Error);
}

TEST(Compare, AnOutputWithNanHasNoSqnr) {
    auto both = pair_of(measurement("nan", 1.0, 1000, 0, 100));
    OutputTally broken("bad", sums_of_metrics()), good("good", sums_of_metrics());
    const auto values = [](double value) { return OutputValues{ElementType::float32, {1, 1}, {value}, {}}; };
    broken.add(values(1), values(std::numeric_limits<double>::quiet_NaN()), 0, 1);
    good.add(values(1), values(1), 0, 1);
    both[1].outputs = {broken.figures(), good.figures()};
    for (OutputFigures& output : both[1].outputs) fill_metrics(output);
    EXPECT_FALSE(both[1].outputs[0].sqnr_db);
    EXPECT_FALSE(both[1].outputs[0].cosine);
    EXPECT_TRUE(both[1].outputs[0].metrics.empty()) << "no MAE either";
    EXPECT_EQ(both[1].outputs[1].sqnr_db, 200);
    Comparison comparison = compare(std::move(both), {.min_sqnr_db = -100});
    for (int again = 0; again < 2; ++again) {
        EXPECT_FALSE(comparison.candidates[0].output_sqnr_db) << "that of the other output is not that of the worst";
        EXPECT_EQ(comparison.outcome(), Outcome::failed);
        EXPECT_THAT(comparison.candidates[0].gate_lines[0].text, testing::HasSubstr("NaN on 1 of 1"));
        comparison = comparison_from_json(Json::parse(to_json(comparison).dump()));
        judge_again(comparison, comparison.gate);
    }
}

}  // namespace
}  // namespace vernier
