// SPDX-License-Identifier: GPL-3.0-or-later
// Another recipe than the present one in the real window: by the palette, in the graph, as a list, and back.
#include <QApplication>
#include <QFontMetricsF>
#include <QImage>
#include <QLineEdit>
#include <QPushButton>
#include <QTableView>
#include <QTest>

#include <gtest/gtest.h>

#include "tests/ui/compared.h"
#include "tests/ui/small_session.h"
#include "ui/compare/recipes_panel.h"
#include "ui/graph/graph_canvas.h"
#include "ui/session/recipe_view.h"
#include "ui/shell/graph_panel.h"
#include "ui/shell/main_window.h"
#include "ui/shell/palette.h"
#include "ui/shell/recipe_bar.h"
#include "ui/theme/theme.h"

namespace vernier::ui {
namespace {

using test::wait_until;

/// The small model with the runs "all static" (1) and "FP16" (2), in a window.
class RecipeViewInTheWindow : public ::testing::Test {
protected:
    RecipeViewInTheWindow() : window_(small_.session, appearance_) {
        appearance_.useMode(Appearance::Mode::light);
        window_.canvas()->setMotion(false);
        window_.resize(1600, 1000);
        window_.show();
        QApplication::setActiveWindow(&window_);
    }
    ~RecipeViewInTheWindow() override { small_.session.close(); }
    void SetUp() override {
        ASSERT_TRUE(test::open_compared(small_, test::simulated_comparison()));
        ASSERT_TRUE(wait_until([this] { return small_.session.plan() && window_.graphPanel()->ready(); }));
        small_.session.trials().setCurrentRun(2);
        QApplication::processEvents();
    }
    [[nodiscard]] RecipeView& view() { return small_.session.recipeView(); }
    [[nodiscard]] RecipeBar& bar() { return *window_.findChild<RecipeBar*>(); }
    [[nodiscard]] QImage graph() { return window_.canvas()->viewport()->grab().toImage(); }
    /// Ctrl+K, the words, Return.
    void command(const char* words) {
        QApplication::setActiveWindow(&window_);  // no window manager does it when the palette has closed
        QTest::keyClick(&window_, Qt::Key_K, Qt::ControlModifier);
        auto* palette = window_.findChild<Palette*>();
        ASSERT_TRUE(wait_until([&] { return palette->isVisible(); }));
        QTest::keyClicks(palette->line(), QLatin1String(words));
        QTest::keyClick(palette->line(), Qt::Key_Return);
        QApplication::processEvents();
    }

    test::SmallSession small_;
    Appearance appearance_;
    MainWindow window_;
};

TEST_F(RecipeViewInTheWindow, TheGraphShowsTheRecipeOfARunAndThePresentOneAgain) {
    const Recipe present = small_.session.recipe();
    const QImage before = graph();
    command("Show the selected run's recipe");
    ASSERT_TRUE(view().active());
    EXPECT_EQ(view().to(), 2);
    EXPECT_TRUE(bar().text().contains(QStringLiteral("“FP16”"))) << bar().text().toStdString();
    EXPECT_TRUE(window_.action(QStringLiteral("show-recipe"))->isChecked());
    EXPECT_EQ(small_.session.recipe(), present) << "it is only looked at";
    QApplication::processEvents();
    const QImage shown = graph();
    EXPECT_NE(shown, before.copy(0, 0, shown.width(), shown.height()));
    QTest::mouseClick(bar().backButton(), Qt::LeftButton);
    EXPECT_FALSE(view().active());
    EXPECT_FALSE(bar().isVisible());
    // And taken over by the bar.
    command("Show the selected run's recipe");
    QTest::mouseClick(bar().useButton(), Qt::LeftButton);
    EXPECT_EQ(small_.session.recipe().default_method, Method::fp16);
    EXPECT_FALSE(view().active());
    QTest::keyClick(&window_, Qt::Key_Z, Qt::ControlModifier);
    EXPECT_EQ(small_.session.recipe(), present);
}

TEST_F(RecipeViewInTheWindow, WhatDiffersIsAListAndColoursWithALegend) {
    command("Compare the selected run's recipe");
    ASSERT_TRUE(view().compares());
    EXPECT_EQ(view().from(), 2);
    EXPECT_EQ(view().to(), RecipeView::kPresent);
    view().compare(1, 2);
    auto* panel = window_.panel<RecipesPanel>();
    EXPECT_TRUE(wait_until([&] { return panel->isVisible(); })) << "its tab is in front";
    EXPECT_EQ(panel->table()->model()->rowCount(), 6);
    QApplication::processEvents();
    (void)graph();  // the legend has its places once it was painted
    // The first line of the legend, below its title: a click selects the nodes of that change.
    const double line = QFontMetricsF(labelFont()).height() + 8;
    small_.session.selection().clear();
    QTest::mouseClick(window_.canvas()->viewport(), Qt::LeftButton, {}, QPoint(30, int(8 + 1.5 * line)));
    EXPECT_EQ(small_.session.selection().nodes().size(), 6);
    QTest::mouseClick(panel->endButton(), Qt::LeftButton);
    EXPECT_FALSE(view().active());
}

}  // namespace
}  // namespace vernier::ui
