// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/main_window.h"

#include <QCoreApplication>
#include <QDockWidget>
#include <QFileInfo>
#include <QLabel>
#include <QMenu>
#include <QMenuBar>
#include <QPushButton>
#include <QScreen>
#include <QSettings>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <algorithm>

#include "ui/choose/recipe_actions.h"
#include "ui/graph/graph_canvas.h"
#include "ui/session/queue.h"
#include "ui/session/recipe_view.h"
#include "ui/session/session.h"
#include "ui/session/trials.h"
#include "ui/shell/actions.h"
#include "ui/shell/advice_bar.h"
#include "ui/shell/graph_panel.h"
#include "ui/shell/palette.h"
#include "ui/shell/panels.h"
#include "ui/shell/problem_bar.h"
#include "ui/shell/recent.h"
#include "ui/shell/recovery.h"
#include "ui/shell/start_page.h"
#include "ui/shell/status_line.h"
#include "ui/shell/stepper.h"
#include "ui/shell/top_bar.h"
#include "ui/theme/theme.h"

namespace vernier::ui {

namespace {

QWidget* hairline() {
    auto* line = new QFrame;
    line->setFixedHeight(1);
    line->setObjectName(QStringLiteral("hairline"));
    return line;
}

/// With its full stop.
QString sentence(const QString& words) { return words.endsWith(QLatin1Char('.')) ? words : words + QLatin1Char('.'); }

}  // namespace

MainWindow::MainWindow(Session& session, Appearance& appearance, QWidget* parent)
    : QMainWindow(parent), session_(session), appearance_(appearance), stack_(new QStackedWidget), start_(new StartPage), top_(new TopBar(session)),
      problem_(new ProblemBar(session)), advice_(new AdviceBar(session)), graph_(new GraphPanel(session)), status_(new StatusLine(session)) {
    setAcceptDrops(true);
    // A screen of few pixels, or one that is scaled, holds it too.
    setMinimumSize(QSize(1000, 640).boundedTo(screen()->availableSize()));
    stack_->addWidget(start_);
    stack_->addWidget(buildWorkspace());
    auto* all = new QWidget;
    auto* layout = new QVBoxLayout(all);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(problem_);
    connect(problem_, &ProblemBar::reloadRequested, this, [this] {
        if (mayDiscard()) {
            session_.document().reload();
        }
    });
    layout->addWidget(stack_, 1);
    setCentralWidget(all);
    buildMenus();
    connectPanels();
    retheme();
    sessionChanged();
    restoreLayout();
}

MainWindow::~MainWindow() = default;

GraphCanvas* MainWindow::canvas() const { return graph_->canvas(); }

QWidget* MainWindow::buildWorkspace() {
    auto* page = new QWidget;
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    QWidget* panels = buildDocks();
    for (QWidget* part : {static_cast<QWidget*>(top_), hairline(), panels, hairline(), static_cast<QWidget*>(status_)}) {
        layout->addWidget(part, part == panels ? 1 : 0);
    }
    return page;
}

QWidget* MainWindow::buildDocks() {
    auto* centre = new QWidget;
    auto* column = new QVBoxLayout(centre);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(advice_);
    column->addWidget(graph_, 1);
    centre->setMinimumWidth(280);
    QVector<Docks::Panel> panels;
    for (const PanelRow& row : panelTable()) {
        QWidget* panel = row.make(*this);
        // Low below, so that the graph can have the room; and nowhere so wide that the window would have to grow for it.
        if (panel->minimumWidth() == 0) {
            panel->setMinimumWidth(280);
        }
        if (row.place == Place::below) {
            panel->setMinimumHeight(3 * fontMetrics().height() + 24);
        }
        const Qt::DockWidgetArea area = row.place == Place::left    ? Qt::LeftDockWidgetArea
                                        : row.place == Place::right ? Qt::RightDockWidgetArea
                                                                    : Qt::BottomDockWidgetArea;
        panels.push_back({QLatin1String(row.id), QCoreApplication::translate("Panels", row.title), area, panel});
    }
    docks_ = new Docks(centre, panels);
    return docks_;
}

void MainWindow::buildMenus() {
    QMap<int, QMenu*> menus;
    QVector<QAction*> forPalette;
    for (const ActionRow& row : actionTable()) {
        QMenu*& menu = menus[static_cast<int>(row.menu)];
        if (menu == nullptr) {
            menu = menuBar()->addMenu(menuTitle(row.menu));
            menu->setToolTipsVisible(true);
        }
        if (row.separator) {
            menu->addSeparator();
        }
        if (QLatin1String(row.id) == QLatin1String("mirror-panels")) {
            panelsMenu_ = menu->addMenu(tr("Mo&ve panels"));
            connect(panelsMenu_, &QMenu::aboutToShow, this, &MainWindow::fillPanelsMenu);
        }
        QAction* action = menu->addAction(QCoreApplication::translate("Actions", row.text));
        QList<QKeySequence> keys;
        for (const QString& key : QString::fromLatin1(row.shortcuts).split(QLatin1Char(' '), Qt::SkipEmptyParts)) {
            keys << QKeySequence(key);
        }
        action->setShortcuts(keys);
        action->setObjectName(QLatin1String(row.id));
        action->setCheckable(row.checked != nullptr);
        action->setStatusTip(QCoreApplication::translate("Actions", row.tip));
        connect(action, &QAction::triggered, this, [this, run = row.run] { run(*this); });
        actions_.insert(QLatin1String(row.id), action);
        forPalette << action;
        if (action->objectName() == QLatin1String("open")) {
            recentMenu_ = menu->addMenu(tr("Open &recent"));
            connect(recentMenu_, &QMenu::aboutToShow, this, &MainWindow::fillRecentMenu);
        }
    }
    palette_ = new Palette(session_, forPalette, this);
    recovery_ = new Recovery(
        session_, [this] { keepView(); }, this);
    connect(palette_, &Palette::nodeChosen, this, &MainWindow::goToNode);
}

void MainWindow::fillRecentMenu() {
    recentMenu_->clear();
    for (const RecentFile& file : recentFiles()) {
        QAction* action = recentMenu_->addAction(file.path, this, [this, path = file.path] { openPath(path); });
        action->setEnabled(file.exists);
    }
    if (recentMenu_->isEmpty()) {
        recentMenu_->addAction(tr("Nothing yet"))->setEnabled(false);
    }
}

void MainWindow::connectPanels() {
    connect(start_, &StartPage::openRequested, this, &MainWindow::openDialog);
    connect(start_, &StartPage::openFileRequested, this, &MainWindow::openPath);
    connect(top_, &TopBar::searchRequested, this, &MainWindow::showPalette);
    connect(top_->stepper(), &Stepper::stepClicked, this, &MainWindow::goToStep);
    connect(graph_, &GraphPanel::contextMenuRequested, this, &MainWindow::showNodeMenu);
    connect(&session_, &Session::stateChanged, this, &MainWindow::sessionChanged);
    connect(&session_, &Session::openRefused, this,
            [this](const QString& why) { problem_->showText(tr("%1 “%2” stays open.").arg(sentence(why), session_.modelName())); });
    connect(&session_, &Session::datasetRefused, this, [this](const QString& why) {
        problem_->showText(tr("%1 Kept the previous dataset: “%2”.").arg(sentence(why), QFileInfo(session_.datasetPath()).fileName()));
    });
    connect(&session_, &Session::modifiedChanged, this, &MainWindow::updateTitle);
    connect(&session_, &Session::complained, this, [this](const QString& why) { problem_->showText(why); });
    connect(&session_, &Session::modelMissing, this, &MainWindow::locateModel, Qt::QueuedConnection);
    connect(&session_, &Session::restored, this, &MainWindow::takeView);
    for (const auto signal : {&Session::stateChanged, &Session::recipeChanged, &Session::planChanged, &Session::runsChanged, &Session::currentRunChanged}) {
        connect(&session_, signal, this, &MainWindow::updateActions);
    }
    connect(&session_.selection(), &Selection::changed, this, &MainWindow::updateActions);
    connect(&session_.queue(), &Queue::changed, this, &MainWindow::updateActions);
    for (const auto signal : {&Session::stateChanged, &Session::runsChanged}) {
        connect(&session_, signal, this, &MainWindow::fitBottom);
    }
    connect(&session_.queue(), &Queue::changed, this, &MainWindow::fitBottom);
    connect(docks_, &Docks::changed, this, &MainWindow::docksChanged);
    connect(&session_.undoStack(), &QUndoStack::indexChanged, this, &MainWindow::updateActions);
    connect(graph_, &GraphPanel::foldingChanged, this, &MainWindow::updateActions);
    connect(&session_.recipeView(), &RecipeView::changed, this, &MainWindow::updateActions);
    connect(&appearance_, &Appearance::changed, this, &MainWindow::retheme);
    connect(&appearance_, &Appearance::changed, this, &MainWindow::updateActions);
}

bool MainWindow::usable(Needs needs) const {
    const bool model = static_cast<bool>(session_.model());
    const bool selection = model && !session_.selection().nodes().isEmpty();
    switch (needs) {
        case Needs::nothing: return true;
        case Needs::model: return model;
        case Needs::selection: return selection;
        case Needs::sound: return session_.isSound();
        case Needs::choice: return selection && session_.isSound();
        case Needs::recipe: return session_.trials().quantizeProblem().isEmpty();
        case Needs::baseline: return session_.baseline() && !session_.queue().busy();
        case Needs::run: {
            const Run* run = session_.run(session_.currentRun());
            return run != nullptr && !run->file.isEmpty();
        }
        case Needs::comparison: return session_.comparison() != nullptr;
        case Needs::job: return session_.queue().busy();
        case Needs::back: return session_.selection().canGoBack();
        case Needs::forward: return session_.selection().canGoForward();
    }
    return false;
}

/// What is missing for a command that is grey now.
QString MainWindow::whyNot(Needs needs) const {
    const bool model = static_cast<bool>(session_.model());
    const bool selection = needs == Needs::selection || needs == Needs::choice;
    const bool work = needs == Needs::sound || needs == Needs::choice || needs == Needs::recipe || needs == Needs::baseline;
    if (!model && needs != Needs::job) {
        return tr("Open a model first.");
    }
    if (work && !session_.isSound()) {
        return session_.lookOnly();
    }
    if (selection) {
        return tr("Select a node first.");
    }
    switch (needs) {
        case Needs::recipe: return session_.trials().quantizeProblem();
        case Needs::baseline: return session_.queue().busy() ? tr("Wait until the running job has ended.") : tr("Measure the baseline first.");
        case Needs::run: return session_.runs().isEmpty() ? tr("Quantize first.") : tr("Select the row of a candidate in the Compare panel first.");
        case Needs::comparison: return tr("Measure a candidate against the baseline first.");
        case Needs::job: return tr("No job is running.");
        case Needs::back:
        case Needs::forward: return tr("Nothing else was selected.");
        default: return {};
    }
}

void MainWindow::run(const char* command) {
    for (const ActionRow& row : actionTable()) {
        if (QLatin1String(row.id) == QLatin1String(command)) {
            row.run(*this);
        }
    }
}

void MainWindow::updateActions() {
    for (const ActionRow& row : actionTable()) {
        QAction* action = actions_[QLatin1String(row.id)];
        action->setEnabled(usable(row.needs));
        action->setToolTip(action->isEnabled() ? QCoreApplication::translate("Actions", row.tip) : whyNot(row.needs));
        if (row.checked != nullptr) {
            action->setChecked(row.checked(*this));
        }
    }
    const QUndoStack& undo = session_.undoStack();
    QAction* undoAction = actions_[QStringLiteral("undo")];
    QAction* redoAction = actions_[QStringLiteral("redo")];
    undoAction->setEnabled(undo.canUndo());
    redoAction->setEnabled(undo.canRedo());
    undoAction->setText(undo.canUndo() ? tr("&Undo: %1").arg(undo.undoText()) : tr("&Undo"));
    redoAction->setText(undo.canRedo() ? tr("&Redo: %1").arg(undo.redoText()) : tr("&Redo"));
    undoAction->setToolTip(undo.canUndo() ? QString() : tr("Nothing to undo."));
    redoAction->setToolTip(undo.canRedo() ? QString() : tr("Nothing to redo."));
    QAction* demo = actions_[QStringLiteral("open-demo")];
    demo->setEnabled(!demoModel().isEmpty());
    demo->setToolTip(demo->isEnabled() ? QString() : tr("The demo is not installed."));
}

void MainWindow::sessionChanged() {
    const bool open = session_.state() == Session::State::open;
    const bool opening = session_.state() == Session::State::opening;
    showWorkspace(open);
    if (session_.state() == Session::State::failed) {
        start_->showProblem(session_.error());
    } else {
        start_->setBusy(opening ? tr("Reading %1…").arg(session_.modelName()) : QString());
    }
    if (open) {
        addRecentFile(session_.document().sessionPath().isEmpty() ? session_.modelPath() : session_.document().sessionPath());
        bringUp(session_.isSound() ? QStringLiteral("compare") : QStringLiteral("findings"));
        canvas()->setFocus();
    } else if (!opening) {
        start_->refresh();
    }
    updateTitle();
    updateActions();
}

void MainWindow::updateTitle() {
    setWindowModified(session_.isModified());
    setWindowTitle(session_.model() ? session_.modelName() + QStringLiteral("[*] – Vernier") : QStringLiteral("Vernier"));
}

void MainWindow::retheme() {
    problem_->restyle();
    if (session_.state() == Session::State::failed) {
        start_->showProblem(session_.error());
    }
}

void MainWindow::showPalette() { palette_->popUp(); }

void MainWindow::showNodeMenu(int node, const QPoint& globalPos) {
    QMenu menu(this);
    fillNodeMenu(menu, session_, node);
    graph_->fillFoldMenu(menu, node);
    if (!menu.isEmpty()) {
        menu.exec(globalPos);
    }
}

void MainWindow::goToNode(int node) {
    session_.selection().setOne(node);
    canvas()->zoomTo(node);
}

void MainWindow::goToMatch(int step) {
    const QVector<int> nodes = session_.filter().nodes();
    if (nodes.isEmpty()) {
        return;
    }
    const int current = session_.selection().current();
    auto place = std::lower_bound(nodes.begin(), nodes.end(), step > 0 ? current + 1 : current);
    if (step < 0) {
        place = place == nodes.begin() ? nodes.end() : place;
        --place;
    }
    session_.selection().setOne(place == nodes.end() ? nodes.first() : *place);
}

void MainWindow::goToStep(int step) {
    switch (step) {
        case Stepper::Baseline:
        case Stepper::Compare:
        case Stepper::Verdict: bringUp(QStringLiteral("compare")); break;
        case Stepper::Choose: run("filter"); break;
        case Stepper::Quantize:
            bringUp(QStringLiteral("recipe"));
            docks_->panel(QStringLiteral("recipe"))->setFocus();
            break;
        default: break;
    }
}

void MainWindow::measureBaseline() {
    bringUp(QStringLiteral("compare"));
    session_.trials().measureBaseline();
}

void MainWindow::quantize() {
    bringUp(QStringLiteral("compare"));
    if (session_.trials().quantize() == 0 && session_.datasetPath().isEmpty()) {
        bringUp(QStringLiteral("data"));
    }
}

void MainWindow::measureAgain() {
    bringUp(QStringLiteral("compare"));
    session_.trials().measureAgain();
}

void MainWindow::switchColour() { canvas()->nextColourMode(); }

}  // namespace vernier::ui
