// SPDX-License-Identifier: GPL-3.0-or-later
// The part of the walk that asks which node, and lets the recipe be found.
#include <QPushButton>
#include <QTableView>

#include <cstddef>

#include "app/vernier/walk.h"
#include "ui/charts/front_chart.h"
#include "ui/graph/graph_canvas.h"
#include "ui/layers/layers_model.h"
#include "ui/layers/layers_panel.h"
#include "ui/layers/search_panel.h"
#include "ui/session/layer_study.h"
#include "ui/session/recipe_search.h"
#include "ui/session/recipe_view.h"
#include "ui/session/session.h"
#include "ui/shell/main_window.h"

namespace vernier {

namespace {

constexpr int kPatience = 900;  ///< seconds for a job on a slow machine

}  // namespace

void Walk::analyseLayers() {
    ui::Session& session = window_.session();
    say(QStringLiteral("analyse the layers"));
    keys(Qt::Key_4, Qt::ControlModifier);
    window_.bringUp(QStringLiteral("layers"));
    settle();
    auto& panel = *window_.panel<ui::LayersPanel>();
    click(panel.analyseButton(), panel.analyseButton()->rect().center());
    waitFor(QStringLiteral("analysing the layers"), kPatience, [&] { return !session.layers().busy() && session.layers().layers() != nullptr; });
    settle();
    say(panel.sentence());
    QTableView* table = panel.table();
    click(table->viewport(), table->visualRect(table->model()->index(0, ui::LayersModel::Name)).center());
    waitFor(QStringLiteral("selecting the worst layer"), 5, [&] { return session.selection().current() >= 0; });
    window_.canvas()->setColourMode(ui::ColourMode::Error);
    window_.canvas()->zoomTo(session.selection().current());
    pictures(QStringLiteral("layers"));
}

void Walk::findRecipe() {
    ui::Session& session = window_.session();
    say(QStringLiteral("find a recipe"));
    window_.bringUp(QStringLiteral("search"));
    settle();
    auto& panel = *window_.panel<ui::SearchPanel>();
    click(panel.startButton(), panel.startButton()->rect().center());
    waitFor(QStringLiteral("finding a recipe"), kPatience, [&] { return !session.search().busy() && session.search().values() != nullptr; });
    settle();
    say(panel.sentence());
    if (const int chosen = session.search().values()->chosen; chosen >= 0) {
        const ui::FrontPlot& plot = panel.front()->plot();
        const ui::FrontDot& dot = plot.dots[static_cast<std::size_t>(chosen)];
        const ui::FrontLayout layout = layoutOf(plot, panel.front()->rect());
        click(panel.front(), (dot.measured ? layout.at(dot.measured->ms, dot.measured->error) : layout.at(dot.ms, dot.error)).toPoint());
        waitFor(QStringLiteral("taking the recipe of a dot"), 5, [&] { return session.search().taken() >= 0; });
        window_.canvas()->setColourMode(ui::ColourMode::Method);
    }
    pictures(QStringLiteral("front"));
}

/// The selective recipe against the first one, in the graph and as a list.
void Walk::compareRecipes() {
    ui::Session& session = window_.session();
    say(QStringLiteral("compare the recipes of two runs"));
    session.recipeView().compare(session.runs().first().id, session.runs().last().id);
    window_.bringUp(QStringLiteral("recipes"));
    settle();
    say(session.recipeView().sentence());
    pictures(QStringLiteral("recipes"));
    session.recipeView().clear();
}

}  // namespace vernier
