// SPDX-License-Identifier: GPL-3.0-or-later
// The list of what differs between two recipes, with real mouse and keys.
#include "ui/compare/recipes_panel.h"

#include <QApplication>
#include <QComboBox>
#include <QItemSelectionModel>
#include <QMenu>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>
#include <QTimer>

#include <gtest/gtest.h>

#include "tests/ui/compared.h"
#include "tests/ui/small_session.h"
#include "ui/compare/compare_board.h"
#include "ui/compare/difference_model.h"
#include "ui/compare/run_table.h"
#include "ui/session/recipe_view.h"

namespace vernier::ui {
namespace {

using test::SmallSession;
using test::wait_until;

TEST(RecipesPanel, SaysWhatIsMissing) {
    SmallSession small;
    const RecipesPanel panel(small.session);
    EXPECT_TRUE(panel.sentence().startsWith(QStringLiteral("Quantize first"))) << panel.sentence().toStdString();
    EXPECT_FALSE(panel.fromBox()->isEnabled());
}

TEST(RecipesPanel, ListsTheNodesThatDifferAndSelectsThem) {
    SmallSession small;
    RecipesPanel panel(small.session);
    panel.resize(900, 400);
    panel.show();
    ASSERT_TRUE(test::open_compared(small, test::simulated_comparison()));
    ASSERT_EQ(panel.toBox()->count(), 3) << "the present recipe and two runs";
    EXPECT_TRUE(panel.sentence().startsWith(QStringLiteral("Choose two recipes"))) << panel.sentence().toStdString();
    // By keys: from the first run to the second.
    panel.fromBox()->setFocus();
    QTest::keyClick(panel.fromBox(), Qt::Key_Down);
    QTest::keyClick(panel.toBox(), Qt::Key_End);
    EXPECT_EQ(small.session.recipeView().from(), 1);
    EXPECT_EQ(small.session.recipeView().to(), 2);
    ASSERT_EQ(panel.table()->model()->rowCount(), 6);
    EXPECT_TRUE(panel.sentence().startsWith(QStringLiteral("6 of 6 nodes differ"))) << panel.sentence().toStdString();
    QApplication::processEvents();
    QTest::mouseClick(panel.table()->viewport(), Qt::LeftButton, {},
                      panel.table()->visualRect(panel.table()->model()->index(2, DifferenceModel::Name)).center());
    EXPECT_EQ(small.session.selection().nodes(), QVector<int>{2});
    small.session.selection().setOne(5);
    ASSERT_EQ(panel.table()->selectionModel()->selectedRows().size(), 1);
    EXPECT_EQ(panel.table()->selectionModel()->selectedRows().front().row(), 5);
    QTest::mouseClick(panel.endButton(), Qt::LeftButton);
    EXPECT_FALSE(small.session.recipeView().active());
    EXPECT_FALSE(panel.table()->isVisible());
}

/// Takes the entries of menus one after the other, by what they begin with.
void takeFromMenus(const QStringList& wanted) {
    auto* timer = new QTimer(qApp);
    QObject::connect(timer, &QTimer::timeout, timer, [timer, wanted, at = 0]() mutable {
        auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
        if (menu == nullptr) {
            return;
        }
        for (QAction* action : menu->actions()) {
            if (action->text().startsWith(wanted[at])) {
                menu->setActiveAction(action);
                QTest::keyClick(menu, ++at < wanted.size() ? Qt::Key_Right : Qt::Key_Return);
                break;
            }
        }
        if (at == wanted.size()) {
            timer->deleteLater();
        }
    });
    timer->start(20);
}

TEST(RecipesPanel, TheMenuOfARunShowsAndComparesItsRecipe) {
    SmallSession small;
    CompareBoard board(small.session);
    board.resize(1200, 400);
    board.show();
    ASSERT_TRUE(test::open_compared(small, test::simulated_comparison()));
    ASSERT_TRUE(wait_until([&] { return board.table()->rowCount() == 3; }));
    RunTable& table = *board.table();
    const QPoint second = table.visualItemRect(table.item(2, RunTable::Name)).center();
    takeFromMenus({QStringLiteral("Show its recipe")});
    emit table.customContextMenuRequested(second);
    EXPECT_TRUE(small.session.recipeView().active());
    EXPECT_EQ(small.session.recipeView().to(), 2);
    const QSignalSpy asked(&board, &CompareBoard::recipesRequested);
    takeFromMenus({QStringLiteral("Compare its recipe"), QStringLiteral("all static")});
    emit table.customContextMenuRequested(second);
    EXPECT_EQ(asked.size(), 1);
    EXPECT_TRUE(small.session.recipeView().compares());
    EXPECT_EQ(small.session.recipeView().from(), 2);
    EXPECT_EQ(small.session.recipeView().to(), 1);
}

}  // namespace
}  // namespace vernier::ui
