// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include <QImage>
#include <QPainter>

#include "tests/ui/compared.h"
#include "ui/charts/comparison_plots.h"
#include "ui/charts/interval_chart.h"

namespace vernier::ui {
namespace {

TEST(LatencyCurvesPlot, EachModelHasACurveFromItsFastestRunOn) {
    const Comparison comparison = test::simulated_comparison();
    const IntervalPlot plot = latencyCurvesPlot(namedByFiles(comparison));
    ASSERT_EQ(plot.rows.size(), 3U);
    ASSERT_TRUE(plot.distribution);
    for (std::size_t i = 0; i < 3; ++i) {
        const std::vector<double>& runs =
            i == 0 ? comparison.baseline.measurement.latency.quantiles : comparison.candidates[i - 1].measurement.latency.quantiles;
        const auto& curve = plot.rows[i].curve;
        ASSERT_GE(curve.size(), 2U);
        EXPECT_EQ(curve.front(), QPointF(runs.front(), 0));
        for (std::size_t k = 1; k < curve.size(); ++k) {
            EXPECT_GE(curve[k].x(), curve[k - 1].x());
            EXPECT_GE(curve[k].y(), curve[k - 1].y());
        }
    }
    EXPECT_EQ(axisOf(plot).lo, plot.distribution->lo) << "the axis is that of the curves, and does not begin at zero";
    EXPECT_LT(plot.rows[1].curve.front().x(), plot.rows[0].curve.front().x()) << "the static one takes half of the time";
}

TEST(LatencyCurvesPlot, IsEmptyWithoutRuns) {
    Comparison comparison = test::simulated_comparison();
    comparison.baseline.measurement.latency.quantiles.clear();
    for (CandidateComparison& candidate : comparison.candidates) {
        candidate.measurement.latency.quantiles.clear();
    }
    EXPECT_TRUE(latencyCurvesPlot(namedByFiles(comparison)).rows.empty());
}

TEST(LatencyCurvesPlot, IsPaintedAsLinesThatRiseToTheTop) {
    IntervalPlot plot;
    plot.title = QStringLiteral("runs");
    plot.distribution = IntervalAxis{0, 1};
    plot.rows.resize(1);
    plot.rows[0].method = QStringLiteral("int8-static");
    plot.rows[0].curve = {{0, 0}, {1, 1}};
    const IntervalLayout layout = layoutOf(plot, 400);
    EXPECT_EQ(layout.plot.height(), 2 * layout.row) << "one curve has as much room as two rows";
    QImage image(400, int(layout.height) + 4, QImage::Format_RGB32);
    image.fill(Qt::white);
    QPainter painter(&image);
    paintIntervals(painter, QRectF(0, 0, 400, layout.height), plot, Theme::light());
    painter.end();
    // The method's green, which neither ground nor grid has; edges are smoothed.
    const auto isLine = [&](double x, double y) {
        for (int dy = -3; dy <= 3; ++dy) {
            const QColor colour = image.pixelColor(int(x), int(y) + dy);
            if (colour.green() - colour.red() > 60) {
                return true;
            }
        }
        return false;
    };
    const QPointF middle = layout.plot.center();
    EXPECT_TRUE(isLine(middle.x(), middle.y())) << "half of the runs in the middle of the axis";
    EXPECT_FALSE(isLine(layout.plot.left() + 30, layout.plot.top() + 8)) << "nothing at the upper left";
}

TEST(LatencyCurvesPlot, EveryCurveRisesHoweverOftenTheChartIsFilled) {
    IntervalPlot plot;
    plot.distribution = IntervalAxis{0, 1};
    plot.rows.resize(5);
    const char* methods[] = {"fp32", "int8-static", "int8-dynamic", "fp16", "int8-static"};
    for (std::size_t i = 0; i < plot.rows.size(); ++i) {
        plot.rows[i].method = QString::fromLatin1(methods[i]);
        plot.rows[i].curve = {{0.01 * double(i), 0}, {0.1, 0.8}, {0.5 + 0.1 * double(i), 1}};
    }
    IntervalChart chart;
    chart.resize(500, int(layoutOf(plot, 500).height));
    for (int time = 0; time < 3; ++time) {
        chart.setPlot(plot);
        const QImage image = chart.grab().toImage();
        const QRectF place = layoutOf(plot, chart.width()).plot;
        for (int x = int(place.center().x()); x < int(place.right()); ++x) {
            for (int y = int(place.center().y()) + 4; y < int(place.bottom()) - 2; ++y) {
                ASSERT_LT(image.pixelColor(x, y).hsvSaturation(), 60) << time << ": a line at " << x << ' ' << y << " in the lower right";
            }
        }
    }
}

}  // namespace
}  // namespace vernier::ui
