// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include "tests/ui/compared.h"
#include "ui/charts/comparison_plots.h"

namespace vernier::ui {
namespace {

TEST(ComparisonPlots, LatencyTellsRatiosAndMarksWhatDoesNotDiffer) {
    const IntervalPlot plot = latencyPlot(namedByFiles(test::simulated_comparison()));
    ASSERT_EQ(plot.rows.size(), 3U);
    EXPECT_TRUE(plot.rows[0].baseline);
    EXPECT_EQ(plot.rows[1].label, QStringLiteral("static"));
    EXPECT_NEAR(plot.rows[1].value, 0.5, 0.01);
    EXPECT_LT(plot.rows[1].lo, plot.rows[1].hi);
    EXPECT_FALSE(plot.rows[1].text.endsWith(QLatin1Char('~'))) << plot.rows[1].text.toStdString();
    EXPECT_TRUE(plot.rows[1].text.endsWith(QLatin1Char('x')));
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
    comparison.baseline.accuracy.reset();
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
    EXPECT_TRUE(sizePlot(named).rows[1].text.endsWith(QStringLiteral("0.250x"))) << sizePlot(named).rows[1].text.toStdString();
    // 1 MB at 400 Mbit/s takes 20 ms; loading and the first run take 5 more.
    EXPECT_NEAR(coldStartPlot(named).rows[0].value, 25, 1e-9);
    EXPECT_NEAR(coldStartPlot(named).rows[1].value, 10, 1e-9);
    EXPECT_GT(tailPlot(named).rows[0].value, latencyPlot(named).rows[0].value);
}

}  // namespace
}  // namespace vernier::ui
