// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include "tests/ui/compared.h"
#include "ui/charts/comparison_plots.h"

namespace vernier::ui {
namespace {

IntervalPlot latencyPlot(const NamedComparison& named) { return figurePlot(named, figure("p50")); }
IntervalPlot tailPlot(const NamedComparison& named) { return figurePlot(named, figure("p99")); }
IntervalPlot sizePlot(const NamedComparison& named) { return figurePlot(named, figure("size")); }
IntervalPlot afterPausePlot(const NamedComparison& named) { return figurePlot(named, figure("after_pause")); }
IntervalPlot coldStartPlot(const NamedComparison& named) { return figurePlot(named, figure("cold_start")); }

/// The chart of the figure that fills the slot of answers; without rows where none does.
IntervalPlot answersPlot(const NamedComparison& named) {
    for (const IntervalPlot& plot : comparisonPlots(named, in_board_chart)) {
        if (figure(plot.figure.toStdString()).slot == "answers") {
            return plot;
        }
    }
    return {};
}

TEST(ComparisonPlots, LatencyTellsRatiosAndMarksWhatDoesNotDiffer) {
    const IntervalPlot plot = latencyPlot(namedByFiles(test::simulated_comparison()));
    ASSERT_EQ(plot.rows.size(), 3U);
    EXPECT_TRUE(plot.rows[0].baseline);
    EXPECT_EQ(plot.rows[1].label, QStringLiteral("static"));
    EXPECT_NEAR(plot.rows[1].value, 0.5, 0.01);
    EXPECT_LT(plot.rows[1].lo, plot.rows[1].hi);
    EXPECT_FALSE(plot.rows[1].text.endsWith(QLatin1Char('~'))) << plot.rows[1].text.toStdString();
    EXPECT_TRUE(plot.rows[1].text.endsWith(QStringLiteral("x faster")));
    EXPECT_TRUE(plot.rows[2].text.endsWith(QLatin1Char('~'))) << plot.rows[2].text.toStdString();
    EXPECT_FALSE(plot.more.isEmpty());
}

TEST(ComparisonPlots, AnswersTellPointsOrAreLeftOut) {
    const IntervalPlot plot = answersPlot(namedByFiles(test::simulated_comparison()));
    ASSERT_EQ(plot.rows.size(), 3U);
    EXPECT_EQ(plot.rows[0].text, QStringLiteral("90.00"));
    EXPECT_TRUE(plot.rows[1].text.contains(QStringLiteral("-0.10"))) << plot.rows[1].text.toStdString();
    EXPECT_LT(plot.rows[1].lo, 89.9);
    EXPECT_FALSE(plot.fromZero);
    EXPECT_TRUE(answersPlot(namedByFiles(test::simulated_comparison(0))).rows.empty());
}

TEST(ComparisonPlots, WithoutLabelsTheAnswersAreComparedWithTheBaselines) {
    Comparison comparison = test::simulated_comparison();
    comparison.baseline.measurement.accuracy.reset();
    for (CandidateComparison& candidate : comparison.candidates) {
        candidate.measurement.accuracy.reset();
        candidate.top1_delta_points.reset();
    }
    const IntervalPlot plot = answersPlot(namedByFiles(comparison));
    ASSERT_EQ(plot.rows.size(), 3U);
    EXPECT_EQ(plot.rows[0].value, 100);
    EXPECT_NEAR(plot.rows[1].value, 99.9, 1e-9);
    for (CandidateComparison& candidate : comparison.candidates) {
        candidate.agreement.reset();
    }
    const IntervalPlot error = answersPlot(namedByFiles(comparison));
    ASSERT_EQ(error.rows.size(), 3U);
    EXPECT_FALSE(error.rows[0].known) << "the baseline has no error against itself";
    EXPECT_EQ(error.rows[1].value, 20);
}

TEST(ComparisonPlots, SizeAndColdStartTellTheirShare) {
    const NamedComparison named = namedByFiles(test::simulated_comparison());
    EXPECT_TRUE(sizePlot(named).rows[1].text.endsWith(QStringLiteral("75 % smaller"))) << sizePlot(named).rows[1].text.toStdString();
    // 1 MB at 400 Mbit/s takes 20 ms; loading and the first run take 5 more.
    EXPECT_NEAR(coldStartPlot(named).rows[0].value, 25, 1e-9);
    EXPECT_NEAR(coldStartPlot(named).rows[1].value, 10, 1e-9);
    EXPECT_GT(tailPlot(named).rows[0].value, latencyPlot(named).rows[0].value);
}

TEST(ComparisonPlots, EveryTimeStandsAgainstTheBaselineOrHasATilde) {
    Comparison comparison = test::simulated_comparison();
    const NamedComparison named = namedByFiles(comparison);
    for (const IntervalPlot& plot : {tailPlot(named), afterPausePlot(named), coldStartPlot(named)}) {
        ASSERT_EQ(plot.rows.size(), 3U) << plot.title.toStdString();
        EXPECT_TRUE(plot.rows[1].text.contains(QLatin1Char('x'))) << plot.rows[1].text.toStdString();
        EXPECT_TRUE(plot.rows[1].tip.contains(QStringLiteral("95 %"))) << plot.rows[1].tip.toStdString();
    }
    EXPECT_TRUE(tailPlot(named).rows[2].text.endsWith(QLatin1Char('~'))) << "equal models";
    EXPECT_TRUE(coldStartPlot(named).rows[1].tip.contains(QStringLiteral("download 5.00 + start 4.00 + first run 1.00 ms")));
    comparison.candidates[0].measurement.latency.p99.reset();
    comparison.candidates[0].measurement.latency.n = 400;
    const IntervalRow row = tailPlot(namedByFiles(comparison)).rows[1];
    EXPECT_FALSE(row.known);
    EXPECT_TRUE(row.tip.contains(QStringLiteral("600 more"))) << row.tip.toStdString();
}

TEST(ComparisonPlots, EachFigureOfTheBoardHasAChartWithRowsAndTips) {
    const NamedComparison named = namedByFiles(test::simulated_comparison());
    for (const Figure* each : charts_in(in_board_chart, views_of(named.comparison))) {
        const IntervalPlot plot = figurePlot(named, *each);
        EXPECT_EQ(plot.figure.toStdString(), each->id);
        ASSERT_EQ(plot.rows.size(), 3U) << each->id;
        EXPECT_TRUE(plot.rows[1].known) << each->id;
        EXPECT_FALSE(plot.rows[1].text.isEmpty()) << each->id;
        EXPECT_TRUE(plot.rows[1].tip.startsWith(QStringLiteral("static: "))) << plot.rows[1].tip.toStdString();
        EXPECT_EQ(plot.fromZero, each->better == Better::lower) << each->id;
    }
    EXPECT_EQ(comparisonPlots(named, in_board_chart).size(), 7U) << "p50, answers, size, p90, p99, after a pause, cold start";
}

}  // namespace
}  // namespace vernier::ui
