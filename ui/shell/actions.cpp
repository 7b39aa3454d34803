// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/actions.h"

#include <QApplication>

#include <algorithm>
#include <deque>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/quant/method.h"
#include "ui/choose/filter_line.h"
#include "ui/choose/nodes_panel.h"
#include "ui/compare/compare_board.h"
#include "ui/compare/gate_dialog.h"
#include "ui/data/data_panel.h"
#include "ui/graph/graph_canvas.h"
#include "ui/session/queue.h"
#include "ui/session/recipe_view.h"
#include "ui/session/session.h"
#include "ui/shell/graph_panel.h"
#include "ui/shell/main_window.h"
#include "ui/shell/panels.h"

namespace vernier::ui {

namespace {

template <bool perChannel>
void granularity(MainWindow& window) {
    window.session().document().chooseGranularity(window.session().selection().nodes(), perChannel);
}

template <class Panel, void (Panel::*command)()>
void onPanel(MainWindow& window) {
    if (auto* panel = window.panel<Panel>()) {
        (panel->*command)();
    }
}

template <void (DataPanel::*command)()>
void onData(MainWindow& window) {
    window.bringUp(QStringLiteral("data"));
    onPanel<DataPanel, command>(window);
}

void focusFilter(MainWindow& window) {
    window.bringUp(QStringLiteral("nodes"));
    if (auto* nodes = window.panel<NodesPanel>()) {
        nodes->filterLine()->setFocus();
        nodes->filterLine()->selectAll();
    }
}

template <Appearance::Mode mode>
void theme(MainWindow& window) {
    window.appearance().setMode(mode);
}

template <Appearance::Mode mode>
bool isTheme(MainWindow& window) {
    return window.appearance().mode() == mode;
}

void selectAll(MainWindow& window) {
    // What the filter hides is not meant.
    window.session().selection().set(window.session().filter().nodes(), window.session().selection().current());
}

/// False, and said so, where the selected run is a file of which no recipe is known.
bool hasRecipe(Session& session) {
    const bool known = session.recipeView().hasRecipe(session.currentRun());
    if (!known) {
        session.complain(QCoreApplication::translate("Actions", "The selected model was made elsewhere: its recipe is not known."));
    }
    return known;
}

/// The selected run's recipe in the graph, or the present one again.
void showRunsRecipe(MainWindow& window) {
    if (!hasRecipe(window.session())) {
        return;
    }
    RecipeView& view = window.session().recipeView();
    const int run = window.session().currentRun();
    view.show(view.active() && !view.compares() && view.to() == run ? RecipeView::kPresent : run);
}

bool showsOtherRecipe(MainWindow& window) { return window.session().recipeView().active() && !window.session().recipeView().compares(); }

/// From the selected run to the present recipe; where they are the same, to the run before it.
void compareRecipes(MainWindow& window) {
    Session& session = window.session();
    if (!hasRecipe(session)) {
        return;
    }
    const Run* run = session.run(session.currentRun());
    int other = RecipeView::kPresent;
    for (const Run& each : session.runs()) {
        if (run != nullptr && run->recipe == session.recipe() && each.id != run->id && session.recipeView().hasRecipe(each.id)) {
            other = each.id;
        }
    }
    session.recipeView().compare(session.currentRun(), other);
    window.bringUp(QStringLiteral("recipes"));
}

const ActionRow kActions[] = {
    {Menu::file, "open", QT_TRANSLATE_NOOP("Actions", "&Open…"), "Ctrl+O", Needs::nothing, [](MainWindow& w) { w.openDialog(); }, ""},
    {Menu::file, "open-demo", QT_TRANSLATE_NOOP("Actions", "Open the &demo"), "", Needs::nothing, [](MainWindow& w) { w.openDemo(); }, ""},
    {Menu::file, "save", QT_TRANSLATE_NOOP("Actions", "&Save session"), "Ctrl+S", Needs::sound, [](MainWindow& w) { w.saveSession(); },
     QT_TRANSLATE_NOOP("Actions", "Model, recipe, data, runs and what was measured"), true},
    {Menu::file, "save-as", QT_TRANSLATE_NOOP("Actions", "Save session &as…"), "Ctrl+Shift+S", Needs::sound, [](MainWindow& w) { w.saveSessionAs(); }, ""},
    {Menu::file, "save-model", QT_TRANSLATE_NOOP("Actions", "Save quantized &model…"), "Ctrl+E", Needs::run, [](MainWindow& w) { w.saveRunDialog(); },
     QT_TRANSLATE_NOOP("Actions", "The selected run's file"), true},
    {Menu::file, "save-report", QT_TRANSLATE_NOOP("Actions", "Save repor&t…"), "", Needs::comparison, [](MainWindow& w) { w.saveReportDialog(); }, ""},
    {Menu::file, "export-sheet", QT_TRANSLATE_NOOP("Actions", "Export comparison s&heet…"), "Ctrl+Shift+E", Needs::comparison,
     onPanel<CompareBoard, &CompareBoard::exportSheetDialog>, QT_TRANSLATE_NOOP("Actions", "One page as PNG, SVG or PDF")},
    {Menu::file, "copy-sheet", QT_TRANSLATE_NOOP("Actions", "Cop&y comparison sheet"), "Ctrl+Shift+C", Needs::comparison,
     onPanel<CompareBoard, &CompareBoard::copySheet>, ""},
    {Menu::file, "close", QT_TRANSLATE_NOOP("Actions", "&Close"), "Ctrl+W", Needs::model, [](MainWindow& w) { w.closeDocument(); }, "", true},
    {Menu::file, "quit", QT_TRANSLATE_NOOP("Actions", "&Quit"), "Ctrl+Q", Needs::nothing, [](MainWindow& w) { w.close(); }, ""},

    {Menu::edit, "undo", QT_TRANSLATE_NOOP("Actions", "&Undo"), "Ctrl+Z", Needs::sound, [](MainWindow& w) { w.session().undoStack().undo(); }, ""},
    {Menu::edit, "redo", QT_TRANSLATE_NOOP("Actions", "&Redo"), "Ctrl+Y Ctrl+Shift+Z", Needs::sound, [](MainWindow& w) { w.session().undoStack().redo(); }, ""},
    {Menu::edit, "select-all", QT_TRANSLATE_NOOP("Actions", "Select &all"), "Ctrl+A", Needs::model, selectAll,
     QT_TRANSLATE_NOOP("Actions", "All nodes that the filter lets through"), true},
    {Menu::edit, "select-none", QT_TRANSLATE_NOOP("Actions", "Select &none"), "Ctrl+Shift+A", Needs::selection,
     [](MainWindow& w) { w.session().selection().clear(); }, ""},
    {Menu::edit, "filter", QT_TRANSLATE_NOOP("Actions", "&Filter nodes"), "Ctrl+F", Needs::model, focusFilter, "", true},
    {Menu::edit, "next-match", QT_TRANSLATE_NOOP("Actions", "Ne&xt match"), "F3", Needs::model, [](MainWindow& w) { w.goToMatch(1); },
     QT_TRANSLATE_NOOP("Actions", "The next node that the filter lets through")},
    {Menu::edit, "previous-match", QT_TRANSLATE_NOOP("Actions", "Pre&vious match"), "Shift+F3", Needs::model, [](MainWindow& w) { w.goToMatch(-1); }, ""},
    {Menu::edit, "back", QT_TRANSLATE_NOOP("Actions", "&Back"), "Alt+Left", Needs::back, [](MainWindow& w) { w.session().selection().back(); },
     QT_TRANSLATE_NOOP("Actions", "What was selected before")},
    {Menu::edit, "forward", QT_TRANSLATE_NOOP("Actions", "F&orward"), "Alt+Right", Needs::forward, [](MainWindow& w) { w.session().selection().forward(); },
     ""},
    {Menu::edit, "search", QT_TRANSLATE_NOOP("Actions", "&Search nodes and commands"), "Ctrl+K", Needs::nothing, [](MainWindow& w) { w.showPalette(); }, ""},

    {Menu::choose, "inherit", QT_TRANSLATE_NOOP("Actions", "&Use default"), "0 Backspace", Needs::choice,
     [](MainWindow& w) { w.session().choose(w.session().selection().nodes(), std::nullopt); },
     QT_TRANSLATE_NOOP("Actions", "Clears the override of each selected node")},
    {Menu::choose, "per-channel", QT_TRANSLATE_NOOP("Actions", "Weights per &channel"), "", Needs::choice, granularity<true>, "", true},
    {Menu::choose, "per-tensor", QT_TRANSLATE_NOOP("Actions", "Weights per &tensor"), "", Needs::choice, granularity<false>, ""},
    {Menu::choose, "open-recipe", QT_TRANSLATE_NOOP("Actions", "&Open recipe…"), "", Needs::sound, [](MainWindow& w) { w.openRecipeDialog(); }, "", true},
    {Menu::choose, "save-recipe", QT_TRANSLATE_NOOP("Actions", "&Save recipe as…"), "", Needs::sound, [](MainWindow& w) { w.saveRecipeDialog(); }, ""},

    {Menu::measure, "pick-data", QT_TRANSLATE_NOOP("Actions", "Pick dataset &file…"), "Ctrl+D", Needs::sound, onData<&DataPanel::pickFile>, ""},
    {Menu::measure, "pick-data-folder", QT_TRANSLATE_NOOP("Actions", "Pick dataset f&older…"), "Ctrl+Shift+D", Needs::sound, onData<&DataPanel::pickFolder>,
     ""},
    {Menu::measure, "baseline", QT_TRANSLATE_NOOP("Actions", "Measure the &baseline"), "Ctrl+B", Needs::sound, [](MainWindow& w) { w.measureBaseline(); },
     QT_TRANSLATE_NOOP("Actions", "The opened model on this machine; every saving is measured against it"), true},
    {Menu::measure, "quantize", QT_TRANSLATE_NOOP("Actions", "&Quantize and measure"), "Ctrl+R", Needs::recipe, [](MainWindow& w) { w.quantize(); }, ""},
    {Menu::measure, "measure-again", QT_TRANSLATE_NOOP("Actions", "&Measure again"), "Ctrl+M", Needs::baseline, [](MainWindow& w) { w.measureAgain(); },
     QT_TRANSLATE_NOOP("Actions", "All runs and the baseline, interleaved")},
    {Menu::measure, "add-candidate", QT_TRANSLATE_NOOP("Actions", "&Add a quantized model…"), "", Needs::sound, [](MainWindow& w) { w.addCandidateDialog(); },
     QT_TRANSLATE_NOOP("Actions", "A file made elsewhere, compared with the same harness")},
    {Menu::measure, "show-recipe", QT_TRANSLATE_NOOP("Actions", "Show the selected run's recipe in the &graph"), "", Needs::run, showRunsRecipe,
     QT_TRANSLATE_NOOP("Actions", "Which method each node has in it; the present recipe is not touched"), true, showsOtherRecipe},
    {Menu::measure, "compare-recipes", QT_TRANSLATE_NOOP("Actions", "Compare the selected run's &recipe"), "", Needs::run, compareRecipes,
     QT_TRANSLATE_NOOP("Actions", "The nodes that differ from the present recipe, or from another run's, as a list and in the graph")},
    {Menu::measure, "limits", QT_TRANSLATE_NOOP("Actions", "&Limits of the gate…"), "", Needs::model, [](MainWindow& w) { GateDialog(w.session(), &w).exec(); },
     QT_TRANSLATE_NOOP("Actions", "On any figure: itself, its drop or rise, or against the baseline")},
    {Menu::measure, "cancel-job", QT_TRANSLATE_NOOP("Actions", "&Cancel the running job"), "Ctrl+.", Needs::job,
     [](MainWindow& w) { w.session().queue().cancel(); }, "", true},
    {Menu::measure, "settings", QT_TRANSLATE_NOOP("Actions", "Measurement &settings…"), "", Needs::nothing, [](MainWindow& w) { w.measureSettingsDialog(); },
     QT_TRANSLATE_NOOP("Actions", "Threads, seconds, samples")},

    {Menu::view, "fit-all", QT_TRANSLATE_NOOP("Actions", "&Fit the graph"), "F", Needs::model, [](MainWindow& w) { w.canvas()->fitAll(); }, ""},
    {Menu::view, "fit-selection", QT_TRANSLATE_NOOP("Actions", "Fit the &selection"), "Shift+F", Needs::selection,
     [](MainWindow& w) { w.canvas()->fitSelection(); }, ""},
    {Menu::view, "zoom-in", QT_TRANSLATE_NOOP("Actions", "Zoom &in"), "Ctrl++ Ctrl+=", Needs::model, [](MainWindow& w) { w.canvas()->zoomIn(); }, ""},
    {Menu::view, "zoom-out", QT_TRANSLATE_NOOP("Actions", "Zoom &out"), "Ctrl+-", Needs::model, [](MainWindow& w) { w.canvas()->zoomOut(); }, ""},
    {Menu::view, "zoom-100", QT_TRANSLATE_NOOP("Actions", "Zoom to 100 %"), "Ctrl+0", Needs::model, [](MainWindow& w) { w.canvas()->setZoom(1.0); }, ""},
    {Menu::view, "colour", QT_TRANSLATE_NOOP("Actions", "&Colour by the next of method, what is run, time, error, size, op"), "C", Needs::model,
     [](MainWindow& w) { w.switchColour(); }, "", true},
    {Menu::view, "fuse", QT_TRANSLATE_NOOP("Actions", "Fuse &activations into their node"), "A", Needs::nothing,
     [](MainWindow& w) { w.graphPanel()->setFuse(!w.graphPanel()->fuses()); },
     QT_TRANSLATE_NOOP("Actions", "One card for a convolution with its normalization and activation; a double click takes one apart"), true,
     [](MainWindow& w) { return w.graphPanel()->fuses(); }},
    {Menu::view, "fold", QT_TRANSLATE_NOOP("Actions", "Fold repeated &blocks"), "B", Needs::model,
     [](MainWindow& w) { w.graphPanel()->setFold(!w.graphPanel()->folds()); },
     QT_TRANSLATE_NOOP("Actions", "One card for blocks with the same operators; a double click unfolds them"), false,
     [](MainWindow& w) { return w.graphPanel()->folds(); }},
    {Menu::view, "theme-system", QT_TRANSLATE_NOOP("Actions", "Follow s&ystem theme"), "", Needs::nothing, theme<Appearance::Mode::system>, "", true,
     isTheme<Appearance::Mode::system>},
    {Menu::view, "theme-light", QT_TRANSLATE_NOOP("Actions", "&Light theme"), "", Needs::nothing, theme<Appearance::Mode::light>, "", false,
     isTheme<Appearance::Mode::light>},
    {Menu::view, "theme-dark", QT_TRANSLATE_NOOP("Actions", "&Dark theme"), "", Needs::nothing, theme<Appearance::Mode::dark>, "", false,
     isTheme<Appearance::Mode::dark>},
    {Menu::view, "mirror-panels", QT_TRANSLATE_NOOP("Actions", "Inspector left, nodes ri&ght"), "", Needs::model, [](MainWindow& w) { w.mirrorPanels(); },
     QT_TRANSLATE_NOOP("Actions", "The inspector and the nodes change sides"), false, [](MainWindow& w) { return w.mirrored(); }},
    {Menu::view, "reset-layout", QT_TRANSLATE_NOOP("Actions", "&Reset layout"), "", Needs::nothing, [](MainWindow& w) { w.resetLayout(); }, ""},

    {Menu::help, "keys", QT_TRANSLATE_NOOP("Actions", "&Keys and commands"), "F1 ?", Needs::nothing, [](MainWindow& w) { w.showHelp(); }, ""},
    {Menu::help, "about", QT_TRANSLATE_NOOP("Actions", "&About Vernier"), "", Needs::nothing, [](MainWindow& w) { w.showAbout(); }, ""},
};

/// Texts of the rows that a method or a panel has: its own row says them in parts.
const char* kept(const QString& text) {
    static std::deque<std::string> texts;
    return texts.emplace_back(text.toStdString()).c_str();
}

QString textOf(std::string_view words) { return QString::fromUtf8(words.data(), static_cast<qsizetype>(words.size())); }

ActionRow selectionRow(const MethodSpec& method) {
    return {Menu::choose,
            kept(QStringLiteral("choose-") + textOf(method.id)),
            kept(QCoreApplication::translate("Actions", "%1 for the selection").arg(textOf(method.title))),
            kept(QString(QChar::fromLatin1(method.key))),
            Needs::choice,
            [wanted = method.method](MainWindow& window) { window.session().choose(window.session().selection().nodes(), wanted); },
            ""};
}

ActionRow modelRow(const MethodSpec& method) {
    return {Menu::choose,
            kept(QStringLiteral("all-") + textOf(method.id)),
            kept(QCoreApplication::translate("Actions", "Whole model in %1").arg(textOf(method.title))),
            kept(QStringLiteral("Ctrl+") + QChar::fromLatin1(method.key)),
            Needs::sound,
            [wanted = method.method](MainWindow& window) { window.session().document().chooseWholeModel(wanted); },
            "",
            method.method == Method::fp32};
}

/// Puts rows before the one with this id.
void insertBefore(std::vector<ActionRow>& table, std::string_view id, const std::vector<ActionRow>& rows) {
    const auto at = std::find_if(table.begin(), table.end(), [&](const ActionRow& row) { return row.id == id; });
    table.insert(at, rows.begin(), rows.end());
}

ActionRow groupRow(const PanelGroup& group, bool first) {
    const QStringList ids = panelsAt(group.place);
    return {Menu::view, group.id,     kept(QCoreApplication::translate("Panels", group.command)),
            group.keys, Needs::model, [ids](MainWindow& window) { window.togglePanels(ids); },
            "",         first,        [ids](MainWindow& window) { return window.shows(ids); }};
}

ActionRow panelRow(const PanelRow& panel) {
    const QStringList ids{QLatin1String(panel.id)};
    return {Menu::view,
            kept(QLatin1String(panel.id) + QStringLiteral("-panel")),
            kept(QCoreApplication::translate("Panels", panel.command != nullptr ? panel.command : panel.title)),
            panel.keys,
            Needs::model,
            [ids](MainWindow& window) { window.togglePanels(ids); },
            "",
            false,
            [ids](MainWindow& window) { return window.shows(ids); }};
}

/// Those of a side behind the row that shows and hides all of it.
std::vector<ActionRow> panelRows() {
    std::vector<ActionRow> rows;
    for (const Place place : {Place::left, Place::right, Place::below}) {
        for (const PanelGroup& group : panelGroups()) {
            if (group.place == place) {
                rows.push_back(groupRow(group, rows.empty()));
            }
        }
        for (const PanelRow& panel : panelTable()) {
            if (panel.place == place) {
                rows.push_back(panelRow(panel));
            }
        }
    }
    return rows;
}

std::vector<ActionRow> withMadeRows() {
    std::vector<ActionRow> table(std::begin(kActions), std::end(kActions)), selection, model;
    for (const MethodSpec& method : methods()) {
        selection.push_back(selectionRow(method));
        model.push_back(modelRow(method));
    }
    insertBefore(table, "inherit", selection);
    insertBefore(table, "open-recipe", model);
    insertBefore(table, "mirror-panels", panelRows());
    return table;
}

}  // namespace

std::span<const ActionRow> actionTable() {
    static const std::vector<ActionRow> table = withMadeRows();
    return table;
}

QString menuTitle(Menu menu) {
    switch (menu) {
        case Menu::file: return QCoreApplication::translate("Actions", "&File");
        case Menu::edit: return QCoreApplication::translate("Actions", "&Edit");
        case Menu::choose: return QCoreApplication::translate("Actions", "&Choose");
        case Menu::measure: return QCoreApplication::translate("Actions", "&Measure");
        case Menu::view: return QCoreApplication::translate("Actions", "&View");
        case Menu::help: return QCoreApplication::translate("Actions", "&Help");
    }
    return {};
}

}  // namespace vernier::ui
