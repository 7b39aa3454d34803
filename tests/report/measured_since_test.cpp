// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/measured_since.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/timed.h"
#include "tests/report/comparison.h"

namespace vernier::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

Finding timed(const std::string& code, const std::string& text, double now, double opened) {
    return {Severity::warning, code, kNone, {}, {}, text + timing_sentence({{"this way", now}, {"as opened", opened}}), "Keep FP32."};
}

std::vector<Finding> of_quantize() {
    return {timed("float-prefix", "The first 2 convolutions stay in float.", 0.342, 0.485),
            timed("nothing-to-gain", "INT8 is slower on this model.", 0.516, 0.487)};
}

TEST(Timings, NameThemselvesAndTheirUnits) {
    EXPECT_EQ(timing_sentence({{"this way", 0.0342}, {"as opened", 0.485}}), " Timed while quantizing, on one thread: 34.2 µs this way, 0.485 ms as opened.");
    EXPECT_TRUE(has_timing(of_quantize()[0]));
    EXPECT_EQ(without_timing(of_quantize()[0]), "The first 2 convolutions stay in float.");
    EXPECT_FALSE(has_timing({Severity::info, "kept-float", kNone, {}, {}, "One node stays in float.", {}}));
}

TEST(Timings, OfSeveralTheLastSpeaks) {
    std::vector<Finding> findings = of_quantize();
    keep_last_timing(findings);
    EXPECT_EQ(findings[0].text, "The first 2 convolutions stay in float.") << "two timings of two files would contradict each other";
    EXPECT_THAT(findings[1].text, HasSubstr("0.516 ms this way"));
}

TEST(Timings, AFileThatNodesLeftAfterwardsIsNotTimed) {
    std::vector<Finding> findings = {of_quantize()[0], {Severity::warning, "kept-float", 3, "Conv_3", {}, "Conv_3 stays in float.", {}}};
    keep_last_timing(findings);
    EXPECT_FALSE(has_timing(findings[0]));
    findings = {findings[1], of_quantize()[0]};
    keep_last_timing(findings);
    EXPECT_TRUE(has_timing(findings[1]));
}

TEST(MeasuredSince, AFasterFileHasSomethingToGain) {
    ComparedFiles compared = baseline_only();
    const CandidateComparison& candidate = add_candidate(compared, "int8.onnx", 4, 280'000, 90);
    const std::vector<Finding> findings = measured_since(of_quantize(), candidate, compared.comparison.baseline.measurement);
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].text, "The first 2 convolutions stay in float. Measured since: 4 ms instead of 10 ms, 2.50x faster.");
}

TEST(MeasuredSince, TheMeasuredFigureSpeaksOnce) {
    ComparedFiles compared = baseline_only();
    const CandidateComparison& candidate = add_candidate(compared, "int8.onnx", 20, 280'000, 90);
    const std::vector<Finding> findings = measured_since(of_quantize(), candidate, compared.comparison.baseline.measurement);
    ASSERT_EQ(findings.size(), 2U);
    EXPECT_EQ(findings[0].text, "The first 2 convolutions stay in float.");
    EXPECT_EQ(findings[1].text, "INT8 is slower on this model. The file is 72 % smaller. Measured since: 20 ms instead of 10 ms, 2.00x slower.");
    EXPECT_THAT(findings[1].text, Not(HasSubstr("0.516")));
}

TEST(MeasuredSince, WithoutADifferenceNoTimeIsGained) {
    ComparedFiles compared = baseline_only();
    const CandidateComparison& candidate = add_candidate(compared, "int8.onnx", 10.05, 1'000'000, 90);
    const std::vector<Finding> findings = measured_since(of_quantize(), candidate, compared.comparison.baseline.measurement);
    ASSERT_EQ(findings.size(), 2U);
    EXPECT_THAT(findings[1].text, AllOf(HasSubstr("gains no time"), HasSubstr("no measurable difference"), Not(HasSubstr("slower"))));
}

TEST(MeasuredSince, OtherFindingsStayAsTheyAre) {
    ComparedFiles compared = baseline_only();
    const CandidateComparison& candidate = add_candidate(compared, "int8.onnx", 4, 280'000, 90);
    const std::vector<Finding> before = {{Severity::info, "low-sqnr", kNone, {}, "y", "The output \"y\" keeps 19 dB.", "Use FP32."}};
    EXPECT_EQ(measured_since(before, candidate, compared.comparison.baseline.measurement), before);
}

}  // namespace
}  // namespace vernier::test
