// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFontMetricsF>
#include <QImage>
#include <QLineSeries>
#include <QPainter>
#include <QScatterSeries>
#include <QSignalSpy>
#include <QTest>

#include <gtest/gtest.h>

#include "ui/charts/interval_chart.h"
#include "ui/charts/interval_painter.h"

namespace vernier::ui {
namespace {

IntervalPlot threeRows() {
    IntervalPlot plot;
    plot.title = QStringLiteral("Latency p50, ms");
    plot.note = QStringLiteral("lower is better");
    plot.rows = {{QStringLiteral("FP32"), QStringLiteral("fp32"), 100, 98, 103, true, false, QStringLiteral("100"), {}},
                 {QStringLiteral("static"), QStringLiteral("int8-static"), 40, 39, 41, false, true, QStringLiteral("40.0   2.50x"), {}},
                 {QStringLiteral("dynamic"), QStringLiteral("int8-dynamic"), 200, 200, 200, false, false, QStringLiteral("200    0.50x"), {}}};
    return plot;
}

TEST(IntervalPlot, TheAxisHoldsAllIntervalsAndZero) {
    IntervalPlot plot = threeRows();
    EXPECT_EQ(axisOf(plot).lo, 0);
    EXPECT_EQ(axisOf(plot).hi, 200);
    plot.fromZero = false;
    EXPECT_EQ(axisOf(plot).lo, 39);
    for (IntervalRow& row : plot.rows) {
        row.value = row.lo = row.hi = 99.5;
    }
    EXPECT_LT(axisOf(plot).lo, 99.5);
    EXPECT_GT(axisOf(plot).hi, 99.5);
    EXPECT_LT(axisOf({}).lo, axisOf({}).hi);
}

TEST(IntervalPlot, ColumnsNeverOverlap) {
    IntervalPlot plot = threeRows();
    plot.rows[1].label = QStringLiteral("a candidate with a name that is much longer than any chart is wide, and then some");
    for (const double width : {240.0, 330.0, 560.0, 1200.0}) {
        const IntervalLayout layout = layoutOf(plot, width);
        EXPECT_LT(layout.labels, layout.plot.left()) << width;
        EXPECT_LE(layout.plot.right() + layout.texts, width) << width;
        EXPECT_GE(layout.plot.width(), 10) << width;
    }
}

TEST(IntervalChart, BaselineIsASquareAndCandidatesAreDotsWhereTheirValuesLie) {
    IntervalChart chart;
    chart.resize(500, 120);
    chart.setPlot(threeRows());
    chart.show();
    std::vector<QScatterSeries*> dots;
    int intervals = 0;
    for (QAbstractSeries* series : chart.chart()->series()) {
        if (auto* dot = qobject_cast<QScatterSeries*>(series)) {
            dots.push_back(dot);
        } else {
            ++intervals;
        }
    }
    ASSERT_EQ(dots.size(), 3U);
    EXPECT_EQ(intervals, 3);  // two intervals and the baseline's line
    EXPECT_EQ(dots[0]->markerShape(), QScatterSeries::MarkerShapeRectangle);
    EXPECT_EQ(dots[1]->markerShape(), QScatterSeries::MarkerShapeCircle);
    EXPECT_GT(dots[1]->markerSize(), dots[2]->markerSize());
    const QRectF plot = layoutOf(chart.plot(), chart.width()).plot;
    double before = plot.left();
    for (const int index : {1, 0, 2}) {  // rising values
        const QPointF at = chart.chart()->mapToPosition(dots[std::size_t(index)]->at(0), dots[std::size_t(index)]);
        EXPECT_GT(at.x(), before);
        EXPECT_LT(at.x(), plot.right());
        EXPECT_EQ(chart.rowAt(at.toPoint()), index);
        before = at.x();
    }
}

TEST(IntervalChart, AClickTellsItsRow) {
    IntervalChart chart;
    chart.resize(500, 120);
    chart.setPlot(threeRows());
    chart.show();
    QSignalSpy clicked(&chart, &IntervalChart::rowClicked);
    const IntervalLayout layout = layoutOf(chart.plot(), chart.width());
    QTest::mouseClick(chart.viewport(), Qt::LeftButton, {}, QPoint(20, int(layout.top + layout.row * 2.5)));
    QTest::mouseClick(chart.viewport(), Qt::LeftButton, {}, QPoint(20, 3));
    ASSERT_EQ(clicked.count(), 1);
    EXPECT_EQ(clicked[0][0].toInt(), 2);
}

TEST(IntervalPlot, DotsGiveWayBeforeNamesDo) {
    const QFontMetricsF body(intervalFont());
    IntervalPlot plot = threeRows();
    plot.rows[2].label = QStringLiteral("dynamic, 7 per tensor");
    const double wide = layoutOf(plot, 900).plot.width();
    // A width at which the plot would have some 60 pixels beside whole names.
    const double width = 900 - wide + 60;
    ASSERT_GT(width, 2.1 * body.horizontalAdvance(plot.rows[2].label)) << "names take half of a chart at most";
    EXPECT_EQ(layoutOf(plot, width).cut, LabelCut::none);
    EXPECT_NEAR(layoutOf(plot, width).plot.width(), 60, 2);
    EXPECT_EQ(layoutOf(plot, width - 40).cut, LabelCut::distinct) << "some room is left for dots";
}

TEST(IntervalChart, PaintsDotsInTheMethodsColour) {
    const IntervalPlot plot = threeRows();
    const Theme theme = Theme::light();
    const double height = layoutOf(plot, 500).height;
    QImage image(500, int(height), QImage::Format_RGB32);
    image.fill(theme.window);
    {
        QPainter painter(&image);
        paintIntervals(painter, QRectF(0, 0, 500, height), plot, theme);
    }
    const IntervalLayout layout = layoutOf(plot, 500);
    int found = 0;
    const int y = int(layout.top + layout.row * 1.5);
    for (int x = int(layout.plot.left()); x < int(layout.plot.right()); ++x) {
        found += image.pixelColor(x, y) == theme.method(u"int8-static") ? 1 : 0;
    }
    EXPECT_GE(found, 8);
}

}  // namespace
}  // namespace vernier::ui
