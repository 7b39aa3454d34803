// SPDX-License-Identifier: GPL-3.0-or-later
// The part of MainWindow that gives its panels their places.
#include <QDockWidget>
#include <QLayout>
#include <QMenu>
#include <QMenuBar>
#include <QScreen>
#include <QSettings>
#include <QStackedWidget>

#include <algorithm>
#include <string>

#include "ui/graph/graph_canvas.h"
#include "ui/session/queue.h"
#include "ui/session/session.h"
#include "ui/shell/graph_panel.h"
#include "ui/shell/main_window.h"
#include "ui/shell/panels.h"

namespace vernier::ui {

namespace {

constexpr QSize kFrame{16, 48};      ///< what a desktop draws around a window
constexpr int kNarrowLetters = 190;  ///< a narrower window has no room for two tables beside the graph
constexpr int kLowWindow = 680;      ///< pixels for all panels: a lower window has none to spare
const QString kTableOfLayers = QStringLiteral("layers");

}  // namespace

bool MainWindow::shows(const QStringList& ids) const {
    return std::any_of(ids.begin(), ids.end(), [this](const QString& id) { return docks_->shows(id); });
}

/// A group comes back as it was: with the panels that it showed, and the same one in front.
void MainWindow::togglePanels(const QStringList& ids) {
    if (shows(ids)) {
        QStringList& away = away_[ids];
        away.clear();
        for (const QString& id : ids) {
            if (docks_->shows(id)) {
                docks_->inFront(id) ? away.append(id) : away.prepend(id);
            }
        }
        for (const QString& id : ids) {
            docks_->setShown(id, false);
        }
    } else {
        const QStringList back = away_.take(ids);
        for (const QString& id : back.isEmpty() ? ids : back) {
            docks_->setShown(id, true);
        }
        if (!back.isEmpty()) {
            docks_->bringUp(back.last());
        }
    }
    docksChanged();
}

void MainWindow::mirrorPanels() {
    docks_->mirror(!mirrored());
    updateActions();
}

bool MainWindow::mirrored() const { return docks_->mirrored(); }

void MainWindow::bringUp(const QString& id) {
    docks_->bringUp(id);
    docksChanged();
}

/// What the title of each panel has, for those whose title is a tab, and to bring hidden ones back.
void MainWindow::fillPanelsMenu() {
    panelsMenu_->clear();
    for (const QString& id : docks_->ids()) {
        QMenu* places = panelsMenu_->addMenu(docks_->dock(id)->windowTitle());
        places->setEnabled(session_.model() != nullptr);
        docks_->fillMenu(*places, id);
    }
}

void MainWindow::docksChanged() {
    fitBottom();
    giveRoom();
    updateActions();
}

void MainWindow::resizeEvent(QResizeEvent* event) {
    QMainWindow::resizeEvent(event);
    if (event->size().height() < event->oldSize().height()) {
        lowerBottom();
    }
    giveRoom();
}

/// What lies below the graph gives way with a window that becomes lower: else it would keep its height, and the graph and the table of nodes
/// would lose all of it.
void MainWindow::lowerBottom() {
    if (docks_ == nullptr || !docks_->isVisible() || !roomyBottom_) {
        return;
    }
    const int most = mostBottom(docks_->height());
    if (docks_->lowerHeight() > most) {
        docks_->setLowerHeight(most);
    }
}

int MainWindow::mostBottom(int height) const { return height < kLowWindow ? usualBottom(height) : std::max(usualBottom(height), height / 2); }

/// In a narrow window the table of layers stands for that of nodes, and the graph takes the room of the left side. It comes back with
/// another tab, or with a wider window, unless the user has brought it back before.
void MainWindow::giveRoom() {
    if (docks_ == nullptr || !docks_->isVisible()) {
        return;
    }
    const bool wanted = width() < kNarrowLetters * fontMetrics().averageCharWidth() && docks_->isBelow(kTableOfLayers) && docks_->inFront(kTableOfLayers);
    if (!wanted) {
        takeRoomBack();
    } else if (!roomGiven_ && shows(panelsAt(Place::left))) {
        roomGiven_ = true;
        togglePanels(panelsAt(Place::left));
    }
}

void MainWindow::takeRoomBack() {
    if (roomGiven_ && !shows(panelsAt(Place::left))) {
        togglePanels(panelsAt(Place::left));
    }
    roomGiven_ = false;
}

void MainWindow::showWorkspace(bool on) {
    const bool was = stack_->currentIndex() == 1;
    if (was && !on && roomyBottom_ && docks_->lowerHeight() > 0) {
        bottomHeight_ = docks_->lowerHeight();
    }
    if (on && !was && docks_->awaitsSizes()) {
        resetLayout();  // the window may have another size by now
    }
    stack_->setCurrentIndex(on ? 1 : 0);
    if (on && !was && roomyBottom_) {
        docks_->setLowerHeight(bottomHeight_);
    }
    if (on && !was && docks_->isVisible()) {
        // Now, not when the event loop comes to it: a graph that is drawn before then would be placed in a view of another size.
        docks_->layout()->activate();
    }
}

/// Before there is anything to compare the board is one line with a button, and the graph has the room: also with candidates that were not
/// measured yet.
void MainWindow::fitBottom() {
    const bool something = session_.baseline() || session_.queue().busy() || !docks_->aloneBelow(QStringLiteral("compare"));
    if (something == roomyBottom_) {
        return;
    }
    if (!something && docks_->lowerHeight() > 0) {
        bottomHeight_ = docks_->lowerHeight();  // as the user has it, for later
    }
    roomyBottom_ = something;
    const int height = std::max(docks_->height(), 400);  // before it is shown it has no height of its own
    docks_->setLowerHeight(something ? std::clamp(bottomHeight_, usualBottom(height), mostBottom(height)) : 1);
}

/// In a low window the table of nodes and the inspector's charts need their rows more than the runs do.
int MainWindow::usualBottom(int height) const { return std::clamp(height * (height < kLowWindow ? 35 : 42) / 100, 200, 345); }

void MainWindow::resetLayout() {
    away_.clear();
    roomGiven_ = false;
    // Before the window is shown its parts have no sizes of their own yet.
    const bool shown = isVisible();
    const int width = std::max(1000, shown ? stack_->width() : this->width());
    const int height = std::max(600, (shown ? stack_->height() : this->height() - menuBar()->sizeHint().height()) - 80);
    const int letter = fontMetrics().averageCharWidth();
    Docks::Sizes sizes;
    sizes.left = std::clamp(width * 25 / 100, 46 * letter, 66 * letter);
    const int least = docks_->leastWidth(Qt::RightDockWidgetArea);
    sizes.right = std::clamp(width * 24 / 100, least, std::max(least, 66 * letter));
    bottomHeight_ = usualBottom(height);
    sizes.lower = roomyBottom_ ? bottomHeight_ : 1;
    sizes.first = (height - bottomHeight_) * 60 / 100;
    sizes.second = (height - bottomHeight_) * 40 / 100;
    docks_->reset(sizes);
    docksChanged();
}

void MainWindow::giveBottom(double share) { docks_->setLowerHeight(qRound(docks_->height() * share)); }

void MainWindow::saveLayout() {
    takeRoomBack();
    QSettings settings;
    const int lower = roomyBottom_ ? docks_->lowerHeight() : 0;
    settings.setValue(QStringLiteral("window"), saveGeometry());
    settings.setValue(QStringLiteral("panels/state"), docks_->state());
    settings.setValue(QStringLiteral("panels/lower"), lower > 0 ? lower : bottomHeight_);
}

void MainWindow::restoreLayout() {
    QSettings settings;
    if (!restoreGeometry(settings.value(QStringLiteral("window")).toByteArray())) {
        resize(QSize(1600, 1000).boundedTo(screen()->availableSize() - kFrame));
    }
    resetLayout();
    docks_->restore(settings.value(QStringLiteral("panels/state")).toByteArray());
    bottomHeight_ = settings.value(QStringLiteral("panels/lower"), bottomHeight_).toInt();
}

/// What a session file keeps of the graph's view.
void MainWindow::keepView() {
    QString front;
    for (const QString& id : panelsAt(Place::below)) {
        front = docks_->isBelow(id) && docks_->inFront(id) ? id : front;
    }
    session_.document().setView({{"front", front.toStdString()},
                                 {"fold", graph_->folds()},
                                 {"zoom", canvas()->zoom()},
                                 {"middle", canvas()->middleNode()},
                                 {"colour", name(canvas()->colourMode())}});
}

void MainWindow::takeView() {
    const Json view = session_.document().view();
    if (!view.is_object()) {
        return;
    }
    const Json front = view.value("front", Json());
    const QString id = front.is_string() ? QString::fromStdString(front.get<std::string>()) : QString();
    if (panelsAt(Place::below).contains(id)) {
        bringUp(id);
    }
    const auto show = [this, view] {
        const Json zoom = view.value("zoom", Json());
        const Json middle = view.value("middle", Json());
        if (zoom.is_number() && middle.is_number_integer()) {
            canvas()->centreOn(middle.get<int>(), zoom.get<double>());
        }
    };
    const Json colour = view.value("colour", Json());
    const ColourMode mode = colourModeFrom(colour.is_string() ? QString::fromStdString(colour.get<std::string>()) : QString()).value_or(ColourMode::Method);
    const auto recolour = [this, mode] {
        if (canvas()->hasColourMode(mode)) {
            canvas()->setColourMode(mode);
        }
    };
    recolour();
    // The first drawing decides about folding; the session's wish comes behind it. A small graph may be drawn by now.
    const auto drawn = [this, view, show, recolour] {
        recolour();  // some modes need what comes with the drawing
        const Json fold = view.value("fold", Json());
        if (!fold.is_boolean() || fold.get<bool>() == graph_->folds()) {
            show();
            return;
        }
        connect(graph_, &GraphPanel::laidOut, this, show, Qt::SingleShotConnection);
        graph_->setFold(fold.get<bool>());
    };
    if (graph_->ready()) {
        drawn();
    } else {
        connect(graph_, &GraphPanel::laidOut, this, drawn, Qt::SingleShotConnection);
    }
}

}  // namespace vernier::ui
