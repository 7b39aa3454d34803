// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAction>
#include <QLineEdit>
#include <QListWidget>
#include <QSignalSpy>
#include <QTest>

#include <gtest/gtest.h>

#include "tests/ui/small_session.h"
#include "ui/shell/palette.h"

namespace vernier::ui {
namespace {

TEST(FuzzyScore, PrefersWordStartsAndRuns) {
    EXPECT_EQ(fuzzyScore(QStringLiteral("xyz"), QStringLiteral("Quantize")), -1);
    EXPECT_GT(fuzzyScore(QStringLiteral("mb"), QStringLiteral("Measure the baseline")), fuzzyScore(QStringLiteral("mb"), QStringLiteral("Number")));
    EXPECT_GT(fuzzyScore(QStringLiteral("quan"), QStringLiteral("Quantize and measure")),
              fuzzyScore(QStringLiteral("quan"), QStringLiteral("Add a quantized model")));
    EXPECT_GE(fuzzyScore(QString(), QStringLiteral("anything")), 0);
}

TEST(Palette, FindsNodesAndTriggersCommands) {
    test::SmallSession small;
    QWidget window;
    window.resize(900, 700);
    window.show();
    QAction measure(QStringLiteral("&Measure the baseline"));
    QSignalSpy triggered(&measure, &QAction::triggered);
    Palette palette(small.session, {&measure}, &window);
    QSignalSpy node(&palette, &Palette::nodeChosen);
    palette.popUp();
    QTest::keyClicks(palette.line(), QStringLiteral("second"));
    ASSERT_GT(palette.list()->count(), 0);
    QTest::keyClick(palette.line(), Qt::Key_Return);
    ASSERT_EQ(node.count(), 1);
    EXPECT_EQ(node.first().first().toInt(), 2);
    palette.popUp();
    QTest::keyClicks(palette.line(), QStringLiteral("baseli"));
    QTest::keyClick(palette.line(), Qt::Key_Return);
    EXPECT_EQ(triggered.count(), 1);
}

}  // namespace
}  // namespace vernier::ui
