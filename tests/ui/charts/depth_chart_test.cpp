// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/depth_chart.h"

#include <QApplication>
#include <QFontMetricsF>
#include <QSignalSpy>
#include <QTest>

#include <optional>

#include <gtest/gtest.h>

namespace vernier::ui {
namespace {

DepthPlot plot() {
    DepthPlot plot;
    plot.title = "Error along the depth";
    plot.points = {{"a", 0.1, 40, {0, 1}, {}}, {"b", 0.6, 12, {2}, {}}, {"c", std::nullopt, std::nullopt, {3}, {}}, {"d", 0.3, 9, {5}, {}}};
    plot.marked = 1;
    plot.markedText = "b: 40 → 12 dB";
    return plot;
}

TEST(DepthChart, BarsAndLineStayInsideTheirPlot) {
    const DepthPlot shown = plot();
    const DepthLayout layout = layoutOf(shown, QRectF(0, 0, 400, 200));
    EXPECT_GE(layout.plot.left(), 0);
    EXPECT_LE(layout.plot.right(), 400);
    EXPECT_LT(layout.x(3), layout.plot.right());
    EXPECT_GT(layout.yOfShare(0.6), layout.plot.top()) << "the tallest bar leaves room for the line";
    EXPECT_DOUBLE_EQ(layout.yOfShare(0), layout.plot.bottom());
    EXPECT_DOUBLE_EQ(layout.yOfDb(40), layout.plot.top());
    EXPECT_LT(layout.yOfDb(12), layout.yOfDb(9)) << "less SQNR is lower";
    EXPECT_DOUBLE_EQ(layout.lo, 0) << "dB from zero on";
}

TEST(DepthChart, NothingKnownIsNoDivisionByZero) {
    const DepthLayout empty = layoutOf({}, QRectF(0, 0, 300, 120));
    EXPECT_EQ(empty.lo, empty.hi);
    DepthChart chart;
    chart.resize(300, 120);
    EXPECT_FALSE(chart.grab().isNull());
    chart.setPlot(plot());
    EXPECT_FALSE(chart.grab().isNull());
}

TEST(DepthChart, ItsNumbersHaveTheirRoomInALargerFont) {
    const QFont usual = QApplication::font();
    for (const double scale : {1.0, 1.25, 2.0}) {
        QFont font = usual;
        font.setPointSizeF(usual.pointSizeF() * scale);
        QApplication::setFont(font);
        const DepthLayout layout = layoutOf(plot(), QRectF(0, 0, 400, 200));
        EXPECT_GE(layout.plot.left(), QFontMetricsF(labelFont()).horizontalAdvance(QStringLiteral("100 dB"))) << scale;
    }
    QApplication::setFont(usual);
}

TEST(DepthChart, FindsThePlacesOfNodes) {
    EXPECT_EQ(pointsWith({1, 2}, plot()), (QVector<int>{0, 1}));
    EXPECT_TRUE(pointsWith({4}, plot()).isEmpty());
}

TEST(DepthChart, MouseAndKeysSayWhichPlaceIsMeant) {
    DepthChart chart;
    chart.resize(400, 200);
    chart.setPlot(plot());
    chart.show();
    QApplication::processEvents();
    const QSignalSpy clicked(&chart, &DepthChart::placeClicked);
    const DepthLayout layout = layoutOf(chart.plot(), chart.rect());
    QTest::mouseClick(&chart, Qt::LeftButton, {}, QPoint(int(layout.x(2)), int(layout.plot.center().y())));
    ASSERT_EQ(clicked.size(), 1);
    EXPECT_EQ(clicked.at(0).at(0).toInt(), 2);
    QTest::keyClick(&chart, Qt::Key_Right);
    QTest::keyClick(&chart, Qt::Key_Right);  // there is no more
    QTest::keyClick(&chart, Qt::Key_Return);
    ASSERT_EQ(clicked.size(), 2);
    EXPECT_EQ(clicked.at(1).at(0).toInt(), 3);
    QTest::mouseClick(&chart, Qt::LeftButton, {}, QPoint(1, int(layout.plot.center().y())));
    EXPECT_EQ(clicked.size(), 2) << "beside the plot";
}

}  // namespace
}  // namespace vernier::ui
