// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/latency_curves.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <vector>

#include "core/report/executed_counts.h"
#include "core/report/html.h"
#include "tests/report/comparison.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

Measurement with(std::vector<double> quantiles) {
    Measurement measurement;
    measurement.latency.quantiles = std::move(quantiles);
    return measurement;
}

TEST(LatencyCurves, GiveTheShareOfRunsThatTakeNoLonger) {
    const Measurement slow = with({4, 5, 6, 8, 10}), fast = with({2, 3, 4});
    const LatencyCurves all = latency_curves({{slow}, {fast}});
    ASSERT_EQ(all.curves.size(), 2U);
    EXPECT_DOUBLE_EQ(all.lo, 2);
    EXPECT_NEAR(all.hi, 9.92, 1e-9) << "p99 between 8 at 75 % and 10 at 100 %";
    EXPECT_TRUE(all.cut);
    EXPECT_DOUBLE_EQ(all.curves[0].points[2].ms, 6);
    EXPECT_DOUBLE_EQ(all.curves[0].points[2].share, 0.5);
    EXPECT_NEAR(all.curves[0].points.back().share, 0.99, 1e-9);
    EXPECT_DOUBLE_EQ(all.curves[1].points.back().share, 1) << "the fast one ends inside";
    EXPECT_EQ(all.curves[1].trial, 1U);
}

TEST(LatencyCurves, OneSlowRunDoesNotTakeTheRoom) {
    std::vector<double> quantiles(101, 1.0);
    quantiles[0] = 0.9;
    quantiles[100] = 1000;
    const Measurement measured = with(quantiles);
    EXPECT_NEAR(latency_curves({{measured}}).hi, 1, 1e-9);
}

TEST(LatencyCurves, WaitsOfABusyMachineDoNotTakeTheRoom) {
    std::vector<double> quantiles(101, 0);
    for (std::size_t i = 0; i <= 100; ++i) quantiles[i] = i < 95 ? 1 + 0.001 * static_cast<double>(i) : 12;
    const Measurement measured = with(quantiles);
    const LatencyCurves all = latency_curves({{measured}});
    EXPECT_NEAR(all.hi, 3 * 1.05, 1e-9);
    EXPECT_TRUE(all.cut);
    EXPECT_GT(all.curves.at(0).points.back().share, 0.93);
}

TEST(LatencyCurves, WhatIsNoDistributionHasNone) {
    const double nan = std::nan("");
    for (const std::vector<double>& each : {std::vector<double>{}, {1}, {1, 1, 1}, {1, nan, 2}, {1, std::numeric_limits<double>::infinity()}, {3, 1, 2}}) {
        const Measurement measured = with(each);
        EXPECT_TRUE(latency_curves({{measured}}).curves.empty()) << testing::PrintToString(each);
    }
    EXPECT_TRUE(latency_curves({}).curves.empty());
}

TEST(RoundTicks, AreFourToTenRoundNumbersInside) {
    EXPECT_THAT(round_ticks(0, 10), testing::Pointwise(testing::DoubleNear(1e-12), {0.0, 2.0, 4.0, 6.0, 8.0, 10.0}));
    test::Random random(1);
    for (int i = 0; i < 500; ++i) {
        const double lo = std::pow(10, random.uniform(-4, 5)), hi = lo + std::pow(10, random.uniform(-4, 5));
        const std::vector<double> ticks = round_ticks(lo, hi);
        ASSERT_GE(ticks.size(), 4U) << lo << " " << hi;
        ASSERT_LE(ticks.size(), 10U);
        EXPECT_GE(ticks.front(), lo - 1e-9 * hi);
        EXPECT_LE(ticks.back(), hi + 1e-6 * (hi - lo));
    }
    EXPECT_TRUE(round_ticks(1, 1).empty());
    EXPECT_TRUE(round_ticks(0, std::numeric_limits<double>::infinity()).empty());
}

TEST(ExecutedCounts, AreOfTheOperatorsThatRan) {
    Measurement measured;
    EXPECT_EQ(text_of(executed_counts(measured)), "");
    EXPECT_TRUE(to_json(executed_counts(measured)).is_null());
    measured.profile = {{"a", "QuantizeLinear", "CPU", 1, 9, "float,float,uint8"},
                        {"b", "QLinearConv", "CPU", 1, 9, "uint8,float,uint8,float,int8,float,uint8,int32"},
                        {"c", "Transpose", "CPU", 1, 9, "uint8"},
                        {"d", "DynamicQuantizeMatMul", "CPU", 1, 9, "float,int8,float"},
                        {"e", "Conv", "CPU", 1, 9, "float,float,float"},
                        {"f", "Conv", "CPU", 1, 9, "float16,float16"},
                        {"g", "Where", "CPU", 1, 9, "bool,float16,float16"},
                        {"h", "Gather", "CPU", 1, 9, "int64,int64"},
                        {"i", "Cast", "CPU", 1, 9, "uint8"},
                        {"j", "ReorderOutput", "CPU", 1, 9, "float"},
                        {"k", "Shape", "CPU", 1, 9, ""}};
    const ExecutedCounts counts = executed_counts(measured);
    EXPECT_EQ(counts, (ExecutedCounts{.int8 = 3, .fp16 = 2, .floating = 1, .conversions = 3, .other = 2}));
    EXPECT_EQ(text_of(counts), "3 INT8, 2 FP16, 1 float, 3 conversions, 2 other");
    EXPECT_EQ(to_json(counts).dump(), R"({"int8":3,"fp16":2,"float":1,"conversions":3,"other":2})");
}

TEST(Html, ShowsTheDistributionAndWhatRan) {
    ComparedFiles compared = test::baseline_only();
    CandidateComparison& candidate = test::add_candidate(compared, "fast.onnx", 5, 250'000, 89.5);
    EXPECT_EQ(render_html(compared).find("<polyline"), std::string::npos) << "nothing was kept of the runs";
    compared.comparison.baseline.measurement.latency.quantiles = {9, 10, 12};
    candidate.measurement.latency.quantiles = {4, 5, 6};
    candidate.measurement.profile = {{"b", "QLinearConv", "CPU", 1, 9, "uint8"}, {"e", "Cast", "CPU", 1, 9, "float"}};
    const std::string html = render_html(compared);
    EXPECT_NE(html.find(curves_title()), std::string::npos);
    EXPECT_NE(html.find("the slowest runs are left out"), std::string::npos);
    EXPECT_NE(html.find("ran: 1 INT8, 1 conversion<"), std::string::npos);
    std::size_t lines = 0;
    for (std::size_t at = html.find("<polyline"); at != std::string::npos; at = html.find("<polyline", at + 1)) ++lines;
    EXPECT_EQ(lines, 2U);
}

}  // namespace
}  // namespace vernier
