// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QHash>
#include <QList>
#include <QMainWindow>
#include <QString>
#include <QStringList>
#include <QVector>

#include <optional>

class QDockWidget;
class QMenu;
class QTabBar;

namespace vernier::ui {

class PanelTitle;

/// The graph with the panels around it. Each panel is a dock: it can be moved to another side, laid on others as a tab, put
/// into a window of its own, or hidden. Lies inside the window, below its bar of steps.
class Docks : public QMainWindow {
    Q_OBJECT

public:
    /// A panel, where it stands in the usual layout, and the name under which it is asked for.
    struct Panel {
        QString id;     ///< stable: the layout that is kept names panels by it
        QString title;  ///< until the widget has a window title of its own
        Qt::DockWidgetArea area;
        QWidget* widget;  ///< a child of it named "panelHeader" becomes its title
    };

    /// What the sides of the usual layout take, in pixels.
    struct Sizes {
        int left = 0, right = 0, lower = 0;
        int first = 0, second = 0;  ///< heights of the first two panels on the left side
    };

    Docks(QWidget* centre, const QVector<Panel>& panels, QWidget* parent = nullptr);

    /// In the order in which they were given.
    [[nodiscard]] const QStringList& ids() const { return ids_; }
    [[nodiscard]] QDockWidget* dock(const QString& id) const { return docks_.value(id).dock; }
    /// The widget of the panel.
    [[nodiscard]] QWidget* panel(const QString& id) const;
    /// On its side, among tabs or in a window of its own; false when it is hidden. Holds behind the start page, too.
    [[nodiscard]] bool shows(const QString& id) const;
    void setShown(const QString& id, bool on);
    /// It is shown, and no other tab lies over it.
    [[nodiscard]] bool inFront(const QString& id) const;
    void bringUp(const QString& id);
    [[nodiscard]] bool isBelow(const QString& id) const;
    /// It is the only panel below the graph that is seen.
    [[nodiscard]] bool aloneBelow(const QString& id) const;

    void place(const QString& id, Qt::DockWidgetArea area);
    void detach(const QString& id);
    /// What usually stands right comes left, and the other way round; each side keeps its width.
    void mirror(bool on);
    [[nodiscard]] bool mirrored() const;
    /// The same choices as entries of a menu.
    void fillMenu(QMenu& menu, const QString& id);

    /// The least width of the panels that usually stand on this side.
    [[nodiscard]] int leastWidth(Qt::DockWidgetArea usual) const;
    /// Height of what lies below the graph; 0 as long as it is not known.
    [[nodiscard]] int lowerHeight() const;
    void setLowerHeight(int height);
    void reset(const Sizes& sizes);
    /// The usual layout is to be taken over, with sizes of a window that may have another size by now.
    [[nodiscard]] bool awaitsSizes() const { return pendingSizes_.has_value(); }
    /// For the settings; empty for the usual layout. Panels that are not on the screen take it over when they come there.
    [[nodiscard]] QByteArray state() const;
    /// A layout of other panels than these is not taken.
    void restore(const QByteArray& state);

    [[nodiscard]] QMenu* createPopupMenu() override { return nullptr; }

signals:
    void changed();  ///< which panels are shown, and where

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    bool eventFilter(QObject* object, QEvent* event) override;

private:
    struct Dock {
        QDockWidget* dock = nullptr;
        PanelTitle* title = nullptr;
        Qt::DockWidgetArea usual = Qt::NoDockWidgetArea;
    };

    void make(const Panel& panel);
    /// Of the panels that usually stand on this side.
    [[nodiscard]] QList<QDockWidget*> usuallyAt(Qt::DockWidgetArea area) const;
    [[nodiscard]] QByteArray mark() const;
    void takePending();
    void resizeTo(const Sizes& sizes);
    static void fitToScreen(QDockWidget* dock);
    void followLater();
    void follow();
    [[nodiscard]] QTabBar* barOf(const QString& id) const;

    QStringList ids_;
    QHash<QString, Dock> docks_;  ///< by id
    QByteArray usual_;
    // To take over when the panels come to the screen: before that they have no sizes.
    QByteArray pending_;
    std::optional<Sizes> pendingSizes_;
    int pendingLower_ = 0;
    bool restoring_ = false;  ///< a layout that was kept is taken over
    bool following_ = false;  ///< follow() is on its way
    bool settled_ = false;    ///< the panels have had their sizes on the screen
};

}  // namespace vernier::ui
