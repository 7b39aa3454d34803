// SPDX-License-Identifier: GPL-3.0-or-later
// Panels around the graph: moved, laid on each other, in windows of their own, hidden, and there again at the next start.
#include "ui/shell/docks.h"

#include <QApplication>
#include <QDockWidget>
#include <QMenu>
#include <QSettings>
#include <QTabBar>
#include <QTest>
#include <QTimer>
#include <QToolButton>

#include <array>
#include <memory>

#include <gtest/gtest.h>

#include "tests/ui/small_session.h"
#include "ui/graph/graph_canvas.h"
#include "ui/shell/graph_panel.h"
#include "ui/shell/main_window.h"
#include "ui/shell/panel_title.h"

namespace vernier::ui {
namespace {

using test::wait_until;

class DocksTest : public ::testing::Test {
protected:
    DocksTest() : centre_(new QWidget) {
        centre_->setMinimumSize(200, 100);
        std::array<QWidget*, Docks::kPanels> panels{};
        for (QWidget*& panel : panels) {
            panel = new QWidget;
            panel->setMinimumSize(100, 60);
        }
        docks_ = std::make_unique<Docks>(centre_, panels);
        docks_->resize(1400, 900);
        docks_->reset(kSizes);
        docks_->show();
        QApplication::processEvents();
    }
    [[nodiscard]] QRect where(Docks::Panel panel) const {
        const QWidget* dock = docks_->dock(panel);
        return {dock->mapTo(docks_.get(), QPoint()), dock->size()};
    }
    [[nodiscard]] PanelTitle* title(Docks::Panel panel) const { return qobject_cast<PanelTitle*>(docks_->dock(panel)->titleBarWidget()); }
    /// A click on the menu of the panel's title, then a letter.
    void choose(Docks::Panel panel, Qt::Key letter) {
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
    EXPECT_EQ(where(Docks::nodes).width(), 360);
    EXPECT_EQ(where(Docks::inspector).width(), 340);
    EXPECT_NEAR(docks_->lowerHeight(), 300, 2);
    EXPECT_GT(where(Docks::recipe).top(), where(Docks::nodes).top());
    EXPECT_TRUE(docks_->aloneBelow(Docks::compare));
    EXPECT_FALSE(docks_->inFront(Docks::log));
    EXPECT_TRUE(title(Docks::compare)->slim()) << "its tab names it";
    EXPECT_FALSE(title(Docks::nodes)->slim());
}

TEST_F(DocksTest, AMenuMovesAPanelToAnotherSide) {
    choose(Docks::inspector, Qt::Key_L);
    EXPECT_LT(where(Docks::inspector).left(), centre_->geometry().left());
    choose(Docks::inspector, Qt::Key_B);
    EXPECT_GT(where(Docks::inspector).top(), centre_->geometry().bottom());
    EXPECT_TRUE(docks_->inFront(Docks::inspector));
    EXPECT_FALSE(docks_->inFront(Docks::compare)) << "it is a tab beside it";
    EXPECT_TRUE(title(Docks::inspector)->slim());
    docks_->place(Docks::inspector, Qt::RightDockWidgetArea);
    QApplication::processEvents();
    EXPECT_FALSE(title(Docks::inspector)->slim());
    EXPECT_GT(where(Docks::inspector).left(), centre_->geometry().right());
}

TEST_F(DocksTest, AMenuHidesAPanelAndGivesItAWindowOfItsOwn) {
    choose(Docks::recipe, Qt::Key_H);
    EXPECT_FALSE(docks_->shows(Docks::recipe));
    docks_->bringUp(Docks::recipe);
    EXPECT_TRUE(docks_->shows(Docks::recipe));
    choose(Docks::recipe, Qt::Key_W);
    EXPECT_TRUE(docks_->dock(Docks::recipe)->isFloating());
    EXPECT_TRUE(docks_->dock(Docks::recipe)->isVisible());
    EXPECT_GE(docks_->dock(Docks::recipe)->width(), 300);
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
    EXPECT_TRUE(docks_->inFront(Docks::findings));
    EXPECT_FALSE(docks_->aloneBelow(Docks::compare));
    EXPECT_GE(changes, 1);
    docks_->setTitle(Docks::findings, QStringLiteral("Findings · 3"));
    EXPECT_EQ(bar->tabText(3), QStringLiteral("Findings · 3"));
    EXPECT_TRUE(docks_->inFront(Docks::findings));
}

TEST_F(DocksTest, ResetBringsBackWhatWasMovedAndHidden) {
    docks_->place(Docks::log, Qt::LeftDockWidgetArea);
    docks_->detach(Docks::data);
    docks_->setShown(Docks::nodes, false);
    docks_->mirror(true);
    QApplication::processEvents();
    EXPECT_TRUE(docks_->mirrored());
    docks_->reset(kSizes);
    QApplication::processEvents();
    EXPECT_FALSE(docks_->mirrored());
    EXPECT_TRUE(docks_->shows(Docks::nodes));
    EXPECT_FALSE(docks_->dock(Docks::data)->isFloating());
    EXPECT_TRUE(docks_->isBelow(Docks::log));
    EXPECT_TRUE(docks_->inFront(Docks::compare));
    EXPECT_EQ(where(Docks::nodes).width(), 360);
}

TEST_F(DocksTest, AWindowOfAPanelGoesWithTheOthersAndComesBack) {
    docks_->detach(Docks::findings);
    docks_->hide();
    EXPECT_FALSE(docks_->dock(Docks::findings)->isVisible());
    docks_->show();
    QApplication::processEvents();
    EXPECT_TRUE(docks_->dock(Docks::findings)->isVisible());
    EXPECT_TRUE(docks_->dock(Docks::findings)->isFloating());
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
        first.docks()->place(Docks::inspector, Qt::LeftDockWidgetArea);
        first.docks()->setShown(Docks::log, false);
        first.togglePanel(MainWindow::Panel::rules);
        QApplication::processEvents();
        ASSERT_TRUE(first.close());
    }
    Session session;
    MainWindow second(session, appearance);
    ASSERT_TRUE(opened(second));
    QApplication::processEvents();
    EXPECT_LT(second.inspector()->mapTo(&second, QPoint()).x(), second.canvas()->mapTo(&second, QPoint()).x());
    EXPECT_FALSE(second.docks()->shows(Docks::log));
    EXPECT_FALSE(second.shows(MainWindow::Panel::rules));
    EXPECT_TRUE(second.shows(MainWindow::Panel::nodes));
    second.resetLayout();
    QApplication::processEvents();
    EXPECT_GT(second.inspector()->mapTo(&second, QPoint()).x(), second.canvas()->mapTo(&second, QPoint()).x());
    EXPECT_TRUE(second.docks()->shows(Docks::log));
    session.close();
    QSettings().clear();   // other tests begin with the usual layout
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
    window.docks()->setShown(Docks::log, false);
    window.showTab(MainWindow::Tab::findings);
    QTest::keyClick(&window, Qt::Key_F12);
    EXPECT_FALSE(window.shows(MainWindow::Panel::bottom));
    QTest::keyClick(&window, Qt::Key_F12);
    EXPECT_TRUE(window.docks()->inFront(Docks::findings));
    EXPECT_TRUE(window.docks()->shows(Docks::data));
    EXPECT_FALSE(window.docks()->shows(Docks::log)) << "it was not there before";
    session.close();
}

}  // namespace
}  // namespace vernier::ui
