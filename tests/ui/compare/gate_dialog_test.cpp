// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/gate_dialog.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QListWidget>
#include <QMenu>
#include <QPushButton>
#include <QUndoStack>

#include <gtest/gtest.h>

#include "core/evidence/gate_text.h"
#include "tests/ui/compared.h"
#include "ui/compare/limit_button.h"
#include "ui/compare/limit_words.h"

namespace vernier::ui {
namespace {

using test::open_compared;
using test::SmallSession;

void choose(GateDialog& dialog, const char* figure, int form, double bound) {
    dialog.figure()->setCurrentIndex(dialog.figure()->findData(QString::fromLatin1(figure)));
    dialog.form()->setCurrentIndex(form);
    dialog.bound()->setValue(bound);
    dialog.addButton()->click();
}

QString row(const GateDialog& dialog, int index) { return dialog.list()->item(index)->text(); }

TEST(GateDialog, AddsAndRemovesLimitsOnAnyFigure) {
    SmallSession small;
    ASSERT_TRUE(open_compared(small, test::simulated_comparison()));
    GateDialog dialog(small.session);
    for (const char* of_it : {"top1", "p50", "size", "sqnr"}) {
        EXPECT_GE(dialog.figure()->findData(QString::fromLatin1(of_it)), 0) << of_it;
    }
    for (const char* of_other_tasks : {"wer", "word_error_rate", "map50", "miou", "si_sdr"}) {
        EXPECT_EQ(dialog.figure()->findData(QString::fromLatin1(of_other_tasks)), -1) << of_other_tasks;
    }
    EXPECT_FALSE(dialog.addButton()->isEnabled()) << "nothing is proposed before it is typed";
    ASSERT_EQ(dialog.list()->count(), 1);
    EXPECT_TRUE(row(dialog, 0).startsWith(QStringLiteral("Top-1: drop ≤ 0.5 points"))) << row(dialog, 0).toStdString();

    choose(dialog, "p99", 0, 0.001);
    choose(dialog, "size", 1, 0.5);
    choose(dialog, "p90", 1, 1.2);
    EXPECT_EQ(dialog.bound()->suffix(), QStringLiteral("x"));
    Gate expected = test::simulated_comparison().gate;
    for (const char* text : {"p99<=0.001", "size ratio<=0.5", "p90 ratio>=1.2"}) {
        add_limit(expected, text);
    }
    EXPECT_EQ(small.session.gate(), expected);
    ASSERT_EQ(dialog.list()->count(), 4);
    EXPECT_TRUE(row(dialog, 3).startsWith(QStringLiteral("Latency p99 ≤ 0.001 ms"))) << row(dialog, 3).toStdString();

    for (int i = 0; i < dialog.list()->count(); ++i) {
        if (row(dialog, i).startsWith(QStringLiteral("File size ≤ 0.5 of the baseline's"))) {
            dialog.list()->setCurrentRow(i);
        }
    }
    ASSERT_TRUE(dialog.removeButton()->isEnabled());
    dialog.removeButton()->click();
    EXPECT_EQ(dialog.list()->count(), 3);
    EXPECT_FALSE(small.session.gate().limits.contains("size"));
    small.session.undoStack().undo();
    EXPECT_EQ(small.session.gate(), test::simulated_comparison().gate) << "steps in a row are one";
    EXPECT_EQ(dialog.list()->count(), 1);
}

TEST(GateDialog, SaysWhatEachLimitComesTo) {
    SmallSession small;
    ASSERT_TRUE(open_compared(small, test::simulated_comparison()));
    GateDialog dialog(small.session);
    choose(dialog, "p50", 0, 1000);
    ASSERT_EQ(dialog.list()->count(), 2);
    EXPECT_TRUE(row(dialog, 1).contains(QStringLiteral("✓"))) << row(dialog, 1).toStdString();
    choose(dialog, "p50", 0, 0.0);
    EXPECT_TRUE(dialog.problem().contains(QStringLiteral("nothing can pass"))) << dialog.problem().toStdString();
    EXPECT_TRUE(row(dialog, 1).contains(QStringLiteral("✓"))) << "what is set stays";
    choose(dialog, "p50", 0, 0.001);
    EXPECT_EQ(dialog.problem(), QString());
    EXPECT_EQ(dialog.list()->count(), 2) << "the same limit again takes its place";
    EXPECT_TRUE(row(dialog, 1).contains(QStringLiteral("✕"))) << row(dialog, 1).toStdString();
}

TEST(GateDialog, TheButtonCountsItsLimitsToo) {
    SmallSession small;
    LimitButton button(small.session);
    Gate gate;
    add_limit(gate, "p99<=20");
    add_limit(gate, "size ratio<=0.5");
    small.session.setGate(gate);
    EXPECT_EQ(button.text(), QStringLiteral("+2"));
    EXPECT_TRUE(button.toolTip().contains(QStringLiteral("Latency p99 ≤ 20 ms"))) << button.toolTip().toStdString();
    emit button.menu()->aboutToShow();
    EXPECT_EQ(button.menu()->actions().last()->text(), QStringLiteral("All limits…"));
}

}  // namespace
}  // namespace vernier::ui
