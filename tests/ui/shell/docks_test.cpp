// SPDX-License-Identifier: GPL-3.0-or-later
// Panels around the graph: moved, laid on each other, in windows of their own, hidden, and there again at the next start.
#include "ui/shell/docks.h"

#include <QApplication>
#include <QDockWidget>
#include <QMenu>
#include <QScreen>
#include <QSettings>
#include <QTabBar>
#include <QTest>
#include <QTimer>
#include <QToolButton>

#include <algorithm>
#include <memory>

#include <gtest/gtest.h>

#include "tests/ui/small_session.h"
#include "ui/graph/graph_canvas.h"
#include "ui/shell/graph_panel.h"
#include "ui/shell/main_window.h"
#include "ui/shell/panel_title.h"
#include "ui/shell/panels.h"

namespace vernier::ui {
namespace {

using test::wait_until;

class DocksTest : public ::testing::Test {
protected:
    DocksTest() : centre_(new QWidget) {
        centre_->setMinimumSize(200, 100);
        QVector<Docks::Panel> panels{{QStringLiteral("nodes"), QStringLiteral("Nodes"), Qt::LeftDockWidgetArea, new QWidget},
                                     {QStringLiteral("recipe"), QStringLiteral("Recipe"), Qt::LeftDockWidgetArea, new QWidget},
                                     {QStringLiteral("inspector"), QStringLiteral("Inspector"), Qt::RightDockWidgetArea, new QWidget}};
        for (const char* id : {"compare", "time", "data", "findings", "log"}) {
            panels.push_back({QLatin1String(id), QLatin1String(id), Qt::BottomDockWidgetArea, new QWidget});
        }
        for (const Docks::Panel& panel : panels) {
            panel.widget->setMinimumSize(100, 60);
        }
        docks_ = std::make_unique<Docks>(centre_, panels);
        docks_->resize(1400, 900);
        docks_->reset(kSizes);
        docks_->show();
        QApplication::processEvents();
    }
    [[nodiscard]] QRect where(const QString& panel) const {
        const QWidget* dock = docks_->dock(panel);
        return {dock->mapTo(docks_.get(), QPoint()), dock->size()};
    }
    [[nodiscard]] PanelTitle* title(const QString& panel) const { return qobject_cast<PanelTitle*>(docks_->dock(panel)->titleBarWidget()); }
    /// A click on the menu of the panel's title, then a letter.
    void choose(const QString& panel, Qt::Key letter) {
        QTimer::singleShot(100, docks_.get(), [letter] {
            if (QWidget* menu = QApplication::activePopupWidget()) {
                QTest::keyClick(menu, letter);
            }
        });
        QTest::mouseClick(title(panel)->menuButton(), Qt::LeftButton);
        QApplication::processEvents();
    }

