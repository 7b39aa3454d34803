// SPDX-License-Identifier: GPL-3.0-or-later
// Charts and the graph share one selection.
#include "ui/compare/time_panel.h"

#include <QApplication>
#include <QLabel>
#include <QTest>

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/ui/compared.h"
#include "ui/charts/interval_chart.h"
#include "ui/compare/charts_area.h"
#include "ui/compare/compare_board.h"
#include "ui/compare/session_comparison.h"
#include "ui/compare/time_plot.h"
#include "ui/compare/verdict_strip.h"

namespace vernier::ui {
namespace {

QPoint middleOf(const IntervalChart& chart, int row) {
    const IntervalLayout layout = layoutOf(chart.plot(), chart.width());
    return {chart.width() / 2, int(layout.top + layout.row * (row + 0.5))};
}

int rowOf(const IntervalChart& chart, const QString& label) {
    for (int row = 0; row < int(chart.plot().rows.size()); ++row) {
        if (chart.plot().rows[std::size_t(row)].label == label) {
            return row;
        }
    }
    return -1;
}

TEST(TimePanel, ARowSelectsItsNodesAndIsMarkedWhileTheyAreSelected) {
    test::SmallSession small;
    ASSERT_TRUE(small.opened);
    ASSERT_TRUE(test::open_compared(small, test::simulated_comparison()));
    TimePanel panel(small.session);
    panel.resize(700, 300);
    panel.show();
    QApplication::processEvents();
    IntervalChart& chart = *panel.chart();
    const int conv = rowOf(chart, QStringLiteral("Conv")), relu = rowOf(chart, QStringLiteral("Relu"));
    ASSERT_GE(conv, 0);
    ASSERT_GE(relu, 0);
    EXPECT_TRUE(chart.plot().rows[std::size_t(conv)].before.has_value());
    QTest::mouseClick(chart.viewport(), Qt::LeftButton, {}, middleOf(chart, conv));
    EXPECT_EQ(small.session.selection().nodes(), (QVector<int>{0, 2}));
    EXPECT_EQ(chart.marked(), QVector<int>{conv});
    small.session.selection().setOne(1);
    EXPECT_EQ(chart.marked(), QVector<int>{relu});
    small.session.selection().clear();
    EXPECT_TRUE(chart.marked().isEmpty());
    // The same without a mouse.
    chart.setFocus();
    QTest::keyClick(&chart, relu > conv ? Qt::Key_Down : Qt::Key_Up);
    QTest::keyClick(&chart, Qt::Key_Return);
    EXPECT_EQ(small.session.selection().nodes(), QVector<int>{1});
}

TEST(TimePanel, ShowsTheCandidateThatIsSelected) {
    test::SmallSession small;
    ASSERT_TRUE(small.opened);
    ASSERT_TRUE(test::open_compared(small, test::simulated_comparison()));
    const QVector<int> runs = comparedRuns(small.session);
    for (const int run : runs) {
        small.session.trials().setCurrentRun(run);
        EXPECT_TRUE(timePlot(small.session).more.contains(small.session.run(run)->title)) << timePlot(small.session).more.toStdString();
    }
}

TEST(TimePanel, SaysWhatItWaitsFor) {
    test::SmallSession small;
    ASSERT_TRUE(small.opened);
    TimePanel panel(small.session);
    EXPECT_TRUE(timePlot(small.session).rows.empty());
    EXPECT_TRUE(panel.chart()->plot().rows.empty());
    const auto labels = panel.findChildren<QLabel*>();
    EXPECT_TRUE(std::any_of(labels.begin(), labels.end(),
                            [](const QLabel* label) { return !label->isHidden() && label->text().contains(QStringLiteral("baseline")); }));
}

TEST(CompareBoardCharts, MarkTheRunThatIsSelected) {
    test::SmallSession small;
    ASSERT_TRUE(small.opened);
    ASSERT_TRUE(test::open_compared(small, test::simulated_comparison()));
    CompareBoard board(small.session);
    board.resize(1500, 500);
    board.show();
    QApplication::processEvents();
    ASSERT_FALSE(board.charts()->charts().isEmpty());
    IntervalChart& chart = *board.charts()->charts().first();
    small.session.trials().setCurrentRun(comparedRuns(small.session)[1]);
    EXPECT_EQ(chart.marked(), QVector<int>{2});
    QTest::mouseClick(chart.viewport(), Qt::LeftButton, {}, middleOf(chart, 1));
    EXPECT_EQ(small.session.currentRun(), comparedRuns(small.session)[0]);
    EXPECT_EQ(chart.marked(), QVector<int>{1});
}

TEST(CompareBoardCharts, TheVerdictHasTheRoomOfItsWordsAtEveryHeight) {
    test::SmallSession small;
    ASSERT_TRUE(small.opened);
    ASSERT_TRUE(test::open_compared(small, test::simulated_comparison()));
    CompareBoard board(small.session);
    board.resize(1300, 320);
    board.show();
    for (const int height : {300, 900, 260, 700, 1000}) {
        board.resize(1300, height);
        QApplication::processEvents();
        QApplication::processEvents();
        EXPECT_GE(board.verdict()->height(), board.verdict()->heightForWidth(board.verdict()->width())) << height;
    }
}

TEST(OutputErrors, ARowKnowsTheNodeThatMakesItsOutput) {
    test::SmallSession small;
    ASSERT_TRUE(small.opened);
    NamedComparison named{test::simulated_comparison(), {{QStringLiteral("a"), {}}, {QStringLiteral("b"), {}}}, 0};
    for (auto& candidate : named.comparison.candidates) {
        OutputFigures output;
        output.name = "y";
        candidate.measurement.outputs = {output};
    }
    IntervalPlot plot;
    plot.rows.resize(3);
    nameOutputNodes(plot, small.session, named);
    EXPECT_TRUE(plot.rows[0].nodes.isEmpty());
    EXPECT_EQ(plot.rows[1].nodes, QVector<int>{5});
    EXPECT_EQ(rowsWith({5}, plot), (QVector<int>{1, 2}));
}

}  // namespace
}  // namespace vernier::ui
