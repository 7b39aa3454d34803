// SPDX-License-Identifier: GPL-3.0-or-later
// The part of MainWindow that gives its panels their places.
#include <QSettings>
#include <QSplitter>
#include <QStackedWidget>
#include <QTabWidget>
#include <QMenuBar>

#include <algorithm>
#include <utility>

#include "ui/choose/nodes_panel.h"
#include "ui/choose/rules_panel.h"
#include "ui/graph/graph_canvas.h"
#include "ui/session/jobs.h"
#include "ui/session/session.h"
#include "ui/shell/graph_panel.h"
#include "ui/shell/main_window.h"

namespace vernier::ui {

namespace {

constexpr std::pair<MainWindow::Panel, const char*> kPanels[] = {{MainWindow::Panel::nodes, "panels/nodes"},
                                                                 {MainWindow::Panel::rules, "panels/recipe"},
                                                                 {MainWindow::Panel::right, "panels/inspector"},
                                                                 {MainWindow::Panel::bottom, "panels/comparison"}};

}  // namespace

QWidget* MainWindow::panelOf(Panel panel) const {
    switch (panel) {
        case Panel::nodes: return nodes_;
        case Panel::rules: return rules_;
        case Panel::right: return inspector_;
        case Panel::bottom: return tabs_;
        case Panel::left: break;
    }
    return left_;
}

/// By its own wish: behind the start page no panel is visible, and yet none is hidden.
bool MainWindow::shows(Panel panel) const {
    const bool inLeft = panel == Panel::nodes || panel == Panel::rules;
    return !panelOf(panel)->isHidden() && (!inLeft || !left_->isHidden()) && (panel != Panel::left || !nodes_->isHidden() || !rules_->isHidden());
}

void MainWindow::togglePanel(Panel panel) {
    const bool show = !shows(panel);
    if (panel == Panel::left && show) {
        nodes_->show();
        rules_->show();
    }
    panelOf(panel)->setVisible(show);
    if (panel == Panel::right || panel == Panel::bottom) {
        updateActions();
        return;
    }
    // The left side is there as long as it holds something.
    left_->setVisible(panel == Panel::left ? show : !nodes_->isHidden() || !rules_->isHidden());
    updateActions();
}

void MainWindow::mirrorPanels() {
    setMirrored(horizontal_->widget(0) != inspector_);
}

bool MainWindow::mirrored() const {
    return horizontal_->widget(0) == inspector_;
}

/// The inspector left and the nodes right, or as usual; each keeps its width.
void MainWindow::setMirrored(bool on) {
    if (on == mirrored()) {
        return;
    }
    QList<int> sizes = horizontal_->sizes();
    std::reverse(sizes.begin(), sizes.end());
    horizontal_->insertWidget(0, on ? inspector_ : left_);
    horizontal_->addWidget(on ? left_ : inspector_);
    horizontal_->setStretchFactor(0, 0);
    horizontal_->setStretchFactor(1, 1);
    horizontal_->setStretchFactor(2, 0);
    horizontal_->setSizes(sizes);
    updateActions();
}

/// Before there is anything to compare the board is one line with a button, and the graph has the room.
void MainWindow::fitBottom() {
    const bool something = session_.baseline() || !session_.runs().isEmpty() || session_.jobs().busy() ||
                           tabs_->currentIndex() != static_cast<int>(Tab::compare);
    if (something == roomyBottom_) {
        return;
    }
    const QList<int> sizes = vertical_->sizes();
    const int height = std::max(sizes.value(0) + sizes.value(1), 400);  // before it is shown it has no height of its own
    if (!something) {
        bottomHeight_ = sizes.value(1);  // as the user has it, for later
    }
    roomyBottom_ = something;
    const int bottom = something ? std::clamp(bottomHeight_, usualBottom(height), height) : tabs_->minimumHeight();
    vertical_->setSizes({height - bottom, bottom});
}

int MainWindow::usualBottom(int height) const {
    return std::clamp(height * 42 / 100, 200, 345);
}

void MainWindow::resetLayout() {
    for (QWidget* panel : {static_cast<QWidget*>(left_), static_cast<QWidget*>(nodes_), static_cast<QWidget*>(rules_), inspector_, static_cast<QWidget*>(tabs_)}) {
        panel->show();
    }
    setMirrored(false);
    // Before the window is shown its parts have no sizes of their own yet.
    const bool shown = isVisible();
    const int width = std::max(1000, shown ? stack_->width() : this->width());
    const int height = std::max(600, (shown ? stack_->height() : this->height() - menuBar()->sizeHint().height()) - 80);
    const int letter = fontMetrics().averageCharWidth();
    const int left = std::clamp(width * 25 / 100, 46 * letter, 66 * letter);
    const int right = std::clamp(width * 24 / 100, inspector_->minimumWidth(), 66 * letter);
    horizontal_->setSizes({left, width - left - right, right});
    bottomHeight_ = usualBottom(height);
    const int bottom = roomyBottom_ ? bottomHeight_ : tabs_->minimumHeight();
    vertical_->setSizes({height - bottom, bottom});
    left_->setSizes({(height - bottom) * 60 / 100, (height - bottom) * 40 / 100});
}

void MainWindow::giveBottom(double share) {
    const int height = vertical_->height();
    vertical_->setSizes({qRound(height * (1 - share)), qRound(height * share)});
}

void MainWindow::saveLayout() {
    QSettings settings;
    settings.setValue(QStringLiteral("window"), saveGeometry());
    settings.setValue(QStringLiteral("splitters/horizontal"), horizontal_->saveState());
    settings.setValue(QStringLiteral("splitters/left"), left_->saveState());
    settings.setValue(QStringLiteral("splitters/bottom"), roomyBottom_ ? vertical_->sizes().value(1) : bottomHeight_);
    settings.setValue(QStringLiteral("panels/mirrored"), mirrored());
    for (const auto& [panel, name] : kPanels) {
        settings.setValue(QLatin1String(name), shows(panel));
    }
}

void MainWindow::restoreLayout() {
    QSettings settings;
    if (!restoreGeometry(settings.value(QStringLiteral("window")).toByteArray())) {
        resize(1600, 1000);
    }
    resetLayout();
    setMirrored(settings.value(QStringLiteral("panels/mirrored"), false).toBool());
    horizontal_->restoreState(settings.value(QStringLiteral("splitters/horizontal")).toByteArray());
    left_->restoreState(settings.value(QStringLiteral("splitters/left")).toByteArray());
    bottomHeight_ = settings.value(QStringLiteral("splitters/bottom"), bottomHeight_).toInt();
    for (const auto& [panel, name] : kPanels) {
        if (!settings.value(QLatin1String(name), true).toBool() && shows(panel)) {
            togglePanel(panel);
        }
    }
}

/// What a session file keeps of the graph's view.
void MainWindow::keepView() {
    session_.setView({{"fold", graph_->folds()}, {"zoom", canvas()->zoom()}, {"middle", canvas()->middleNode()},
                      {"colour", canvas()->colourMode() == ColourMode::OpCategory ? "category" : "method"}});
}

void MainWindow::takeView() {
    const Json view = session_.view();
    if (!view.is_object()) {
        return;
    }
    const auto show = [this, view] {
        const Json zoom = view.value("zoom", Json());
        const Json middle = view.value("middle", Json());
        if (zoom.is_number() && middle.is_number_integer()) {
            canvas()->centreOn(middle.get<int>(), zoom.get<double>());
        }
    };
    if (view.value("colour", Json()) == "category") {
        canvas()->setColourMode(ColourMode::OpCategory);
    }
    // The first drawing decides about folding; the session's wish comes behind it.
    connect(graph_, &GraphPanel::laidOut, this, [this, view, show] {
        const Json fold = view.value("fold", Json());
        if (!fold.is_boolean() || fold.get<bool>() == graph_->folds()) {
            show();
            return;
        }
        connect(graph_, &GraphPanel::laidOut, this, show, Qt::SingleShotConnection);
        graph_->setFold(fold.get<bool>());
    }, Qt::SingleShotConnection);
}

}  // namespace vernier::ui
