// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/panels.h"

#include <QCoreApplication>

#include "ui/choose/nodes_panel.h"
#include "ui/choose/rules_panel.h"
#include "ui/compare/compare_board.h"
#include "ui/compare/recipes_panel.h"
#include "ui/compare/time_panel.h"
#include "ui/data/answers_panel.h"
#include "ui/data/data_panel.h"
#include "ui/inspect/inspector_panel.h"
#include "ui/inspect/summary_panel.h"
#include "ui/layers/layers_panel.h"
#include "ui/layers/search_panel.h"
#include "ui/shell/findings_panel.h"
#include "ui/shell/graph_panel.h"
#include "ui/shell/log_panel.h"
#include "ui/shell/main_window.h"

namespace vernier::ui {

namespace {

/// A panel that asks nothing of the window.
template <class Panel>
QWidget* make(MainWindow& window) {
    return new Panel(window.session());
}

QWidget* makeNodes(MainWindow& window) {
    auto* panel = new NodesPanel(window.session());
    QObject::connect(panel, &NodesPanel::contextMenuRequested, &window, &MainWindow::showNodeMenu);
    QObject::connect(panel, &NodesPanel::nodeActivated, &window, [&window](int node) {
        window.goToNode(node);
        window.graphPanel()->openBody(node);  // as in the graph: an If, Loop or Scan is gone into
    });
    return panel;
}

QWidget* makeRecipe(MainWindow& window) {
    auto* panel = new RulesPanel(window.session());
    QObject::connect(panel, &RulesPanel::openRecipeRequested, &window, &MainWindow::openRecipeDialog);
    QObject::connect(panel, &RulesPanel::saveRecipeRequested, &window, &MainWindow::saveRecipeDialog);
    QObject::connect(panel, &RulesPanel::quantizeRequested, &window, &MainWindow::quantize);
    QObject::connect(panel, &RulesPanel::dataRequested, &window, [&window] { window.bringUp(QStringLiteral("data")); });
    return panel;
}

QWidget* makeSearch(MainWindow& window) {
    auto* panel = new SearchPanel(window.session());
    QObject::connect(panel, &SearchPanel::quantizeRequested, &window, &MainWindow::quantize);
    return panel;
}

QWidget* makeCompare(MainWindow& window) {
    auto* board = new CompareBoard(window.session());
    QObject::connect(board, &CompareBoard::recipesRequested, &window, [&window] { window.bringUp(QStringLiteral("recipes")); });
    return board;
}

constexpr PanelRow kPanels[] = {
    {"nodes", QT_TRANSLATE_NOOP("Panels", "Nodes"), Place::left, makeNodes, "", QT_TRANSLATE_NOOP("Panels", "Node &table")},
    {"recipe", QT_TRANSLATE_NOOP("Panels", "Recipe"), Place::left, makeRecipe, "", QT_TRANSLATE_NOOP("Panels", "Recip&e")},
    {"inspector", QT_TRANSLATE_NOOP("Panels", "Inspector"), Place::right, make<InspectorPanel>, "F10", QT_TRANSLATE_NOOP("Panels", "Ins&pector")},
    {"compare", QT_TRANSLATE_NOOP("Panels", "Compare"), Place::below, makeCompare},
    {"answers", QT_TRANSLATE_NOOP("Panels", "Answers"), Place::below, make<AnswersPanel>},
    {"layers", QT_TRANSLATE_NOOP("Panels", "Layers"), Place::below, make<LayersPanel>},
    {"search", QT_TRANSLATE_NOOP("Panels", "Find a recipe"), Place::below, makeSearch},
    {"recipes", QT_TRANSLATE_NOOP("Panels", "Compare recipes"), Place::below, make<RecipesPanel>},
    {"time", QT_TRANSLATE_NOOP("Panels", "Time"), Place::below, make<TimePanel>},
    {"data", QT_TRANSLATE_NOOP("Panels", "Data"), Place::below, make<DataPanel>},
    {"findings", QT_TRANSLATE_NOOP("Panels", "Findings"), Place::below, make<FindingsPanel>},
    {"summary", QT_TRANSLATE_NOOP("Panels", "Model summary"), Place::below, make<SummaryPanel>},
    {"log", QT_TRANSLATE_NOOP("Panels", "Log"), Place::below, make<LogPanel>},
};

constexpr PanelGroup kGroups[] = {
    {Place::left, "left-panels", "F9", QT_TRANSLATE_NOOP("Panels", "Panels o&n the left")},
    {Place::below, "bottom-panels", "F12", QT_TRANSLATE_NOOP("Panels", "Panels belo&w the graph")},
};

}  // namespace

std::span<const PanelRow> panelTable() { return kPanels; }

std::span<const PanelGroup> panelGroups() { return kGroups; }

QStringList panelsAt(Place place) {
    QStringList ids;
    for (const PanelRow& row : kPanels) {
        if (row.place == place) {
            ids << QLatin1String(row.id);
        }
    }
    return ids;
}

}  // namespace vernier::ui
