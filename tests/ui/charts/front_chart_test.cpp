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
    EXPECT_GT(layout.at(8, 1).y(), layout.plot.top()) << "with air above it";
    EXPECT_LT(layout.at(8, 1).y(), layout.plot.top() + 0.1 * layout.plot.height());
    EXPECT_LT(layout.at(8, 0.1).y(), layout.plot.center().y()) << "a tenth of the most is above the middle";
    EXPECT_LT(layout.at(8, 1).x(), layout.at(20, 0).x());
}

TEST(FrontChart, ErrorsThatAreAlikeAreNotSpreadOut) {
    FrontPlot alike = plot();
    alike.dots = {{18, 0.00110, std::nullopt, false, {}, {}}, {12, 0.00124, std::nullopt, false, {}, {}}, {8, 0.00119, std::nullopt, false, {}, {}}};
    const FrontLayout layout = layoutOf(alike, QRectF(0, 0, 500, 300));
    const double half = (layout.at(8, 0.00124).y() + layout.at(8, 0).y()) / 2;
    EXPECT_NEAR(layout.at(8, 0.00062).y(), half, 1e-9) << "half the error lies half way";
    EXPECT_GT(layout.at(8, 0.00110).y() - layout.at(8, 0.00124).y(), 0.08 * layout.plot.height()) << "and they can be told apart";
}

TEST(FrontChart, TheLimitIsInThePictureWhereItIsNear) {
    FrontPlot limited = plot();
    limited.dots = {{18, 0.0011, std::nullopt, false, {}, {}}, {12, 0.00124, std::nullopt, false, {}, {}}};
    limited.mostError = 0.01;
    const FrontLayout layout = layoutOf(limited, QRectF(0, 0, 500, 300));
    EXPECT_GT(layout.most, 0.01);
    EXPECT_GT(layout.at(8, 0.01).y(), layout.plot.top());
    limited.mostError = 10;
    EXPECT_LT(layoutOf(limited, QRectF(0, 0, 500, 300)).most, 0.01) << "a far one would press all dots to the bottom";
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
