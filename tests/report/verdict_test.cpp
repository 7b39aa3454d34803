// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/report/documents.h"
#include "core/report/time_by_kind.h"
#include "tests/report/comparison.h"

namespace vernier::test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

/// Judges all candidates of a comparison by hand: a gate of half a point with this outcome.
void judge(CandidateComparison& candidate, Outcome outcome, std::uint64_t needed = 0) {
    candidate.gate = outcome;
    candidate.gate_lines = {{"accuracy", outcome, "", needed}};
}

TEST(Verdict, AFastCandidateInsideTheGateIsWorthIt) {
    ComparedFiles compared = baseline_only();
    compared.comparison.gate.max_drop_points = 0.5;
    judge(add_candidate(compared, "small.onnx", 4, 280'000, 89.9), Outcome::passed);
    const Verdict verdict = verdict_of(compared.comparison);
    EXPECT_EQ(verdict.worth, std::optional(true));
    EXPECT_EQ(verdict.title, "small: 2.50x faster, 72 % smaller, accuracy within the limit");
    EXPECT_THAT(verdict.text, StartsWith("Worth it: "));
    EXPECT_THAT(verdict.text, HasSubstr("4 ms instead of 10 ms (2.50x faster, 95 %: 2.45x to 2.55x faster)"));
    EXPECT_THAT(verdict.text, HasSubstr("Top-1 -0.10 points (95 %: -0.60 to +0.40), within the limit of -0.50"));
}

TEST(Verdict, PrefersWhatPassedOverWhatIsFaster) {
    ComparedFiles compared = baseline_only();
    compared.comparison.gate.max_drop_points = 0.5;
    judge(add_candidate(compared, "fast.onnx", 2, 250'000, 80), Outcome::failed);
    judge(add_candidate(compared, "sound.onnx", 5, 300'000, 90), Outcome::passed);
    const Verdict verdict = verdict_of(compared.comparison);
    EXPECT_EQ(verdict.best, 1);
    EXPECT_THAT(verdict.text, HasSubstr("“fast”: 5.00x faster, 75 % smaller, accuracy beyond the limit"));
}

TEST(Verdict, APassWithoutAGainDoesNotHideAGainThatIsNotSettled) {
    ComparedFiles compared = baseline_only();
    compared.comparison.gate.max_drop_points = 0.5;
    judge(add_candidate(compared, "same.onnx", 10.05, 990'000, 90), Outcome::passed);
    judge(add_candidate(compared, "fast.onnx", 4, 280'000, 89.9), Outcome::inconclusive, 5200);
    const Verdict verdict = verdict_of(compared.comparison);
    EXPECT_EQ(verdict.best, 1);
    EXPECT_THAT(verdict.text, StartsWith("Inconclusive: "));
    EXPECT_THAT(verdict.text, HasSubstr("“same”: no measurable speedup, 1 % smaller, accuracy within the limit"));
}

TEST(Verdict, WhatGainsNothingIsNotWorthItThoughALimitIsOpen) {
    ComparedFiles compared = baseline_only();
    compared.comparison.gate.max_drop_points = 0.5;
    judge(add_candidate(compared, "slow.onnx", 20, 280'000, 89.9), Outcome::inconclusive, 5200);
    const Verdict one = verdict_of(compared.comparison);
    EXPECT_EQ(one.worth, std::optional(false));
    EXPECT_THAT(one.text, StartsWith("Not worth it: "));
    judge(add_candidate(compared, "again.onnx", 20, 280'000, 89.9), Outcome::inconclusive, 5200);
    const Verdict two = verdict_of(compared.comparison);
    EXPECT_EQ(two.worth, one.worth);
    EXPECT_EQ(two.title, "No gain: none of 2 candidates is faster, or 10 % smaller and as fast within the limits");
}

TEST(Verdict, AFailedGateIsNotWorthIt) {
    ComparedFiles compared = baseline_only();
    compared.comparison.gate.max_drop_points = 0.5;
    judge(add_candidate(compared, "bad.onnx", 4, 280'000, 70), Outcome::failed);
    const Verdict verdict = verdict_of(compared.comparison);
    EXPECT_EQ(verdict.worth, std::optional(false));
    EXPECT_THAT(verdict.text, StartsWith("Not worth it: "));
}

TEST(Verdict, WithoutGainItIsNotWorthItEvenInsideTheGate) {
    ComparedFiles compared = baseline_only();
    compared.comparison.gate.max_drop_points = 0.5;
    judge(add_candidate(compared, "same.onnx", 10.05, 990'000, 90), Outcome::passed);
    const Verdict verdict = verdict_of(compared.comparison);
    EXPECT_EQ(verdict.worth, std::optional(false));
    EXPECT_THAT(verdict.title, HasSubstr("no measurable speedup"));
    EXPECT_THAT(verdict.text, HasSubstr("no measurable difference"));
}

TEST(Verdict, ASmallerFileWhoseIntervalIsBelowOneIsNoGain) {
    ComparedFiles compared = baseline_only();
    compared.comparison.gate.max_drop_points = 0.5;
    CandidateComparison& candidate = add_candidate(compared, "small.onnx", 10.1, 500'000, 90);
    judge(candidate, Outcome::passed);
    EXPECT_EQ(verdict_of(compared.comparison).worth, std::optional(true));
    candidate.speedup_interval = {0.77, 0.96};
    EXPECT_EQ(verdict_of(compared.comparison).worth, std::optional(false)) << "not shown beyond the noise, but nothing says that it is as fast";
}

TEST(Verdict, SaysHowManySamplesWouldDecide) {
    ComparedFiles compared = baseline_only();
    compared.comparison.gate.max_drop_points = 0.5;
    judge(add_candidate(compared, "maybe.onnx", 4, 280'000, 89.8), Outcome::inconclusive, 5200);
    const Verdict verdict = verdict_of(compared.comparison);
    EXPECT_EQ(verdict.worth, std::nullopt);
    EXPECT_THAT(verdict.text, StartsWith("Inconclusive: "));
    EXPECT_THAT(verdict.text, HasSubstr("needs about 5,200 samples to decide"));
}

TEST(Verdict, WithoutALimitItGivesFiguresOnly) {
    ComparedFiles compared = baseline_only();
    add_candidate(compared, "lossy.onnx", 3, 250'000, 80);
    add_candidate(compared, "sound.onnx", 4, 280'000, 90);
    const Verdict verdict = verdict_of(compared.comparison);
    EXPECT_EQ(verdict.best, 1) << "a candidate that loses accuracy comes last";
    EXPECT_EQ(verdict.worth, std::nullopt);
    EXPECT_THAT(verdict.text, StartsWith("Not judged"));
}

TEST(Verdict, SlowerIsSaidAsSlower) {
    ComparedFiles compared = baseline_only();
    add_candidate(compared, "slow.onnx", 25, 280'000, 90);
    const Verdict verdict = verdict_of(compared.comparison);
    EXPECT_THAT(verdict.title, HasSubstr("2.50x slower"));
    EXPECT_EQ(verdict.worth, std::optional(false));
}

/// effnet_cifar10: INT8 static is faster and smaller than FP16, its accuracy inconclusive; FP16 passes and is half the size.
TEST(Verdict, WhatAnotherBeatsOnEveryDecidedFigureIsNoHeadline) {
    ComparedFiles compared = baseline_only();
    compared.comparison.gate.max_drop_points = 0.5;
    judge(add_candidate(compared, "static.onnx", 7.8, 350'000, 89.7), Outcome::inconclusive, 31365);
    judge(add_candidate(compared, "half.onnx", 10.05, 500'000, 90), Outcome::passed);
    const Verdict verdict = verdict_of(compared.comparison);
    EXPECT_EQ(verdict.best, 0);
    EXPECT_THAT(verdict.text, StartsWith("Inconclusive: "));
    EXPECT_THAT(verdict.text, HasSubstr("“half”: no measurable speedup, 50 % smaller, accuracy within the limit"));
    // Once its accuracy is decided to be worse, it does not beat the other any more.
    compared.comparison.candidates[0].top1_delta_interval = {-9, -8};
    EXPECT_EQ(verdict_of(compared.comparison).best, 1);
    // A file that failed beats none.
    compared.comparison.candidates[0].top1_delta_interval = {-1, 0.4};
    judge(compared.comparison.candidates[0], Outcome::failed);
    EXPECT_EQ(verdict_of(compared.comparison).best, 1);
}

TEST(Verdict, OfSeveralCandidatesWithoutAGainNoneIsHeadlined) {
    ComparedFiles compared = baseline_only();
    compared.comparison.gate.max_drop_points = 0.5;
    judge(add_candidate(compared, "one.onnx", 10.05, 990'000, 90), Outcome::passed);
    judge(add_candidate(compared, "two.onnx", 12, 500'000, 90), Outcome::passed);
    judge(add_candidate(compared, "three.onnx", 5, 500'000, 50), Outcome::failed);
    const Verdict verdict = verdict_of(compared.comparison);
    EXPECT_EQ(verdict.best, -1);
    EXPECT_EQ(verdict.worth, std::optional(false));
    EXPECT_THAT(verdict.title, HasSubstr("none of 3 candidates"));
    EXPECT_THAT(verdict.text, HasSubstr("“three”: 2.00x faster, 50 % smaller, accuracy beyond the limit"));
}

TEST(Verdict, ABrokenOutputIsOnlyWorthItByALimitThatCoversIt) {
    ComparedFiles compared = baseline_only();
    compared.comparison.gate.min_speedup = 1.5;
    CandidateComparison& candidate = add_candidate(compared, "fast.onnx", 4, 280'000, 90);
    candidate.gate = Outcome::passed;
    candidate.gate_lines = {{"speed", Outcome::passed, "", 0}};
    EXPECT_EQ(verdict_of(compared.comparison).worth, std::optional(true));
    candidate.measurement.outputs[0].sqnr_db = 8;
    EXPECT_EQ(verdict_of(compared.comparison).worth, std::optional(false));
    EXPECT_THAT(verdict_of(compared.comparison).text, HasSubstr("Output scores has little to do with the baseline's (SQNR 8.0 dB)"));
    candidate.gate_lines.push_back({"accuracy", Outcome::passed, "", 0});
    EXPECT_EQ(verdict_of(compared.comparison).worth, std::optional(true)) << "top-1 speaks for the scores";
    candidate.measurement.outputs[0].name = "boxes";
    EXPECT_EQ(verdict_of(compared.comparison).worth, std::optional(false)) << "and for no other output";
    candidate.gate_lines.push_back({"output error", Outcome::passed, "", 0});
    EXPECT_EQ(verdict_of(compared.comparison).worth, std::optional(true));
    candidate.gate_lines.clear();
    candidate.gate = Outcome::not_judged;
    candidate.measurement.outputs[0].lost = 1;
    EXPECT_EQ(verdict_of(compared.comparison).worth, std::optional(false)) << "NaN where FP32 is finite";
}

TEST(Verdict, SaysWhatWouldChangeIt) {
    ComparedFiles compared = baseline_only();
    CandidateComparison& candidate = add_candidate(compared, "a.onnx", 5, 280'000, 80);
    candidate.origin = Origin{};
    candidate.origin->counts = {{Method::int8_static, 40}};
    judge_again(compared, {.max_drop_points = 0.5});
    judge(candidate, Outcome::failed);
    EXPECT_EQ(verdict_of(compared.comparison).change, "To lose less, leave the layers that lose most in FP32, or choose another method for them.");
    EXPECT_THAT(verdict_of(compared.comparison).text, testing::EndsWith(verdict_of(compared.comparison).change));
    judge(candidate, Outcome::passed);
    EXPECT_EQ(verdict_of(compared.comparison).change, "");

    candidate.gate = Outcome::inconclusive;
    candidate.gate_lines = {{"macro F1", Outcome::inconclusive, "", 2500, "macro_f1"}, {"p99", Outcome::inconclusive, "", 0, "p99"}};
    EXPECT_EQ(verdict_of(compared.comparison).change,
              "About 2,500 samples would decide. A longer measurement on a quiet machine would narrow the interval of p99.");
    candidate.measurement.latency.p99.reset();
    candidate.measurement.latency.n = 400;
    EXPECT_THAT(verdict_of(compared.comparison).change, testing::EndsWith("A longer measurement would give enough runs for p99."));
}

TEST(Verdict, SaysWhyItIsNotFasterByWhatRan) {
    ComparedFiles compared = baseline_only();
    CandidateComparison& candidate = add_candidate(compared, "a.onnx", 20, 990'000, 90);
    candidate.origin = Origin{};
    candidate.origin->counts = {{Method::int8_static, 40}};
    candidate.measurement.profile = {{"a", "QLinearConv", "CPU", 1, 9, "uint8"}, {"b", "Conv", "CPU", 1, 9, "float"}, {"c", "Cast", "CPU", 1, 9, "float"}};
    EXPECT_THAT(verdict_of(compared.comparison).change, StartsWith("Only 1 of 3 operators ran in INT8"));
    candidate.measurement.host.cpu_flags = {"avx2"};
    EXPECT_THAT(verdict_of(compared.comparison).change, HasSubstr("no VNNI"));
    candidate.measurement.host.cpu_flags = {"avx2", "avx_vnni"};
    candidate.measurement.profile.resize(1);
    EXPECT_EQ(verdict_of(compared.comparison).change, "") << "all ran in INT8 on a processor that is made for it";
    candidate.origin->counts = {{Method::fp16, 40}};
    candidate.measurement.profile = {{"b", "Conv", "CPU", 1, 9, "float"}};
    EXPECT_THAT(verdict_of(compared.comparison).change, StartsWith("No operator ran in FP16 here"));
}

TEST(Verdict, ATaskWithoutClassesIsToldByItsFirstMetric) {
    ComparedFiles compared = baseline_only();
    CandidateComparison& candidate = add_candidate(compared, "a.onnx", 4, 280'000, 90);
    for (Measurement* each : {&compared.comparison.baseline.measurement, &candidate.measurement}) {
        each->accuracy.reset();
        each->metrics = {{"f1", {each == &candidate.measurement ? 88.5 : 90.0, Interval{80, 95}, 100}}};
    }
    candidate.top1_delta_points.reset();
    candidate.agreement.reset();
    candidate.changes = {{"f1", {-1.5, Interval{-2, -1}}}};
    const Verdict verdict = verdict_of(compared.comparison);
    EXPECT_THAT(verdict.title, testing::EndsWith("F1 -1.50"));
    EXPECT_THAT(verdict.text, HasSubstr("F1 88.50 % instead of 90.00 (-1.50, 95 %: -2.00 to -1.00)."));
    candidate.changes["f1"].interval = Interval{-3, 1};
    EXPECT_THAT(verdict_of(compared.comparison).text, HasSubstr("(no measurable difference, 95 %: -3.00 to +1.00)"));
}

TEST(Verdict, WithoutLabelsTheWorstOutputIsNamed) {
    ComparedFiles compared = baseline_only();
    CandidateComparison& candidate = add_candidate(compared, "fast.onnx", 4, 280'000, 90);
    candidate.top1_delta_points.reset();
    candidate.agreement.reset();
    OutputFigures boxes = candidate.measurement.outputs[0];
    boxes.name = "boxes";
    boxes.sqnr_db = 12.34;
    candidate.measurement.outputs.insert(candidate.measurement.outputs.begin(), boxes);
    const Verdict verdict = verdict_of(compared.comparison);
    EXPECT_THAT(verdict.title, HasSubstr("worst output SQNR 12.3 dB"));
    EXPECT_THAT(verdict.text, HasSubstr("Worst of 2 outputs, boxes: SQNR 12.3 dB"));
}

TEST(Verdict, ABaselineAloneHasNone) { EXPECT_EQ(verdict_of(baseline_only().comparison).best, -1); }

TEST(Documents, ACandidateCarriesItsOrigin) {
    ComparedFiles compared = baseline_only();
    add_candidate(compared, "small.onnx", 4, 280'000, 90);
    Origin origin;
    origin.counts = {{Method::fp32, 11}, {Method::int8_static, 491}};
    compared.comparison.candidates[0].origin = origin;
    EXPECT_EQ(origin.text(), "491 of 502 nodes INT8 static, 11 FP32");
    EXPECT_EQ(origin.main_method(), Method::int8_static);
    const Json json = to_json(compared, false);
    EXPECT_EQ(json.at("vernier_report"), kReportVersion);
    EXPECT_TRUE(json.at("baseline").at("origin").is_null());
    EXPECT_EQ(json.at("candidates").at(0).at("origin").at("counts").at("int8-static"), 491);
    EXPECT_TRUE(json.at("verdict").at("worth").is_null());
}

TEST(TimeByKind, CountsFloatAndIntegerFormsTogether) {
    Measurement before = measured("a.onnx", 10, 1, 90), after = measured("b.onnx", 4, 1, 90);
    before.profile = {{"c1", "FusedConv", "CPU", 6000, 10, ""}, {"g", "Gemm", "CPU", 1000, 10, ""}};
    after.profile = {{"c1", "QLinearConv", "CPU", 2000, 10, ""}, {"q", "QuantizeLinear", "CPU", 300, 10, ""}, {"g", "QGemm", "CPU", 200, 10, ""}};
    const std::vector<KindTime> kinds = time_by_kind(before, after);
    ASSERT_EQ(kinds.size(), 3U);
    EXPECT_EQ(kinds[0].kind, "Conv");
    EXPECT_DOUBLE_EQ(kinds[0].before, 6);
    EXPECT_DOUBLE_EQ(kinds[0].after, 2);
    EXPECT_EQ(kinds[1].kind, "MatMul");
    EXPECT_EQ(kinds[2].kind, "Quantize, dequantize");
    const std::vector<KindTime> short_list = time_by_kind(before, after, 2);
    ASSERT_EQ(short_list.size(), 2U);
    EXPECT_EQ(short_list[1].kind, "Other");
    EXPECT_DOUBLE_EQ(short_list[1].after, 0.5);
}

}  // namespace
}  // namespace vernier::test
