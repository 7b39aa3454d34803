// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/docks.h"

#include <QActionGroup>
#include <QContextMenuEvent>
#include <QDockWidget>
#include <QMenu>
#include <QPainter>
#include <QStyle>
#include <QTabBar>

#include <algorithm>
#include <utility>

#include "ui/shell/panel_title.h"
#include "ui/theme/theme.h"

namespace vernier::ui {

namespace {

constexpr int kVersion = 2;   ///< of what state() gives
constexpr QSize kOwnWindow{520, 420};

struct PanelRow {
    const char* id;
    const char* title;
    Qt::DockWidgetArea area;
};

constexpr std::array<PanelRow, Docks::kPanels> kRows = {{
    {"nodes", QT_TRANSLATE_NOOP("vernier::ui::Docks", "Nodes"), Qt::LeftDockWidgetArea},
    {"recipe", QT_TRANSLATE_NOOP("vernier::ui::Docks", "Recipe"), Qt::LeftDockWidgetArea},
    {"inspector", QT_TRANSLATE_NOOP("vernier::ui::Docks", "Inspector"), Qt::RightDockWidgetArea},
    {"compare", QT_TRANSLATE_NOOP("vernier::ui::Docks", "Compare"), Qt::BottomDockWidgetArea},
    {"time", QT_TRANSLATE_NOOP("vernier::ui::Docks", "Time"), Qt::BottomDockWidgetArea},
    {"data", QT_TRANSLATE_NOOP("vernier::ui::Docks", "Data"), Qt::BottomDockWidgetArea},
    {"findings", QT_TRANSLATE_NOOP("vernier::ui::Docks", "Findings"), Qt::BottomDockWidgetArea},
    {"log", QT_TRANSLATE_NOOP("vernier::ui::Docks", "Log"), Qt::BottomDockWidgetArea},
}};

constexpr std::array kAll = {Docks::nodes, Docks::recipe, Docks::inspector, Docks::compare, Docks::time, Docks::data, Docks::findings, Docks::log};

}  // namespace

Docks::Docks(QWidget* centre, const std::array<QWidget*, kPanels>& panels, QWidget* parent) : QMainWindow(parent, Qt::Widget) {
    setObjectName(QStringLiteral("docks"));
    setDockOptions(AllowNestedDocks | AllowTabbedDocks | GroupedDragging);
    setTabPosition(Qt::AllDockWidgetAreas, QTabWidget::North);
    setDocumentMode(true);
    setCentralWidget(centre);
    for (const Panel panel : kAll) {
        make(panel, panels[panel]);
    }
    for (const auto& [lower, upper] : {std::pair{compare, time}, {time, data}, {data, findings}, {findings, log}}) {
        tabifyDockWidget(docks_[lower], docks_[upper]);
    }
    docks_[compare]->raise();
    usual_ = saveState(kVersion);
    follow();
}

void Docks::make(Panel panel, QWidget* widget) {
    const QString title = tr(kRows[panel].title);
    auto* dock = new QDockWidget(title, this);
    dock->setObjectName(QLatin1String(kRows[panel].id));
    dock->setAccessibleName(title);
    auto* header = widget->findChild<QWidget*>(QStringLiteral("panelHeader"), Qt::FindDirectChildrenOnly);
    titles_[panel] = new PanelTitle(title, header, [this, panel](QMenu& menu) { fillMenu(menu, panel); }, dock);
    dock->setTitleBarWidget(titles_[panel]);
    dock->setWidget(widget);
    addDockWidget(kRows[panel].area, dock);
    dock->show();  // by its own wish; else it counts as hidden until the window is there
    docks_[panel] = dock;
    dock->installEventFilter(this);
    connect(dock, &QDockWidget::dockLocationChanged, this, &Docks::followLater);
    connect(dock, &QDockWidget::topLevelChanged, this, &Docks::followLater);
    connect(dock, &QDockWidget::visibilityChanged, this, &Docks::followLater);
}

/// Once for many changes, and not in the midst of one.
void Docks::followLater() {
    if (!std::exchange(following_, true)) {
        QMetaObject::invokeMethod(this, &Docks::follow, Qt::QueuedConnection);
    }
}

void Docks::follow() {
    following_ = false;
    for (QTabBar* bar : findChildren<QTabBar*>(QString(), Qt::FindDirectChildrenOnly)) {
        bar->setDrawBase(false);
        bar->setAccessibleName(tr("Panels"));
    }
    for (const Panel panel : kAll) {
        titles_[panel]->setSlim(barOf(panel) != nullptr);
        const int edge = docks_[panel]->isFloating() ? 1 : 0;
        docks_[panel]->setContentsMargins(edge, edge, edge, edge);
    }
    emit changed();
}

/// The bar of tabs that the panel is one of, in this window or in a floating one.
QTabBar* Docks::barOf(Panel panel) const {
    const QDockWidget* dock = docks_[panel];
    if (dock == nullptr || dock->isFloating() || dock->isHidden()) {
        return nullptr;
    }
    for (QTabBar* bar : dock->parentWidget()->findChildren<QTabBar*>(QString(), Qt::FindDirectChildrenOnly)) {
        for (int tab = 0; bar->count() > 1 && tab < bar->count(); ++tab) {
            if (bar->tabText(tab) == dock->windowTitle()) {
                return bar;
            }
        }
    }
    return nullptr;
}

bool Docks::shows(Panel panel) const {
    return !docks_[panel]->isHidden();
}

void Docks::setShown(Panel panel, bool on) {
    docks_[panel]->setVisible(on);
}

bool Docks::inFront(Panel panel) const {
    const QTabBar* bar = barOf(panel);
    return shows(panel) && (bar == nullptr || bar->tabText(bar->currentIndex()) == docks_[panel]->windowTitle());
}

void Docks::bringUp(Panel panel) {
    docks_[panel]->show();
    docks_[panel]->raise();
}

bool Docks::isBelow(Panel panel) const {
    return shows(panel) && !docks_[panel]->isFloating() && dockWidgetArea(docks_[panel]) == Qt::BottomDockWidgetArea;
}

bool Docks::aloneBelow(Panel panel) const {
    return isBelow(panel) && inFront(panel) &&
           std::none_of(kAll.begin(), kAll.end(), [&](Panel other) { return other != panel && isBelow(other) && inFront(other); });
}

void Docks::place(Panel panel, Qt::DockWidgetArea area) {
    QDockWidget* dock = docks_[panel];
    dock->setFloating(false);
    // What lies below the graph is wide: there panels share the room as tabs, on the other sides they lie one below the other.
    const auto beside = std::find_if(kAll.begin(), kAll.end(), [&](Panel other) { return other != panel && isBelow(other); });
    if (area == Qt::BottomDockWidgetArea && beside != kAll.end()) {
        tabifyDockWidget(docks_[*beside], dock);
    } else {
        addDockWidget(area, dock);
    }
    bringUp(panel);
    followLater();
}

void Docks::detach(Panel panel) {
    QDockWidget* dock = docks_[panel];
    dock->show();
    dock->setFloating(true);
    dock->resize(kOwnWindow.expandedTo(dock->minimumSizeHint()));
    dock->move(mapToGlobal(rect().center()) - dock->rect().center());
    dock->raise();
    followLater();
}

void Docks::mirror(bool on) {
    const int left = docks_[nodes]->width(), right = docks_[inspector]->width();
    const int upper = docks_[nodes]->height(), lower = docks_[recipe]->height();
    addDockWidget(on ? Qt::LeftDockWidgetArea : Qt::RightDockWidgetArea, docks_[inspector]);
    for (const Panel panel : {nodes, recipe}) {
        addDockWidget(on ? Qt::RightDockWidgetArea : Qt::LeftDockWidgetArea, docks_[panel]);
    }
    resizeDocks({docks_[nodes], docks_[inspector]}, {left, right}, Qt::Horizontal);
    resizeDocks({docks_[nodes], docks_[recipe]}, {upper, lower}, Qt::Vertical);
    followLater();
}

bool Docks::mirrored() const {
    return dockWidgetArea(docks_[inspector]) == Qt::LeftDockWidgetArea && dockWidgetArea(docks_[nodes]) == Qt::RightDockWidgetArea;
}

void Docks::fillMenu(QMenu& menu, Panel panel) {
    const QDockWidget* dock = docks_[panel];
    const bool shown = shows(panel);
    auto* places = new QActionGroup(&menu);
    const auto add = [&](const QString& text, bool here, auto act) {
        QAction* action = menu.addAction(text, this, act);
        action->setCheckable(true);
        action->setChecked(shown && here);
        places->addAction(action);
    };
    const Qt::DockWidgetArea now = dock->isFloating() ? Qt::NoDockWidgetArea : dockWidgetArea(docks_[panel]);
    for (const auto& [area, text] : {std::pair{Qt::LeftDockWidgetArea, tr("&Left of the graph")},
                                     {Qt::RightDockWidgetArea, tr("&Right of the graph")},
                                     {Qt::BottomDockWidgetArea, tr("&Below the graph")}}) {
        add(text, now == area, [this, panel, area = area] { place(panel, area); });
    }
    add(tr("In a &window of its own"), dock->isFloating(), [this, panel] { detach(panel); });
    menu.addSeparator();
    menu.addAction(shown ? tr("&Hide") : tr("S&how"), this, [this, panel, shown] { shown ? setShown(panel, false) : bringUp(panel); });
}

void Docks::setTitle(Panel panel, const QString& title) {
    docks_[panel]->setWindowTitle(title);
}

int Docks::lowerHeight() const {
    const bool below = std::any_of(kAll.begin(), kAll.end(), [this](Panel panel) { return isBelow(panel); });
    const int line = style()->pixelMetric(QStyle::PM_DockWidgetSeparatorExtent, nullptr, this);
    return settled_ && below ? height() - (centralWidget()->geometry().bottom() + 1) - line : 0;
}

void Docks::setLowerHeight(int height) {
    if (!isVisible()) {
        pendingLower_ = height;
        return;
    }
    const auto below = std::find_if(kAll.begin(), kAll.end(), [this](Panel panel) { return isBelow(panel); });
    if (below != kAll.end()) {
        resizeDocks({docks_[*below]}, {std::max(1, height)}, Qt::Vertical);
    }
}

void Docks::resizeTo(const Sizes& sizes) {
    resizeDocks({docks_[nodes], docks_[inspector]}, {sizes.left, sizes.right}, Qt::Horizontal);
    resizeDocks({docks_[nodes], docks_[recipe]}, {sizes.nodes, sizes.recipe}, Qt::Vertical);
    setLowerHeight(sizes.lower);
}

void Docks::reset(const Sizes& sizes) {
    pending_ = usual_;
    pendingSizes_ = sizes;
    pendingLower_ = 0;
    if (isVisible()) {
        takePending();
        bringUp(compare);
    }
}

QByteArray Docks::state() const {
    // The usual layout follows the size of the window: it is made anew.
    return pendingSizes_ ? QByteArray() : pending_.isEmpty() ? saveState(kVersion) : pending_;
}

void Docks::restore(const QByteArray& state) {
    if (state.isEmpty()) {
        return;
    }
    pending_ = state;
    pendingSizes_.reset();
    if (isVisible()) {
        takePending();
    }
}

void Docks::takePending() {
    if (!pending_.isEmpty()) {
        restoreState(std::exchange(pending_, {}), kVersion);
    }
    if (const auto sizes = std::exchange(pendingSizes_, std::nullopt)) {
        resizeTo(*sizes);
    }
    if (const int lower = std::exchange(pendingLower_, 0); lower > 0) {
        setLowerHeight(lower);
    }
    followLater();
}

void Docks::showEvent(QShowEvent* event) {
    QMainWindow::showEvent(event);
    if (!event->spontaneous()) {
        takePending();
        QMetaObject::invokeMethod(this, [this] { settled_ = isVisible(); }, Qt::QueuedConnection);
    }
}

/// Panels in windows of their own go with the others.
void Docks::hideEvent(QHideEvent* event) {
    QMainWindow::hideEvent(event);
    if (event->spontaneous()) {
        return;
    }
    pending_ = saveState(kVersion);
    settled_ = false;
    for (QWidget* child : findChildren<QWidget*>(QString(), Qt::FindDirectChildrenOnly)) {
        if (child->isWindow() && child->isVisible()) {
            child->hide();
        }
    }
}

/// A panel in a window of its own has an edge: its title bar takes the place of the desktop's frame.
bool Docks::eventFilter(QObject* object, QEvent* event) {
    auto* dock = qobject_cast<QDockWidget*>(object);
    if (dock != nullptr && dock->isFloating() && event->type() == QEvent::Paint) {
        QPainter painter(dock);
        const Theme theme = Theme::current();
        painter.setPen(mixed(theme.text2, theme.window, 0.5));
        painter.drawRect(dock->rect().adjusted(0, 0, -1, -1));
    }
    return QMainWindow::eventFilter(object, event);
}

/// Of a tab: what the title of a panel has, too.
void Docks::contextMenuEvent(QContextMenuEvent* event) {
    auto* bar = qobject_cast<QTabBar*>(childAt(event->pos()));
    const int tab = bar == nullptr ? -1 : bar->tabAt(bar->mapFrom(this, event->pos()));
    for (const Panel panel : kAll) {
        if (tab >= 0 && barOf(panel) == bar && docks_[panel]->windowTitle() == bar->tabText(tab)) {
            QMenu menu(this);
            fillMenu(menu, panel);
            menu.exec(event->globalPos());
            return;
        }
    }
    event->ignore();
}

}  // namespace vernier::ui
