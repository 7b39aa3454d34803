// SPDX-License-Identifier: GPL-3.0-or-later
// What is drawn of a tensor: the heights of its bins, what a format clips, and the ranges of its channels.
#include "ui/charts/histogram_chart.h"

#include <QApplication>
#include <QAreaSeries>
#include <QChart>
#include <QLineSeries>
#include <QValueAxis>

#include <gtest/gtest.h>

#include <optional>

#include "ui/theme/theme.h"

namespace vernier::ui {
namespace {

Histogram fourBins() {
    Histogram histogram;
    histogram.lo = -1;
    histogram.hi = 1;
    histogram.counts = {1, 9, 99, 3};
    return histogram;
}

/// The height of each bin in the n-th area of a chart.
QList<double> heights(const QChartView& view, int area) {
    QList<double> values;
    const auto* series = qobject_cast<QAreaSeries*>(view.chart()->series().value(area));
    if (series != nullptr) {
        const QList<QPointF> points = series->upperSeries()->points();
        for (qsizetype i = 0; i < points.size(); i += 2) {
            values << points[i].y();
        }
    }
    return values;
}

const QValueAxis& axis(const QChartView& view, Qt::Orientation orientation) { return *qobject_cast<QValueAxis*>(view.chart()->axes(orientation).value(0)); }

TEST(HistogramChart, DrawsItsCounts) {
    HistogramChart chart;
    EXPECT_TRUE(chart.chart()->series().isEmpty()) << "nothing is known yet";
    chart.setHistogram(fourBins());
    EXPECT_EQ(heights(chart, 0), (QList<double>{1, 9, 99, 3}));
    EXPECT_EQ(heights(chart, 1), (QList<double>{0, 0, 0, 0}));
    EXPECT_EQ(axis(chart, Qt::Horizontal).min(), -1);
    EXPECT_EQ(axis(chart, Qt::Horizontal).max(), 1);
    EXPECT_GT(axis(chart, Qt::Vertical).max(), 99);
    chart.setLogarithmic(true);
    EXPECT_NEAR(heights(chart, 0)[2], 2, 1e-12) << "log10(1 + 99)";
    EXPECT_NEAR(heights(chart, 0)[1], 1, 1e-12);
}

TEST(HistogramChart, MarksWhatTheFormatClips) {
    HistogramChart chart;
    chart.setHistogram(fourBins());
    chart.setGrid(FormatGrid{0.1, 0.5});
    EXPECT_EQ(heights(chart, 0), (QList<double>{0, 9, 99, 0})) << "the middles of the outer bins lie at 0.75";
    EXPECT_EQ(heights(chart, 1), (QList<double>{1, 0, 0, 3}));
    chart.setGrid(FormatGrid{0.1, 1.25});
    EXPECT_EQ(heights(chart, 1), (QList<double>{0, 0, 0, 0}));
    EXPECT_EQ(axis(chart, Qt::Horizontal).max(), 1.25) << "the format's own range is to be seen";
    chart.setGrid(std::nullopt);
    EXPECT_EQ(axis(chart, Qt::Horizontal).max(), 1);
}

TEST(HistogramChart, ATensorOfOneNumberHasNoBins) {
    HistogramChart chart;
    Histogram flat = fourBins();
    flat.hi = flat.lo;
    chart.setHistogram(flat);
    EXPECT_TRUE(chart.chart()->series().isEmpty());
}

TEST(HistogramChart, FollowsTheTheme) {
    HistogramChart chart;
    chart.setHistogram(fourBins());
    chart.show();
    applyTheme(*qApp, true);
    QApplication::processEvents();
    EXPECT_EQ(chart.backgroundBrush().color(), Theme::night().window);
    applyTheme(*qApp, false);
    QApplication::processEvents();
    EXPECT_EQ(chart.backgroundBrush().color(), Theme::light().window);
}

TEST(ChannelChart, DrawsEachChannelFromItsLeastToItsMost) {
    ChannelChart chart;
    chart.setRanges({-1, -0.25F}, {0.5F, 2});
    const auto* area = qobject_cast<QAreaSeries*>(chart.chart()->series().value(0));
    ASSERT_NE(area, nullptr);
    EXPECT_EQ(area->upperSeries()->points(), (QList<QPointF>{{0, 0.5}, {1, 0.5}, {1, 2}, {2, 2}}));
    EXPECT_EQ(area->lowerSeries()->points(), (QList<QPointF>{{0, -1}, {1, -1}, {1, -0.25}, {2, -0.25}}));
    EXPECT_EQ(axis(chart, Qt::Vertical).max(), 2) << "the axis is even on both sides of zero";
    EXPECT_EQ(axis(chart, Qt::Vertical).min(), -2);
}

}  // namespace
}  // namespace vernier::ui