    static constexpr Docks::Sizes kSizes{360, 340, 300, 340, 220};
    QWidget* centre_;
    std::unique_ptr<Docks> docks_;
};

TEST_F(DocksTest, TheUsualLayoutHasItsSizes) {
    EXPECT_EQ(where(QStringLiteral("nodes")).width(), 360);
    EXPECT_EQ(where(QStringLiteral("inspector")).width(), 340);
    EXPECT_NEAR(docks_->lowerHeight(), 300, 2);
    EXPECT_GT(where(QStringLiteral("recipe")).top(), where(QStringLiteral("nodes")).top());
    EXPECT_TRUE(docks_->aloneBelow(QStringLiteral("compare")));
    EXPECT_FALSE(docks_->inFront(QStringLiteral("log")));
    EXPECT_TRUE(title(QStringLiteral("compare"))->slim()) << "its tab names it";
    EXPECT_FALSE(title(QStringLiteral("nodes"))->slim());
}

TEST_F(DocksTest, AMenuMovesAPanelToAnotherSide) {
    choose(QStringLiteral("inspector"), Qt::Key_L);
    EXPECT_LT(where(QStringLiteral("inspector")).left(), centre_->geometry().left());
    choose(QStringLiteral("inspector"), Qt::Key_B);
    EXPECT_GT(where(QStringLiteral("inspector")).top(), centre_->geometry().bottom());
    EXPECT_TRUE(docks_->inFront(QStringLiteral("inspector")));
    EXPECT_FALSE(docks_->inFront(QStringLiteral("compare"))) << "it is a tab beside it";
    EXPECT_TRUE(title(QStringLiteral("inspector"))->slim());
    docks_->place(QStringLiteral("inspector"), Qt::RightDockWidgetArea);
    QApplication::processEvents();
    EXPECT_FALSE(title(QStringLiteral("inspector"))->slim());
    EXPECT_GT(where(QStringLiteral("inspector")).left(), centre_->geometry().right());
}

TEST_F(DocksTest, AMenuHidesAPanelAndGivesItAWindowOfItsOwn) {
    choose(QStringLiteral("recipe"), Qt::Key_H);
    EXPECT_FALSE(docks_->shows(QStringLiteral("recipe")));
    docks_->bringUp(QStringLiteral("recipe"));
    EXPECT_TRUE(docks_->shows(QStringLiteral("recipe")));
    choose(QStringLiteral("recipe"), Qt::Key_W);
    EXPECT_TRUE(docks_->dock(QStringLiteral("recipe"))->isFloating());
    EXPECT_TRUE(docks_->dock(QStringLiteral("recipe"))->isVisible());
    EXPECT_GE(docks_->dock(QStringLiteral("recipe"))->width(), 300);
}

TEST_F(DocksTest, AClickOnATabBringsItsPanelUp) {
    QTabBar* bar = nullptr;
    for (auto* each : docks_->findChildren<QTabBar*>(QString(), Qt::FindDirectChildrenOnly)) {
        bar = each->count() == 5 ? each : bar;
    }
    ASSERT_NE(bar, nullptr);
    int changes = 0;
    QObject::connect(docks_.get(), &Docks::changed, docks_.get(), [&changes] { ++changes; });
    QTest::mouseClick(bar, Qt::LeftButton, {}, bar->tabRect(3).center());
    QApplication::processEvents();
    EXPECT_TRUE(docks_->inFront(QStringLiteral("findings")));
    EXPECT_FALSE(docks_->aloneBelow(QStringLiteral("compare")));
    EXPECT_GE(changes, 1);
    docks_->panel(QStringLiteral("findings"))->setWindowTitle(QStringLiteral("Findings · 3"));
    EXPECT_EQ(bar->tabText(3), QStringLiteral("Findings · 3"));
    EXPECT_TRUE(docks_->inFront(QStringLiteral("findings")));
}

TEST_F(DocksTest, ResetBringsBackWhatWasMovedAndHidden) {
    docks_->place(QStringLiteral("log"), Qt::LeftDockWidgetArea);
    docks_->detach(QStringLiteral("data"));
    docks_->setShown(QStringLiteral("nodes"), false);
    docks_->mirror(true);
    QApplication::processEvents();
    EXPECT_TRUE(docks_->mirrored());
    docks_->reset(kSizes);
    QApplication::processEvents();
    EXPECT_FALSE(docks_->mirrored());
    EXPECT_TRUE(docks_->shows(QStringLiteral("nodes")));
    EXPECT_FALSE(docks_->dock(QStringLiteral("data"))->isFloating());
    EXPECT_TRUE(docks_->isBelow(QStringLiteral("log")));
    EXPECT_TRUE(docks_->inFront(QStringLiteral("compare")));
    EXPECT_EQ(where(QStringLiteral("nodes")).width(), 360);
}

TEST_F(DocksTest, APanelThatIsDraggedOutHasRoomAndLiesOnTheScreen) {
    QDockWidget* dock = docks_->dock(QStringLiteral("compare"));
    docks_->setLowerHeight(1);  // a line as long as the window
    QApplication::processEvents();
    dock->setFloating(true);
    dock->move(-200, 5);
    const QRect screen = dock->screen()->availableGeometry();
    ASSERT_TRUE(wait_until([&] { return dock->height() >= std::min(400, screen.height()); }, 5000)) << dock->height();
    EXPECT_LE(dock->width(), screen.width() * 8 / 10);
    EXPECT_TRUE(screen.contains(dock->geometry())) << dock->x() << ' ' << dock->y() << ' ' << dock->width() << ' ' << dock->height();
}

TEST_F(DocksTest, AWindowOfAPanelGoesWithTheOthersAndComesBack) {
    docks_->detach(QStringLiteral("findings"));
    docks_->hide();
    EXPECT_FALSE(docks_->dock(QStringLiteral("findings"))->isVisible());
    docks_->show();
    QApplication::processEvents();
    EXPECT_TRUE(docks_->dock(QStringLiteral("findings"))->isVisible());
    EXPECT_TRUE(docks_->dock(QStringLiteral("findings"))->isFloating());
}

TEST_F(DocksTest, ALayoutOfOtherPanelsIsNotTaken) {
    docks_->place(QStringLiteral("inspector"), Qt::LeftDockWidgetArea);
    const QByteArray state = docks_->state();
    ASSERT_FALSE(state.isEmpty());
    const QVector<Docks::Panel> fewer{{QStringLiteral("nodes"), QStringLiteral("Nodes"), Qt::LeftDockWidgetArea, new QWidget},
                                      {QStringLiteral("inspector"), QStringLiteral("Inspector"), Qt::RightDockWidgetArea, new QWidget}};
    Docks others(new QWidget, fewer);
    others.resize(1400, 900);
    others.reset(kSizes);
    others.restore(state);
    others.show();
    QApplication::processEvents();
    EXPECT_EQ(others.dockWidgetArea(others.dock(QStringLiteral("inspector"))), Qt::RightDockWidgetArea);
    EXPECT_NEAR(others.dock(QStringLiteral("inspector"))->width(), kSizes.right, 2);
    docks_->reset(kSizes);
    docks_->restore(state);
    EXPECT_EQ(docks_->dockWidgetArea(docks_->dock(QStringLiteral("inspector"))), Qt::LeftDockWidgetArea);
}

TEST(DocksInTheWindow, ArrangedPanelsAreThereAtTheNextStart) {
    const test::TempDir folder;
    const QString model = QString::fromStdString(test::write_small_net(folder));
    const auto opened = [&](MainWindow& window) {
        window.resize(1400, 900);
        window.show();
        window.openPath(model);
        return wait_until([&] { return window.session().plan() && window.graphPanel()->ready(); });
    };
    Appearance appearance;
    {
        Session session;
        MainWindow first(session, appearance);
        ASSERT_TRUE(opened(first));
        first.docks()->place(QStringLiteral("inspector"), Qt::LeftDockWidgetArea);
        first.docks()->setShown(QStringLiteral("log"), false);
        first.togglePanels({QStringLiteral("recipe")});
        QApplication::processEvents();
        ASSERT_TRUE(first.close());
    }
    Session session;
    MainWindow second(session, appearance);
    ASSERT_TRUE(opened(second));
    QApplication::processEvents();
    EXPECT_LT(second.docks()->panel(QStringLiteral("inspector"))->mapTo(&second, QPoint()).x(), second.canvas()->mapTo(&second, QPoint()).x());
    EXPECT_FALSE(second.docks()->shows(QStringLiteral("log")));
    EXPECT_FALSE(second.shows({QStringLiteral("recipe")}));
    EXPECT_TRUE(second.shows({QStringLiteral("nodes")}));
    second.resetLayout();
    QApplication::processEvents();
    EXPECT_GT(second.docks()->panel(QStringLiteral("inspector"))->mapTo(&second, QPoint()).x(), second.canvas()->mapTo(&second, QPoint()).x());
    EXPECT_TRUE(second.docks()->shows(QStringLiteral("log")));
    session.close();
    QSettings().clear();  // other tests begin with the usual layout
}

TEST(DocksInTheWindow, AGroupOfPanelsComesBackAsItWas) {
    const test::TempDir folder;
    Appearance appearance;
    Session session;
    MainWindow window(session, appearance);
    window.resize(1400, 900);
    window.show();
    window.openPath(QString::fromStdString(test::write_small_net(folder)));
    ASSERT_TRUE(wait_until([&] { return session.plan() && window.graphPanel()->ready(); }));
    QApplication::setActiveWindow(&window);
    window.docks()->setShown(QStringLiteral("log"), false);
    window.bringUp(QStringLiteral("findings"));
    QTest::keyClick(&window, Qt::Key_F12);
    EXPECT_FALSE(window.shows(panelsAt(Place::below)));
    QTest::keyClick(&window, Qt::Key_F12);
    EXPECT_TRUE(window.docks()->inFront(QStringLiteral("findings")));
    EXPECT_TRUE(window.docks()->shows(QStringLiteral("data")));
    EXPECT_FALSE(window.docks()->shows(QStringLiteral("log"))) << "it was not there before";
    session.close();
}

/// Style sheets keep what they know of widgets by address: nothing of a window that is gone may be left there.
TEST(DocksInTheWindow, TheThemeChangesWhileAPanelFloatsAndWhenItsWindowIsGone) {
    const test::TempDir folder;
    Appearance appearance;
    const QString inspector = QStringLiteral("inspector");
    const auto turn = [&appearance] {
        for (const auto mode : {Appearance::Mode::dark, Appearance::Mode::light}) {
            appearance.useMode(mode);
            QApplication::processEvents();
        }
    };
    for (const bool floatsAtTheEnd : {true, false}) {
        Session session;
        MainWindow window(session, appearance);
        window.resize(1400, 900);
        window.show();
        window.openPath(QString::fromStdString(test::write_small_net(folder)));
        ASSERT_TRUE(wait_until([&] { return session.plan() && window.graphPanel()->ready(); }));
        window.docks()->detach(inspector);
        session.selection().setOne(0);
        turn();
        const QWidget* panel = window.docks()->panel(inspector);
        EXPECT_TRUE(panel->isVisible());
        EXPECT_GT(panel->palette().color(QPalette::Window).lightness(), 128) << "light again";
        if (!floatsAtTheEnd) {
            window.docks()->place(inspector, Qt::LeftDockWidgetArea);
            turn();
        }
        session.close();
    }
    turn();
    QSettings().clear();
}

}  // namespace
}  // namespace vernier::ui
