// SPDX-License-Identifier: GPL-3.0-or-later
// The real window on a small model, driven by real events.
#include <QAbstractButton>
#include <QAction>
#include <QApplication>
#include <QDockWidget>
#include <QDropEvent>
#include <QFile>
#include <QFileInfo>
#include <QLabel>
#include <QMimeData>
#include <QPushButton>
#include <QScreen>
#include <QScrollArea>
#include <QStandardPaths>
#include <QTableView>
#include <QTest>

#include <gtest/gtest.h>

#include "tests/ui/small_session.h"
#include "ui/choose/filter_line.h"
#include "ui/choose/node_table_model.h"
#include "ui/choose/nodes_panel.h"
#include "ui/choose/rules_panel.h"
#include "ui/compare/invitation.h"
#include "ui/data/data_panel.h"
#include "ui/graph/graph_canvas.h"
#include "ui/session/queue.h"
#include "ui/shell/actions.h"
#include "ui/shell/graph_panel.h"
#include "ui/shell/main_window.h"
#include "ui/shell/panels.h"
#include "ui/shell/problem_bar.h"
#include "ui/shell/recent.h"
#include "ui/shell/recovery.h"
#include "ui/shell/start_page.h"
#include "ui/shell/status_line.h"
#include "ui/shell/stepper.h"
#include "ui/shell/top_bar.h"

namespace vernier::ui {
namespace {

using test::wait_until;

class MainWindowTest : public ::testing::Test {
protected:
    MainWindowTest() : window_(session_, appearance_) {
        appearance_.useMode(Appearance::Mode::light);
        window_.resize(1400, 900);
        window_.show();
        QApplication::setActiveWindow(&window_);  // keys go to the newest window
    }
    void open() {
        window_.openPath(QString::fromStdString(test::write_small_net(folder_)));
        ASSERT_TRUE(wait_until([this] { return session_.plan() && window_.graphPanel()->ready(); })) << session_.error().toStdString();
    }
    ~MainWindowTest() override { session_.close(); }  // nothing to ask about when the window goes

