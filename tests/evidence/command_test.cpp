// SPDX-License-Identifier: GPL-3.0-or-later
// Lines of a metric command: what they may be, and what is said of one that is none.
#include "core/evidence/metrics/command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "core/base/error.h"
#include "core/evidence/compare.h"
#include "core/evidence/metrics/reference.h"
#include "core/measure/statistics.h"

namespace vernier {
namespace {

using ::testing::HasSubstr;

std::string said_of(const std::string& line) {
    try {
        (void)command_line(line, 7, "wer");
    } catch (const Error& error) {
        return error.what();
    }
    return "accepted";
}

TEST(CommandLine, IsANumberOrAnObjectOfNumbers) {
    EXPECT_EQ(command_line("0.25", 7, "wer").at("wer"), (SampleSums{{0.25}, 1}));
    const auto several = command_line(R"({"id": 7, "wer": [2, 14], "cer": 0.5, "none": null})", 7, "x");
    EXPECT_EQ(several.at("wer"), (SampleSums{{2}, 14}));
    EXPECT_EQ(several.at("cer"), (SampleSums{{0.5}, 1}));
    EXPECT_EQ(several.at("none"), SampleSums{});
    EXPECT_FALSE(several.contains("id"));
}

TEST(CommandLine, SaysWhyItIsNone) {
    EXPECT_THAT(said_of("good"), HasSubstr("neither a number nor an object"));
    EXPECT_THAT(said_of("NaN"), HasSubstr("neither a number nor an object"));
    EXPECT_THAT(said_of("1e999"), HasSubstr("neither"));
    EXPECT_THAT(said_of("[1, 2]"), HasSubstr("neither a number nor an object"));
    EXPECT_THAT(said_of(R"({"id": 8, "wer": 1})"), HasSubstr("its id is 8, but the sample's is 7"));
    EXPECT_THAT(said_of(R"({"id": 7})"), HasSubstr("names no metric"));
    EXPECT_THAT(said_of(R"({"wer": "low"})"), HasSubstr("wer is neither a number nor [sum, count]"));
    EXPECT_THAT(said_of(R"({"wer": [1, 0.5]})"), HasSubstr("whole count"));
    EXPECT_THAT(said_of(R"({"wer": [1, -2]})"), HasSubstr("whole count"));
    EXPECT_THAT(said_of(R"({"top1": 1})"), HasSubstr("a figure of Vernier's own"));
    EXPECT_THAT(said_of(R"({"a metric": 1})"), HasSubstr("no name of a metric"));
    EXPECT_THAT(said_of(std::string(100'000, '[')), HasSubstr("neither"));
}

TEST(CommandMetrics, AreRatiosOfSums) {
    const CommandMetrics metrics = {{"wer", {{{1}, 10}, {{0}, 4}, {{3}, 6}}}, {"exact", {{{1}, 1}, {}, {{0}, 1}}}};
    const auto values = values_of(metrics);
    EXPECT_DOUBLE_EQ(values.at("wer").value, 0.2);
    EXPECT_EQ(values.at("wer").n, 3U);
    EXPECT_DOUBLE_EQ(values.at("exact").value, 0.5);
    EXPECT_EQ(values.at("exact").n, 2U) << "null says nothing";
    EXPECT_EQ(values.at("exact").interval, wilson_interval(1, 2));
}

TEST(CommandMetrics, AreComparedInPairs) {
    std::vector<Measurement> both(2);
    both[0].command_samples = {{"wer", {{{1}, 10}, {{0}, 10}, {{3}, 10}, {{2}, 10}}}};
    both[1].command_samples = {{"wer", {{{2}, 10}, {{1}, 10}, {{4}, 10}, {{2}, 10}}}};
    for (Measurement& each : both) each.metrics = values_of(each.command_samples);
    const Comparison comparison = compare(both, {.more = {{"wer", GateLimit::Of::rise, 0.2}}});
    const MetricChange& change = comparison.candidates[0].changes.at("wer");
    EXPECT_NEAR(change.delta, 0.075, 1e-12);
    const Interval expected = mean_t_interval(std::vector<double>{0.1, 0.1, 0.1, 0}).interval;
    EXPECT_NEAR(change.interval->lo, expected.lo, 1e-9);
    EXPECT_NEAR(change.interval->hi, expected.hi, 1e-9);
    EXPECT_EQ(comparison.candidates[0].gate, Outcome::passed);
    EXPECT_EQ(comparison.candidates[0].gate_lines.at(0).figure, "wer");
    EXPECT_EQ(to_json(comparison_from_json(to_json(comparison, true)), true), to_json(comparison, true));
}

}  // namespace
}  // namespace vernier
