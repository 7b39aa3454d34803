// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/front_chart.h"

#include <QApplication>
#include <QFontMetricsF>
#include <QSignalSpy>
#include <QTest>

#include <optional>

#include <gtest/gtest.h>

namespace vernier::ui {
namespace {

FrontPlot plot() {
    FrontPlot plot;
    plot.title = "Recipes";
    plot.fp32Ms = 20;
    plot.dots = {{18, 1e-6, std::nullopt, false, "18 ms", {}},
                 {12, 1e-4, FrontMeasured{11, 2e-4, 10.5, 11.5, true}, true, "11 ms", {}},
                 {8, 1, std::nullopt, false, "8 ms", {}}};
    return plot;
}

TEST(FrontChart, EverythingLiesInsideAndSmallErrorsAreSpreadOut) {
    const FrontLayout layout = layoutOf(plot(), QRectF(0, 0, 500, 300));
    for (const QPointF at : {layout.at(20, 0), layout.at(8, 1), layout.at(10.5, 2e-4)}) {
        EXPECT_TRUE(layout.plot.adjusted(-1, -1, 1, 1).contains(at)) << at.x() << ' ' << at.y();
    }
    EXPECT_DOUBLE_EQ(layout.at(20, 0).y(), layout.plot.bottom()) << "no error has its place";
    EXPECT_DOUBLE_EQ(layout.at(8, 1).y(), layout.plot.top());
    EXPECT_LT(layout.at(8, 0.1).y(), layout.plot.center().y()) << "a tenth of the most is above the middle";
    EXPECT_LT(layout.at(8, 1).x(), layout.at(20, 0).x());
}

TEST(FrontChart, ItsNumbersHaveTheirRoomInALargerFont) {
    const QFont usual = QApplication::font();
    for (const double scale : {1.0, 1.25, 2.0}) {
        QFont font = usual;
        font.setPointSizeF(usual.pointSizeF() * scale);
        QApplication::setFont(font);
        const QFontMetricsF metrics(labelFont());
        EXPECT_GE(layoutOf(plot(), QRectF(0, 0, 500, 300)).plot.left(), metrics.horizontalAdvance(QStringLiteral("0.0001234")) + metrics.height())
            << "with the title beside them, " << scale;
    }
    QApplication::setFont(usual);
}

TEST(FrontChart, OneDotAndNoneHaveAScaleToo) {
    FrontPlot one;
    EXPECT_LT(layoutOf(one, QRectF(0, 0, 300, 200)).lo, layoutOf(one, QRectF(0, 0, 300, 200)).hi);
    one.dots = {{5, 0, std::nullopt, false, {}, {}}};
    const FrontLayout layout = layoutOf(one, QRectF(0, 0, 300, 200));
    EXPECT_LT(layout.lo, 5);
    EXPECT_GT(layout.hi, 5);
    FrontChart chart;
    chart.resize(300, 200);
    chart.setPlot(one);
    EXPECT_FALSE(chart.grab().isNull());
}

TEST(FrontChart, AClickMeansTheNearestDot) {
    FrontChart chart;
    chart.resize(500, 300);
    chart.setPlot(plot());
    chart.show();
    QApplication::processEvents();
    const FrontLayout layout = layoutOf(chart.plot(), chart.rect());
    EXPECT_EQ(chart.placeAt(layout.at(8, 1)), 2);
    EXPECT_EQ(chart.placeAt(layout.at(11, 2e-4)), 1) << "where it was measured";
    EXPECT_EQ(chart.placeAt(layout.at(12, 1e-4)), 1) << "and where it was predicted";
    EXPECT_EQ(chart.placeAt(layout.plot.topRight()), -1);
    const QSignalSpy clicked(&chart, &FrontChart::placeClicked);
    QTest::mouseClick(&chart, Qt::LeftButton, {}, layout.at(8, 1).toPoint());
    QTest::keyClick(&chart, Qt::Key_Left);
    QTest::keyClick(&chart, Qt::Key_Return);
    ASSERT_EQ(clicked.size(), 2);
    EXPECT_EQ(clicked.at(0).at(0).toInt(), 2);
    EXPECT_EQ(clicked.at(1).at(0).toInt(), 1);
}

}  // namespace
}  // namespace vernier::ui