    test::TempDir folder_;
    Appearance appearance_;
    Session session_;
    MainWindow window_;
};

TEST_F(MainWindowTest, OpensAModelIntoTableAndGraph) {
    open();
    EXPECT_EQ(window_.panel<NodesPanel>()->table()->model()->rowCount(), 6);
    EXPECT_FALSE(window_.canvas()->rectOf(0).isNull());
    EXPECT_TRUE(window_.windowTitle().contains(QStringLiteral("net.onnx")));
}

TEST_F(MainWindowTest, AClickInTheGraphSelectsInTheTableAndAKeyChooses) {
    open();
    window_.canvas()->fitAll();
    QTest::mouseClick(window_.canvas()->viewport(), Qt::LeftButton, {}, window_.canvas()->rectOf(2).center().toPoint());
    EXPECT_EQ(session_.selection().nodes(), QVector<int>{2});
    EXPECT_EQ(window_.panel<NodesPanel>()->table()->selectionModel()->selectedRows().size(), 1);
    QTest::keyClick(&window_, Qt::Key_2);
    EXPECT_EQ(session_.nodeState(2).chosen, Method::fp16);
    EXPECT_TRUE(window_.isWindowModified());
    QTest::keyClick(&window_, Qt::Key_Z, Qt::ControlModifier);
    EXPECT_EQ(session_.nodeState(2).chosen, Method::fp32);
    QTest::keyClick(&window_, Qt::Key_Y, Qt::ControlModifier);
    EXPECT_TRUE(session_.nodeState(2).own);
    QTest::keyClick(&window_, Qt::Key_0);
    EXPECT_FALSE(session_.nodeState(2).own);
}

TEST_F(MainWindowTest, DigitsTypedIntoTheFilterChooseNothing) {
    open();
    session_.selection().setOne(0);
    window_.action(QStringLiteral("filter"))->trigger();
    QTest::keyClicks(QApplication::focusWidget() != nullptr ? QApplication::focusWidget() : window_.panel<NodesPanel>(), QStringLiteral("#2"));
    EXPECT_EQ(session_.undoStack().count(), 0);
}

TEST_F(MainWindowTest, EveryGreyCommandSaysWhy) {
    const auto silent = [this] {
        QStringList ids;
        for (const ActionRow& row : actionTable()) {
            const QAction* action = window_.action(QLatin1String(row.id));
            // Without a tip of its own an action has its text as one.
            if (!action->isEnabled() && (action->toolTip().isEmpty() || action->toolTip() == action->text().remove(QLatin1Char('&')))) {
                ids << QLatin1String(row.id);
            }
        }
        return ids.join(QLatin1Char(' ')).toStdString();
    };
    EXPECT_EQ(silent(), "");
    open();
    EXPECT_EQ(silent(), "");
    EXPECT_TRUE(window_.action(QStringLiteral("save-model"))->toolTip().contains(QStringLiteral("Quantize")));
    session_.selection().setOne(0);
    EXPECT_EQ(silent(), "");
}

TEST_F(MainWindowTest, TheStepperShowsWhatIsNext) {
    auto marks = Stepper::marks(session_);
    EXPECT_EQ(marks[Stepper::Baseline], Stepper::Mark::later);
    open();
    marks = Stepper::marks(session_);
    EXPECT_EQ(marks[Stepper::Baseline], Stepper::Mark::next);
    EXPECT_EQ(marks[Stepper::Choose], Stepper::Mark::later);
    session_.document().chooseWholeModel(Method::fp16);
    EXPECT_EQ(Stepper::marks(session_)[Stepper::Choose], Stepper::Mark::done);
}

TEST_F(MainWindowTest, ADroppedFileOpens) {
    const std::string path = test::write_small_net(folder_, "dropped.onnx");
    QMimeData mime;
    mime.setUrls({QUrl::fromLocalFile(QString::fromStdString(path))});
    QDragEnterEvent enter(QPoint(50, 50), Qt::CopyAction, &mime, Qt::LeftButton, {});
    QApplication::sendEvent(&window_, &enter);
    EXPECT_TRUE(enter.isAccepted());
    QDropEvent drop(QPointF(50, 50), Qt::CopyAction, &mime, Qt::LeftButton, {});
    QApplication::sendEvent(&window_, &drop);
    ASSERT_TRUE(wait_until([this] { return session_.state() == Session::State::open; }));
    EXPECT_EQ(session_.modelName(), QStringLiteral("dropped.onnx"));
}

TEST_F(MainWindowTest, ABrokenFileLeavesTheStartPageWithTheReason) {
    window_.openPath(QString::fromStdString(folder_.write("bad.onnx", "nothing").string()));
    ASSERT_TRUE(wait_until([this] { return session_.state() == Session::State::failed; }));
    EXPECT_FALSE(window_.action(QStringLiteral("quantize"))->isEnabled());
}

TEST_F(MainWindowTest, ABrokenFileLeavesTheOpenModelAndSaysWhy) {
    open();
    const QString name = session_.modelName();
    window_.openPath(QString::fromStdString(folder_.write("bad.onnx", "nothing").string()));
    const auto* bar = window_.findChild<ProblemBar*>();
    ASSERT_TRUE(wait_until([&] { return bar->isVisible(); }));
    const QString words = bar->findChild<QLabel*>()->text();
    EXPECT_TRUE(words.contains(QStringLiteral("bad.onnx"))) << words.toStdString();
    EXPECT_TRUE(words.contains(QStringLiteral("“%1” stays open.").arg(name))) << words.toStdString();
    EXPECT_TRUE(window_.canvas()->isVisible());
    EXPECT_TRUE(window_.action(QStringLiteral("baseline"))->isEnabled());
    emit session_.queue().changed();  // the progress of a job takes no other message away
    EXPECT_TRUE(bar->isVisible());
    window_.openPath(QString::fromStdString(test::write_small_net(folder_, "good.onnx")));
    EXPECT_FALSE(bar->isVisible());
    ASSERT_TRUE(wait_until([this] { return session_.modelName() == QStringLiteral("good.onnx"); }));
}

TEST_F(MainWindowTest, FitsTheSmallestSize) {
    open();
    window_.resize(1100, 700);
    QApplication::processEvents();
    EXPECT_LE(window_.width(), 1100);
    EXPECT_LE(window_.height(), 700);
    EXPECT_GT(window_.canvas()->width(), 250);
}

TEST_F(MainWindowTest, AllPanelsEndWithinAScreenOf1100PixelsScaledByAQuarter) {
    open();
    const QSize screen = window_.screen()->availableSize();
    EXPECT_LE(window_.minimumWidth(), screen.width());
    EXPECT_LE(window_.minimumHeight(), screen.height());
    window_.setMinimumSize(0, 0);
    window_.resize(880, 560);
    QApplication::processEvents();
    ASSERT_EQ(window_.width(), 880);
    const QDockWidget* inspector = window_.docks()->dock(QStringLiteral("inspector"));
    ASSERT_TRUE(inspector->isVisible());
    EXPECT_LE(inspector->mapTo(&window_, QPoint(inspector->width(), 0)).x(), 880);
}

TEST_F(MainWindowTest, InANarrowWindowTheGraphHasTheRoomBesideTheTableOfLayers) {
    open();
    window_.resize(1100, 700);
    QApplication::processEvents();
    const QStringList left{QStringLiteral("nodes"), QStringLiteral("recipe")};
    ASSERT_TRUE(window_.shows(left));
    const int before = window_.canvas()->width();
    window_.bringUp(QStringLiteral("layers"));
    ASSERT_TRUE(wait_until([&] { return !window_.shows(left); }));
    ASSERT_TRUE(wait_until([&] { return window_.canvas()->width() > before; }));
    window_.bringUp(QStringLiteral("compare"));
    ASSERT_TRUE(wait_until([&] { return window_.shows(left); })) << "they come back with another tab";
    window_.bringUp(QStringLiteral("layers"));
    ASSERT_TRUE(wait_until([&] { return !window_.shows(left); }));
    window_.togglePanels(left);
    QApplication::processEvents();
    EXPECT_TRUE(window_.shows(left)) << "brought back by hand they stay";
    window_.resize(1600, 1000);
    QApplication::processEvents();
    EXPECT_TRUE(window_.shows(left));
}

TEST_F(MainWindowTest, AQuarterLargerFontLeavesNothingCutAtTheSmallestSize) {
    const QFont usual = QApplication::font();
    QFont large = usual;
    large.setPointSizeF(usual.pointSizeF() * 1.25);
    QApplication::setFont(large);
    {
        Session session;
        Appearance appearance;
        MainWindow window(session, appearance);
        window.resize(1100, 700);
        window.show();
        window.resetLayout();
        window.openPath(QString::fromStdString(test::write_small_net(folder_)));
        ASSERT_TRUE(wait_until([&] { return session.plan() && window.graphPanel()->ready(); }));
        session.selection().setOne(0);
        QApplication::processEvents();
        EXPECT_LE(window.width(), 1100);
        EXPECT_LE(window.height(), 700);
        EXPECT_GT(window.canvas()->width(), 280);
        const QTableView* table = window.panel<NodesPanel>()->table();
        EXPECT_GE(table->columnWidth(NodeTableModel::Name), QFontMetrics(large).horizontalAdvance(QStringLiteral("second")));
        // Nothing in the inspector is wider than the room that it has.
        const auto* scroll = window.docks()->panel(QStringLiteral("inspector"))->findChild<QScrollArea*>();
        EXPECT_LE(scroll->widget()->width(), scroll->viewport()->width());
        // The steps have their names, and what stands in the status bar stands there whole.
        EXPECT_GT(window.topBar()->stepper()->stepRect(Stepper::Verdict).width(), QFontMetrics(large).horizontalAdvance(QStringLiteral("Verdict")));
        for (const QLabel* label : window.statusLine()->findChildren<QLabel*>()) {
            EXPECT_TRUE(label->isHidden() || label->width() >= label->sizeHint().width()) << label->text().toStdString();
        }
        session.close();
    }
    QApplication::setFont(usual);
}

TEST_F(MainWindowTest, TheRecentFilesOfTheStartPageDoNotOverlap) {
    for (const char* name : {"one.onnx", "two.onnx"}) {
        addRecentFile(QString::fromStdString(test::write_small_net(folder_, name)));
    }
    window_.startPage()->refresh();
    QApplication::processEvents();
    QVector<QAbstractButton*> rows;
    for (auto* button : window_.startPage()->findChildren<QAbstractButton*>()) {
        if (button->accessibleName().endsWith(QStringLiteral(".onnx")) && button->isVisible()) {
            rows << button;
        }
    }
    ASSERT_GE(rows.size(), 2);
    for (const QAbstractButton* row : rows) {
        EXPECT_GE(row->height(), 2 * QFontMetrics(row->font()).height());
    }
}

TEST_F(MainWindowTest, BeginsWithRoomForNames) {
    Session session;
    Appearance appearance;
    MainWindow fresh(session, appearance);
    fresh.resize(1600, 1000);
    fresh.show();
    fresh.openPath(QString::fromStdString(test::write_small_net(folder_)));
    ASSERT_TRUE(wait_until([&] { return session.plan() && fresh.graphPanel()->ready(); }));
    QApplication::processEvents();
    EXPECT_GE(fresh.panel<NodesPanel>()->width(), 340);
    EXPECT_GE(fresh.docks()->panel(QStringLiteral("inspector"))->width(), 340);
    fresh.bringUp(QStringLiteral("data"));  // the board itself is one line before there is a baseline
    QApplication::processEvents();
    EXPECT_GE(fresh.panel<DataPanel>()->height(), 290);
    session.close();
}

TEST_F(MainWindowTest, BothThemesPaint) {
    open();
    for (const auto mode : {Appearance::Mode::dark, Appearance::Mode::light}) {
        appearance_.useMode(mode);
        const QImage picture = window_.grab().toImage();
        EXPECT_EQ(picture.pixelColor(picture.width() / 2, 8).lightness() < 128, mode == Appearance::Mode::dark);
    }
}

TEST_F(MainWindowTest, TheReadmesFilterStepWorksAsItIsWritten) {
    open();
    window_.action(QStringLiteral("filter"))->trigger();
    auto* filter = window_.panel<NodesPanel>()->filterLine();
    ASSERT_TRUE(filter->hasFocus());
    QTest::keyClicks(filter, QStringLiteral("Conv"));
    QTest::keyClick(filter, Qt::Key_A, Qt::ControlModifier);
    QTest::keyClick(QApplication::focusWidget(), Qt::Key_2);
    EXPECT_EQ(filter->text(), QStringLiteral("Conv"));
    EXPECT_TRUE(session_.nodeState(0).own);
    EXPECT_EQ(session_.nodeState(2).chosen, Method::fp16);
    EXPECT_FALSE(session_.nodeState(5).own);
}

TEST_F(MainWindowTest, KeysGoToTheNextMatchAndBack) {
    open();
    session_.filter().setText(QStringLiteral("op:Conv"));
    QTest::keyClick(&window_, Qt::Key_F3);
    EXPECT_EQ(session_.selection().current(), 0);
    QTest::keyClick(&window_, Qt::Key_F3);
    EXPECT_EQ(session_.selection().current(), 2);
    QTest::keyClick(&window_, Qt::Key_F3);
    EXPECT_EQ(session_.selection().current(), 0) << "round the end";
    QTest::keyClick(&window_, Qt::Key_F3, Qt::ShiftModifier);
    EXPECT_EQ(session_.selection().current(), 2);
    QTest::keyClick(&window_, Qt::Key_Left, Qt::AltModifier);
    EXPECT_EQ(session_.selection().current(), 0);
    QTest::keyClick(&window_, Qt::Key_Right, Qt::AltModifier);
    EXPECT_EQ(session_.selection().current(), 2);
}

TEST_F(MainWindowTest, ReturnPressesTheButtonWithTheFocus) {
    auto buttons = window_.startPage()->findChildren<QPushButton*>();
    const auto demo = std::find_if(buttons.begin(), buttons.end(), [](const QPushButton* b) { return b->text().contains(QStringLiteral("demo")); });
    ASSERT_NE(demo, buttons.end());
    int pressed = 0;
    (*demo)->disconnect();
    QObject::connect(*demo, &QPushButton::clicked, &window_, [&pressed] { ++pressed; });
    (*demo)->setEnabled(true);
    (*demo)->setFocus();
    QTest::keyClick(*demo, Qt::Key_Return);
    EXPECT_EQ(pressed, 1);
}

TEST_F(MainWindowTest, QuantizeByKeyNeedsWhatItsButtonNeeds) {
    open();
    EXPECT_FALSE(window_.action(QStringLiteral("quantize"))->isEnabled());
    QTest::keyClick(&window_, Qt::Key_R, Qt::ControlModifier);
    EXPECT_TRUE(session_.runs().isEmpty());
    session_.choose({0}, Method::fp16);
    EXPECT_TRUE(window_.action(QStringLiteral("quantize"))->isEnabled());
    EXPECT_EQ(window_.panel<RulesPanel>()->quantizeButton()->isEnabled(), window_.action(QStringLiteral("quantize"))->isEnabled());
    EXPECT_FALSE(window_.action(QStringLiteral("measure-again"))->isEnabled()) << "there is no baseline";
}

TEST_F(MainWindowTest, PanelsHideMoveAndComeBack) {
    open();
    window_.togglePanels({QStringLiteral("recipe")});
    EXPECT_FALSE(window_.panel<RulesPanel>()->isVisible());
    EXPECT_TRUE(window_.panel<NodesPanel>()->isVisible());
    window_.togglePanels({QStringLiteral("nodes")});
    EXPECT_FALSE(window_.shows(panelsAt(Place::left)));
    window_.togglePanels(panelsAt(Place::left));
    EXPECT_TRUE(window_.panel<NodesPanel>()->isVisible() && window_.panel<RulesPanel>()->isVisible());
    window_.mirrorPanels();
    QApplication::processEvents();
    EXPECT_LT(window_.docks()->panel(QStringLiteral("inspector"))->mapTo(&window_, QPoint()).x(), window_.canvas()->mapTo(&window_, QPoint()).x());
    EXPECT_GT(window_.panel<NodesPanel>()->mapTo(&window_, QPoint()).x(), window_.canvas()->mapTo(&window_, QPoint()).x());
    window_.resetLayout();
    QApplication::processEvents();
    EXPECT_FALSE(window_.mirrored());
    EXPECT_LT(window_.panel<NodesPanel>()->mapTo(&window_, QPoint()).x(), window_.canvas()->mapTo(&window_, QPoint()).x());
}

TEST_F(MainWindowTest, TheGraphHasTheRoomUntilThereIsSomethingToCompare) {
    open();
    QApplication::processEvents();
    EXPECT_LT(window_.docks()->panel(QStringLiteral("compare"))->height(), 120);
    EXPECT_TRUE(window_.docks()->panel(QStringLiteral("compare"))->findChild<Invitation*>()->button()->isVisible());
    window_.bringUp(QStringLiteral("data"));
    QApplication::processEvents();
    EXPECT_GT(window_.panel<DataPanel>()->height(), 160);
    window_.bringUp(QStringLiteral("compare"));
    QApplication::processEvents();
    EXPECT_LT(window_.docks()->panel(QStringLiteral("compare"))->height(), 120);
}

TEST_F(MainWindowTest, ACopyOfUnsavedWorkIsFoundWhenItsWindowIsGone) {
    QStandardPaths::setTestModeEnabled(true);
    open();
    auto* recovery = window_.findChild<Recovery*>();
    ASSERT_NE(recovery, nullptr);
    recovery->keep();
    EXPECT_TRUE(recovery->copy().isEmpty()) << "nothing is unsaved";
    session_.choose({0}, Method::fp16);
    recovery->keep();
    const QString copy = recovery->copy();
    ASSERT_TRUE(QFileInfo::exists(copy));
    Session other;
    Recovery others(other, [] {});
    EXPECT_NE(others.leftBehind(), copy) << "its window is there";
    QFile::copy(copy, copy + QStringLiteral(".left.vernier"));
    EXPECT_EQ(others.leftBehind(), copy + QStringLiteral(".left.vernier"));
    Recovery::remove(copy + QStringLiteral(".left.vernier"));
    recovery->forget();
    EXPECT_FALSE(QFileInfo::exists(copy));
}

}  // namespace
}  // namespace vernier::ui
