// SPDX-License-Identifier: GPL-3.0-or-later
// A model against a byte copy of itself, by the window's own jobs: nothing may be claimed of it.
#include <QApplication>
#include <QFile>
#include <QPushButton>
#include <QRegularExpression>
#include <QTest>

#include <gtest/gtest.h>

#include "tests/ui/built_cli.h"
#include "tests/ui/small_session.h"
#include "ui/charts/interval_chart.h"
#include "ui/compare/charts_area.h"
#include "ui/compare/compare_board.h"
#include "ui/compare/verdict_strip.h"
#include "ui/session/queue.h"
#include "ui/session/trials.h"

namespace vernier::ui {
namespace {

using test::wait_until;

const IntervalPlot* plotOf(const CompareBoard& board, const QString& figure) {
    for (const IntervalChart* chart : board.charts()->charts()) {
        if (chart->plot().figure == figure) {
            return &chart->plot();
        }
    }
    return nullptr;
}

TEST(SameFile, ShowsNoMeasurableDifference) {
    const test::BuiltCli cli;
    if (!cli.found()) {
        GTEST_SKIP() << "there is no vernier-cli";
    }
    test::SmallSession small;
    ASSERT_TRUE(small.opened);
    const QString copy = QString::fromStdString((small.folder / "copy.onnx").string());
    ASSERT_TRUE(QFile::copy(QString::fromStdString(small.model_path), copy));
    MeasureSettings settings;
    settings.seconds = 2;
    small.session.document().setMeasureSettings(settings);
    CompareBoard board(small.session);
    board.resize(1500, 700);
    board.show();
    small.session.trials().addCandidate(copy);
    // A claim at 99 % is wrong once in a hundred: of three comparisons one may be.
    int claims = 0;
    for (int turn = 0; turn < 3; ++turn) {
        turn == 0 ? small.session.trials().measureAgain() : QTest::mouseClick(board.measureButton(), Qt::LeftButton);
        ASSERT_TRUE(small.session.queue().busy());
        ASSERT_TRUE(wait_until([&] { return !small.session.queue().busy(); }, 240000));
        ASSERT_TRUE(small.session.comparison()) << (small.session.queue().problem() ? small.session.queue().problem()->message.toStdString() : std::string());
        QApplication::processEvents();
        const IntervalPlot* latency = plotOf(board, QStringLiteral("p50"));
        ASSERT_NE(latency, nullptr);
        const QString words = board.verdict()->text();
        if (!latency->rows[1].text.endsWith(QLatin1Char('~'))) {
            ++claims;
            continue;
        }
        EXPECT_TRUE(latency->more.contains(QStringLiteral("no measurable difference"))) << latency->more.toStdString();
        // One interval of 95 % in twenty leaves out 1: then nothing is claimed either, but not that there is none.
        EXPECT_TRUE(words.contains(QStringLiteral("no measurable difference")) || words.contains(QStringLiteral("inconclusive"))) << words.toStdString();
        EXPECT_FALSE(words.contains(QStringLiteral("<b>Worth it"))) << words.toStdString();
        // The interval of what is no difference reaches to both sides; it stands in brackets, and outside of them nothing is claimed.
        const QString claim = QString(words).remove(QRegularExpression(QStringLiteral("\\([^)]*\\)")));
        EXPECT_FALSE(claim.contains(QStringLiteral("faster")) || claim.contains(QStringLiteral("slower"))) << words.toStdString();
        EXPECT_TRUE(words.contains(QStringLiteral("same size"))) << words.toStdString();
        const IntervalPlot* size = plotOf(board, QStringLiteral("size"));
        ASSERT_NE(size, nullptr);
        EXPECT_EQ(size->rows[0].value, size->rows[1].value);
    }
    EXPECT_LE(claims, 1);
}

}  // namespace
}  // namespace vernier::ui
