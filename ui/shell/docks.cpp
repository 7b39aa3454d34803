// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/docks.h"

#include <QActionGroup>
#include <QContextMenuEvent>
#include <QDockWidget>
#include <QGuiApplication>
#include <QMenu>
#include <QPainter>
#include <QScreen>
#include <QStyle>
#include <QTabBar>
#include <QTimer>

#include <algorithm>
#include <utility>

#include "ui/shell/panel_title.h"
#include "ui/theme/theme.h"

namespace vernier::ui {

namespace {

constexpr int kVersion = 2;  ///< of what saveState() gives
constexpr QSize kOwnWindow{520, 420};
constexpr double kMostOfScreen = 0.7;  ///< of its sides, for a panel that was dragged out
constexpr int kLookAgain = 50;         ///< milliseconds

}  // namespace

Docks::Docks(QWidget* centre, const QVector<Panel>& panels, QWidget* parent) : QMainWindow(parent, Qt::Widget) {
    setObjectName(QStringLiteral("docks"));
    setDockOptions(AllowNestedDocks | AllowTabbedDocks | GroupedDragging);
    setTabPosition(Qt::AllDockWidgetAreas, QTabWidget::North);
    setDocumentMode(true);
    setCentralWidget(centre);
    for (const Panel& panel : panels) {
        make(panel);
    }
    const QList<QDockWidget*> below = usuallyAt(Qt::BottomDockWidgetArea);
    for (qsizetype i = 1; i < below.size(); ++i) {
        tabifyDockWidget(below[i - 1], below[i]);
    }
    if (!below.isEmpty()) {
        below.first()->raise();
    }
    usual_ = saveState(kVersion);
    follow();
}

void Docks::make(const Panel& panel) {
    auto* dock = new QDockWidget(panel.title, this);
    dock->setObjectName(panel.id);
    dock->setAccessibleName(panel.title);
    auto* header = panel.widget->findChild<QWidget*>(QStringLiteral("panelHeader"), Qt::FindDirectChildrenOnly);
    auto* title = new PanelTitle(
        panel.title, header, [this, id = panel.id](QMenu& menu) { fillMenu(menu, id); }, dock);
    dock->setTitleBarWidget(title);
    dock->setWidget(panel.widget);
    addDockWidget(panel.area, dock);
    dock->show();  // by its own wish; else it counts as hidden until the window is there
    ids_ << panel.id;
    docks_.insert(panel.id, {dock, title, panel.area});
    dock->installEventFilter(this);
    connect(dock, &QDockWidget::dockLocationChanged, this, &Docks::followLater);
    connect(dock, &QDockWidget::topLevelChanged, this, &Docks::followLater);
    connect(dock, &QDockWidget::topLevelChanged, this, [this, dock](bool floating) {
        if (floating && !restoring_) {
            fitToScreen(dock);
        }
    });
    connect(dock, &QDockWidget::visibilityChanged, this, &Docks::followLater);
    connect(panel.widget, &QWidget::windowTitleChanged, dock, &QDockWidget::setWindowTitle);
    if (!panel.widget->windowTitle().isEmpty()) {
        dock->setWindowTitle(panel.widget->windowTitle());
    }
}

QWidget* Docks::panel(const QString& id) const { return dock(id)->widget(); }

QList<QDockWidget*> Docks::usuallyAt(Qt::DockWidgetArea area) const {
    QList<QDockWidget*> there;
    for (const QString& id : ids_) {
        if (docks_[id].usual == area) {
            there << docks_[id].dock;
        }
    }
    return there;
}

/// The panels that a layout is of: one of others says nothing of these.
QByteArray Docks::mark() const { return ids_.join(QLatin1Char(' ')).toLatin1() + '\n'; }

int Docks::leastWidth(Qt::DockWidgetArea usual) const {
    int least = 0;
    for (const QDockWidget* dock : usuallyAt(usual)) {
        least = std::max(least, dock->widget()->minimumWidth());
    }
    return least;
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
    for (const QString& id : std::as_const(ids_)) {
        const Dock& each = docks_[id];
        each.title->setSlim(barOf(id) != nullptr);
        const int edge = each.dock->isFloating() ? 1 : 0;
        each.dock->setContentsMargins(edge, edge, edge, edge);
    }
    emit changed();
}

/// The bar of tabs that the panel is one of, in this window or in a floating one.
QTabBar* Docks::barOf(const QString& id) const {
    const QDockWidget* dock = this->dock(id);
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

bool Docks::shows(const QString& id) const { return !dock(id)->isHidden(); }

void Docks::setShown(const QString& id, bool on) { dock(id)->setVisible(on); }

bool Docks::inFront(const QString& id) const {
    const QTabBar* bar = barOf(id);
    return shows(id) && (bar == nullptr || bar->tabText(bar->currentIndex()) == dock(id)->windowTitle());
}

void Docks::bringUp(const QString& id) {
    dock(id)->show();
    dock(id)->raise();
}

bool Docks::isBelow(const QString& id) const { return shows(id) && !dock(id)->isFloating() && dockWidgetArea(dock(id)) == Qt::BottomDockWidgetArea; }

bool Docks::aloneBelow(const QString& id) const {
    return isBelow(id) && inFront(id) &&
           std::none_of(ids_.begin(), ids_.end(), [&](const QString& other) { return other != id && isBelow(other) && inFront(other); });
}

void Docks::place(const QString& id, Qt::DockWidgetArea area) {
    QDockWidget* dock = this->dock(id);
    dock->setFloating(false);
    // What lies below the graph is wide: there panels share the room as tabs, on the other sides they lie one below the other.
    const auto beside = std::find_if(ids_.begin(), ids_.end(), [&](const QString& other) { return other != id && isBelow(other); });
    if (area == Qt::BottomDockWidgetArea && beside != ids_.end()) {
        tabifyDockWidget(this->dock(*beside), dock);
    } else {
        addDockWidget(area, dock);
    }
    bringUp(id);
    followLater();
}

void Docks::detach(const QString& id) {
    QDockWidget* dock = this->dock(id);
    dock->show();
    dock->setFloating(true);
    dock->resize(kOwnWindow.expandedTo(dock->minimumSizeHint()));
    dock->move(mapToGlobal(rect().center()) - dock->rect().center());
    dock->raise();
    followLater();
}

/// A panel that is dragged out keeps the size that it had in the window, such as a line as long as that: it gets one to work in,
/// and lies on the screen, when the button is let go.
void Docks::fitToScreen(QDockWidget* dock) {
    if (QGuiApplication::mouseButtons() != Qt::NoButton) {
        QTimer::singleShot(kLookAgain, dock, [dock] { fitToScreen(dock); });
        return;
    }
    QMetaObject::invokeMethod(
        dock,
        [dock] {
            if (!dock->isFloating()) {
                return;
            }
            const QRect screen = dock->screen()->availableGeometry();
            const QSize most = screen.size() * kMostOfScreen, least = kOwnWindow.expandedTo(dock->minimumSizeHint()).boundedTo(screen.size());
            QRect place(dock->pos(), dock->size().boundedTo(most).expandedTo(least));
            place.moveRight(std::min(place.right(), screen.right()));
            place.moveBottom(std::min(place.bottom(), screen.bottom()));
            place.moveTopLeft({std::max(place.left(), screen.left()), std::max(place.top(), screen.top())});
            dock->setGeometry(place);
        },
        Qt::QueuedConnection);
}

void Docks::mirror(bool on) {
    const QList<QDockWidget*> left = usuallyAt(Qt::LeftDockWidgetArea), right = usuallyAt(Qt::RightDockWidgetArea);
    QList<int> heights, widths;
    for (const QDockWidget* dock : left) {
        heights << dock->height();
    }
    const QList<QDockWidget*> sides{left.first(), right.first()};
    for (const QDockWidget* dock : sides) {
        widths << dock->width();
    }
    for (QDockWidget* dock : right) {
        addDockWidget(on ? Qt::LeftDockWidgetArea : Qt::RightDockWidgetArea, dock);
    }
    for (QDockWidget* dock : left) {
        addDockWidget(on ? Qt::RightDockWidgetArea : Qt::LeftDockWidgetArea, dock);
    }
    resizeDocks(sides, widths, Qt::Horizontal);
    resizeDocks(left, heights, Qt::Vertical);
    followLater();
}

bool Docks::mirrored() const {
    return dockWidgetArea(usuallyAt(Qt::RightDockWidgetArea).first()) == Qt::LeftDockWidgetArea &&
           dockWidgetArea(usuallyAt(Qt::LeftDockWidgetArea).first()) == Qt::RightDockWidgetArea;
}

void Docks::fillMenu(QMenu& menu, const QString& id) {
    const QDockWidget* dock = this->dock(id);
    const bool shown = shows(id);
    auto* places = new QActionGroup(&menu);
    const auto add = [&](const QString& text, bool here, auto act) {
        QAction* action = menu.addAction(text, this, act);
        action->setCheckable(true);
        action->setChecked(shown && here);
        places->addAction(action);
    };
    const Qt::DockWidgetArea now = dock->isFloating() ? Qt::NoDockWidgetArea : dockWidgetArea(this->dock(id));
    for (const auto& [area, text] : {std::pair{Qt::LeftDockWidgetArea, tr("&Left of the graph")},
                                     {Qt::RightDockWidgetArea, tr("&Right of the graph")},
                                     {Qt::BottomDockWidgetArea, tr("&Below the graph")}}) {
        add(text, now == area, [this, id, area = area] { place(id, area); });
    }
    add(tr("In a &window of its own"), dock->isFloating(), [this, id] { detach(id); });
    menu.addSeparator();
    menu.addAction(shown ? tr("&Hide") : tr("S&how"), this, [this, id, shown] { shown ? setShown(id, false) : bringUp(id); });
}

int Docks::lowerHeight() const {
    const bool below = std::any_of(ids_.begin(), ids_.end(), [this](const QString& id) { return isBelow(id); });
    const int line = style()->pixelMetric(QStyle::PM_DockWidgetSeparatorExtent, nullptr, this);
    return settled_ && below ? height() - (centralWidget()->geometry().bottom() + 1) - line : 0;
}

void Docks::setLowerHeight(int height) {
    if (!isVisible()) {
        pendingLower_ = height;
        return;
    }
    const auto below = std::find_if(ids_.begin(), ids_.end(), [this](const QString& id) { return isBelow(id); });
    if (below != ids_.end()) {
        resizeDocks({dock(*below)}, {std::max(1, height)}, Qt::Vertical);
    }
}

void Docks::resizeTo(const Sizes& sizes) {
    const QList<QDockWidget*> left = usuallyAt(Qt::LeftDockWidgetArea), right = usuallyAt(Qt::RightDockWidgetArea);
    resizeDocks({left.first(), right.first()}, {sizes.left, sizes.right}, Qt::Horizontal);
    if (left.size() > 1) {
        resizeDocks({left[0], left[1]}, {sizes.first, sizes.second}, Qt::Vertical);
    }
    setLowerHeight(sizes.lower);
}

void Docks::reset(const Sizes& sizes) {
    pending_ = usual_;
    pendingSizes_ = sizes;
    pendingLower_ = 0;
    if (isVisible()) {
        takePending();
        bringUp(usuallyAt(Qt::BottomDockWidgetArea).first()->objectName());
    }
}

QByteArray Docks::state() const {
    // The usual layout follows the size of the window: it is made anew.
    return pendingSizes_ ? QByteArray() : mark() + (pending_.isEmpty() ? saveState(kVersion) : pending_);
}

void Docks::restore(const QByteArray& state) {
    if (!state.startsWith(mark())) {
        return;
    }
    pending_ = state.mid(mark().size());
    pendingSizes_.reset();
    if (isVisible()) {
        takePending();
    }
}

void Docks::takePending() {
    if (!pending_.isEmpty()) {
        restoring_ = true;  // sizes that the user gave are kept
        restoreState(std::exchange(pending_, {}), kVersion);
        restoring_ = false;
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
        QMetaObject::invokeMethod(
            this, [this] { settled_ = isVisible(); }, Qt::QueuedConnection);
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
    for (const QString& id : std::as_const(ids_)) {
        if (tab >= 0 && barOf(id) == bar && dock(id)->windowTitle() == bar->tabText(tab)) {
            QMenu menu(this);
            fillMenu(menu, id);
            menu.exec(event->globalPos());
            return;
        }
    }
    event->ignore();
}

}  // namespace vernier::ui
