// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/compare_board.h"

#include <QApplication>
#include <QClipboard>
#include <QDoubleSpinBox>
#include <QGuiApplication>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QTest>

#include <algorithm>

#include <gtest/gtest.h>

#include "core/base/file.h"
#include "core/evidence/limit_forms.h"
#include "core/evidence/limits.h"
#include "tests/ui/compared.h"
#include "ui/charts/comparison_plots.h"
#include "ui/compare/charts_area.h"
#include "ui/compare/gate_row.h"
#include "ui/compare/invitation.h"
#include "ui/compare/limit_button.h"
#include "ui/compare/run_table.h"
#include "ui/compare/verdict_strip.h"
#include "ui/session/queue.h"

namespace vernier::ui {
namespace {

using test::open_compared;
using test::SmallSession;
using test::wait_until;

TEST(CompareBoard, BeforeABaselineThereIsOnlyTheInvitation) {
    SmallSession small;
    CompareBoard board(small.session);
    board.resize(1200, 260);
    board.show();
    EXPECT_FALSE(board.table()->isVisible());
    EXPECT_FALSE(board.charts()->isVisible());
    EXPECT_TRUE(board.invitation()->isVisible());
    EXPECT_TRUE(board.invitation()->text().contains(QStringLiteral("baseline")));
    EXPECT_TRUE(board.invitation()->button()->isEnabled());
}

TEST(CompareBoard, AFileThatCameWithTheModelIsNamedBeforeThereIsABaseline) {
    SmallSession small;
    CompareBoard board(small.session);
    board.resize(1200, 260);
    board.show();
    small.session.trials().addCandidate(QString::fromStdString(small.folder.write("other.onnx", read_file(small.model_path)).string()));
    EXPECT_TRUE(board.invitation()->text().contains(QStringLiteral("“other”"))) << board.invitation()->text().toStdString();
    EXPECT_EQ(board.invitation()->button()->text(), QStringLiteral("Measure all"));
}

TEST(CompareBoard, ARowThatCannotBeSavedSaysWhy) {
    SmallSession small;
    CompareBoard board(small.session);
    board.show();
    ASSERT_TRUE(open_compared(small, test::simulated_comparison()));
    ASSERT_TRUE(wait_until([&] { return board.table()->rowCount() == 3; }));
    QPushButton* save = nullptr;
    for (QPushButton* button : board.findChildren<QPushButton*>()) {
        save = button->text().startsWith(QStringLiteral("Save model")) ? button : save;
    }
    ASSERT_NE(save, nullptr);
    EXPECT_TRUE(save->isEnabled()) << "a candidate is selected when a session is opened";
    small.session.trials().setCurrentRun(0);
    EXPECT_FALSE(save->isEnabled());
    EXPECT_TRUE(save->toolTip().contains(QStringLiteral("Select"))) << save->toolTip().toStdString();
}

TEST(CompareBoard, TheKeyThatBeginsTheWorkDoesNotCancelIt) {
    SmallSession small;
    ASSERT_TRUE(small.opened);
    CompareBoard board(small.session);
    board.show();
    QApplication::setActiveWindow(&board);
    QPushButton* button = board.invitation()->button();
    button->setFocus();
    ASSERT_TRUE(button->hasFocus());
    bool busy = false, focused = false, primary = false;
    QObject::connect(&small.session.queue(), &Queue::changed, &board, [&] {
        if (small.session.queue().busy()) {
            busy = true;
            focused = focused || button->hasFocus();
            primary = primary || button->property("primary").toBool();
        }
    });
    QTest::keyClick(button, Qt::Key_Space);
    ASSERT_TRUE(wait_until([&] { return busy; }));
    EXPECT_FALSE(focused);
    EXPECT_FALSE(primary);
    small.session.queue().cancel();
    small.session.close();
}

TEST(CompareBoard, ShowsRunsFiguresAndTheGateInWords) {
    SmallSession small;
    CompareBoard board(small.session);
    board.resize(1200, 260);
    board.show();
    ASSERT_TRUE(open_compared(small, test::simulated_comparison()));
    ASSERT_TRUE(wait_until([&] { return board.table()->rowCount() == 3; }));
    const RunTable& table = *board.table();
    EXPECT_EQ(table.item(0, table.columnOf("size"))->text(), QStringLiteral("1.00"));
    EXPECT_EQ(table.item(1, RunTable::Name)->text(), QStringLiteral("all static"));
    EXPECT_EQ(table.item(1, table.columnOf("top1"))->text(), QStringLiteral("89.90"));
    EXPECT_TRUE(table.item(1, table.columnOf("p50"))->textAlignment() & Qt::AlignRight);
    EXPECT_TRUE(table.item(2, table.gateColumn())->text().contains(QStringLiteral("✓"))) << table.item(2, table.gateColumn())->text().toStdString();
    EXPECT_FALSE(board.invitation()->isVisible());
    ASSERT_EQ(board.charts()->charts().size(), 8);
    EXPECT_EQ(board.charts()->charts().at(0)->plot().figure, QStringLiteral("p50"));
    EXPECT_TRUE(board.charts()->charts().at(1)->plot().distribution) << "all runs beside the dots of the middle one";
    EXPECT_FALSE(board.verdict()->text().isEmpty());
    EXPECT_NE(small.session.currentRun(), 0) << "the candidate of the verdict is selected";
}

TEST(CompareBoard, AnotherGateIsJudgedAtOnce) {
    SmallSession small;
    CompareBoard board(small.session);
    board.show();
    ASSERT_TRUE(open_compared(small, test::simulated_comparison()));
    board.gate()->speedup()->setValue(1.5);
    EXPECT_EQ(small.session.gate().min_speedup, 1.5);
    ASSERT_TRUE(wait_until([&] {
        return board.table()->rowCount() == 3 && board.table()->item(2, board.table()->gateColumn())->text() == QStringLiteral("✕ speed");
    })) << board.table()->item(2, board.table()->gateColumn())->text().toStdString();
    board.gate()->speedup()->setValue(board.gate()->speedup()->minimum());
    EXPECT_FALSE(small.session.gate().min_speedup.has_value());
}

TEST(CompareBoard, AgreementAndOutputErrorCanBeLimited) {
    SmallSession small;
    CompareBoard board(small.session);
    board.show();
    ASSERT_TRUE(open_compared(small, test::simulated_comparison()));
    board.gate()->outputError()->setValue(30);
    EXPECT_EQ(small.session.gate().min_sqnr_db, 30);
    ASSERT_TRUE(wait_until([&] {
        return board.table()->rowCount() == 3 && board.table()->item(1, board.table()->gateColumn())->text() == QStringLiteral("✕ output error");
    })) << board.table()->item(1, board.table()->gateColumn())->text().toStdString();
    board.gate()->outputError()->setValue(0);
    board.gate()->agreement()->setValue(90);
    EXPECT_EQ(small.session.gate().min_agreement, 90);
    EXPECT_FALSE(small.session.gate().min_sqnr_db.has_value());
    EXPECT_EQ(small.session.comparison()->candidates[0].gate, Outcome::passed);
    EXPECT_EQ(small.session.trials().comparisonJson()["candidates"][0]["gate"]["lines"].size(), 2U) << "the document follows";
}

TEST(CompareBoard, ALowBoardShowsOnlyTheLimitsThatAreSet) {
    SmallSession small;
    CompareBoard board(small.session);
    board.resize(1100, 170);
    board.show();
    ASSERT_TRUE(open_compared(small, test::simulated_comparison()));
    GateRow& gate = *board.gate();
    EXPECT_TRUE(gate.drop()->isVisible() && gate.agreement()->isVisible());
    EXPECT_FALSE(gate.outputError()->isVisible() || gate.speedup()->isVisible());
    Gate limits = small.session.gate();
    limits.min_speedup = 1.5;
    small.session.setGate(limits);
    EXPECT_TRUE(gate.speedup()->isVisible());
    EXPECT_FALSE(gate.outputError()->isVisible());
    EXPECT_EQ(small.session.gate().min_speedup, 1.5);
    board.resize(1100, 700);
    EXPECT_TRUE(gate.outputError()->isVisible());
}

TEST(CompareBoard, DataThatAreGoneHaveNoLabelsToLimit) {
    SmallSession small;
    small.session.setDataset(QStringLiteral("/nowhere/data.npz"));
    ASSERT_TRUE(wait_until([&] { return !small.session.datasetError().isEmpty(); }));
    Gate gate;
    gate.max_drop_points = 0.5;
    small.session.setGate(gate);
    GateRow row(small.session);
    const auto boxes = row.findChildren<QDoubleSpinBox*>();
    ASSERT_FALSE(boxes.isEmpty());
    EXPECT_FALSE(boxes.first()->isEnabled());
    EXPECT_EQ(boxes.first()->value(), boxes.first()->minimum()) << "a limit that nothing is judged by is not shown as set";
    EXPECT_EQ(small.session.gate().max_drop_points, 0.5) << "and not lost either";
}

TEST(CompareBoard, TheFirstLimitsAreOfTheFiguresOfTheTask) {
    Comparison comparison = test::simulated_comparison();
    judge_again(comparison, Gate());
    const auto detect = [](Measurement& measurement) {
        measurement.task = Task::detection;
        measurement.classifies = false;
        measurement.accuracy.reset();
        measurement.metrics = {{"map", {40, Interval{35, 45}, 400}}};
    };
    detect(comparison.baseline.measurement);
    for (CandidateComparison& candidate : comparison.candidates) {
        detect(candidate.measurement);
        candidate.changes = {{"map", {-2, Interval{-3, -1}}}};
    }
    SmallSession small;
    CompareBoard board(small.session);
    board.show();
    ASSERT_TRUE(open_compared(small, comparison));
    const auto labels = board.gate()->findChildren<QLabel*>();
    const auto shown = [&](const QString& words) { return std::any_of(labels.begin(), labels.end(), [&](QLabel* label) { return label->text() == words; }); };
    EXPECT_TRUE(shown(QStringLiteral("Gate: mAP drop")));
    EXPECT_TRUE(shown(QStringLiteral("box agreement")));
    ASSERT_TRUE(board.gate()->drop()->isEnabled());
    board.gate()->drop()->setValue(0.5);
    EXPECT_EQ(bound_of(small.session.gate(), form_against_baseline(figure("map"))), 0.5);
    EXPECT_FALSE(small.session.gate().max_drop_points) << "top-1 is of classes";
    EXPECT_EQ(small.session.comparison()->candidates[0].gate, Outcome::failed);
    EXPECT_EQ(board.gate()->more()->text(), QStringLiteral("+")) << "the box shows it";
    board.gate()->drop()->setValue(board.gate()->drop()->minimum());
    EXPECT_FALSE(small.session.gate().any());
}

TEST(CompareBoard, ALimitThatNothingIsJudgedByIsNotShownAsSet) {
    SmallSession small;
    CompareBoard board(small.session);
    board.show();
    ASSERT_TRUE(open_compared(small, test::simulated_comparison(0)));  // no samples: the data are gone, or there never were any
    Gate gate;
    gate.max_drop_points = 0.5;
    small.session.setGate(gate);
    QDoubleSpinBox& drop = *board.gate()->drop();
    EXPECT_FALSE(drop.isEnabled());
    EXPECT_EQ(drop.text(), QStringLiteral("no limit"));
    board.gate()->speedup()->setValue(1.5);
    EXPECT_EQ(small.session.gate().max_drop_points, 0.5) << "kept for data with labels";
}

TEST(CompareBoard, AnyFigureCanBeLimited) {
    SmallSession small;
    CompareBoard board(small.session);
    board.show();
    ASSERT_TRUE(open_compared(small, test::simulated_comparison()));
    LimitButton& more = *board.gate()->more();
    emit more.menu()->aboutToShow();
    const auto actions = more.menu()->actions();
    for (const Figure& each : figures()) {
        const QString title = QString::fromStdString(std::string(each.title)) + QStringLiteral("…");
        const bool listed = std::any_of(actions.begin(), actions.end(), [&](const QAction* action) { return action->text() == title; });
        const auto offered = figures_to_limit(views_of(*small.session.comparison()), Task::none);  // classes, or a single score
        EXPECT_EQ(listed, can_limit(each) && std::find(offered.begin(), offered.end(), &each) != offered.end()) << each.id;
    }
    EXPECT_LT(actions.size(), int(figures().size())) << "word errors and boxes are not of a classifier";
    more.setLimit(figure("size"), 0.3);
    ASSERT_TRUE(wait_until([&] {
        return board.table()->rowCount() == 3 && board.table()->item(2, board.table()->gateColumn())->text() == QStringLiteral("✕ size");
    })) << board.table()->item(2, board.table()->gateColumn())->text().toStdString();
    EXPECT_TRUE(more.toolTip().contains(QStringLiteral("File size ≤ 0.3 of the baseline's"))) << more.toolTip().toStdString();
    board.gate()->speedup()->setValue(0.5);
    EXPECT_EQ(small.session.gate().limits.at("size"), 0.3) << "the boxes leave the other limits alone";
    more.setLimit(figure("size"), std::nullopt);
    EXPECT_TRUE(small.session.gate().limits.empty());
}

TEST(CompareBoard, RowsAndChartsSelectTheSessionsRun) {
    SmallSession small;
    CompareBoard board(small.session);
    board.resize(1400, 300);
    board.show();
    ASSERT_TRUE(open_compared(small, test::simulated_comparison()));
    ASSERT_TRUE(wait_until([&] { return board.table()->rowCount() == 3; }));
    board.table()->setCurrentCell(2, 0);
    EXPECT_EQ(small.session.currentRun(), 2);
    emit board.charts()->rowClicked(1);
    EXPECT_EQ(small.session.currentRun(), 1);
    EXPECT_EQ(board.table()->currentRow(), 1);
    emit board.charts()->rowClicked(0);
    EXPECT_EQ(small.session.currentRun(), 0);
}

TEST(CompareBoard, ANameIsEditedInItsRowAndChangesChartsAndVerdict) {
    SmallSession small;
    CompareBoard board(small.session);
    board.show();
    ASSERT_TRUE(open_compared(small, test::simulated_comparison()));
    ASSERT_TRUE(wait_until([&] { return board.table()->rowCount() == 3; }));
    board.table()->item(1, RunTable::Name)->setText(QStringLiteral("quick one"));
    EXPECT_EQ(small.session.run(1)->title, QStringLiteral("quick one"));
    EXPECT_EQ(board.charts()->charts()[0]->plot().rows[1].label, QStringLiteral("quick one"));
    EXPECT_TRUE(board.verdict()->text().contains(QStringLiteral("quick one"))) << board.verdict()->text().toStdString();
}

TEST(CompareBoard, TheSelectedRunIsCopiedAsACommand) {
    SmallSession small;
    CompareBoard board(small.session);
    board.show();
    ASSERT_TRUE(open_compared(small, test::simulated_comparison()));
    small.session.trials().setCurrentRun(1);
    auto buttons = board.findChildren<QPushButton*>();
    const auto copy = std::find_if(buttons.begin(), buttons.end(), [](QPushButton* b) { return b->text().startsWith(QStringLiteral("Copy")); });
    ASSERT_NE(copy, buttons.end());
    ASSERT_TRUE((*copy)->isEnabled());
    (*copy)->click();
    EXPECT_TRUE(QGuiApplication::clipboard()->text().startsWith(QStringLiteral("vernier-cli quantize"))) << QGuiApplication::clipboard()->text().toStdString();
    small.session.trials().setCurrentRun(0);
    EXPECT_FALSE((*copy)->isEnabled());
}

}  // namespace
}  // namespace vernier::ui
