// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QMainWindow>

#include <array>
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
    enum Panel { nodes, recipe, inspector, compare, time, data, findings, log };
    static constexpr std::size_t kPanels = 8;

    /// What the sides of the usual layout take, in pixels.
    struct Sizes {
        int left = 0, right = 0, lower = 0;
        int nodes = 0, recipe = 0;   ///< heights on the left side
    };

    /// panels in the order of Panel. A child widget named "panelHeader" of one becomes its title.
    Docks(QWidget* centre, const std::array<QWidget*, kPanels>& panels, QWidget* parent = nullptr);

    [[nodiscard]] QDockWidget* dock(Panel panel) const { return docks_[panel]; }
    /// On its side, among tabs or in a window of its own; false when it is hidden. Holds behind the start page, too.
    [[nodiscard]] bool shows(Panel panel) const;
    void setShown(Panel panel, bool on);
    /// It is shown, and no other tab lies over it.
    [[nodiscard]] bool inFront(Panel panel) const;
    void bringUp(Panel panel);
    [[nodiscard]] bool isBelow(Panel panel) const;
    /// It is the only panel below the graph that is seen.
    [[nodiscard]] bool aloneBelow(Panel panel) const;

    void place(Panel panel, Qt::DockWidgetArea area);
    void detach(Panel panel);
    /// The inspector left, nodes and recipe right, or as usual; each keeps its width.
    void mirror(bool on);
    [[nodiscard]] bool mirrored() const;
    /// The same choices as entries of a menu.
    void fillMenu(QMenu& menu, Panel panel);
    void setTitle(Panel panel, const QString& title);

    /// Height of what lies below the graph; 0 as long as it is not known.
    [[nodiscard]] int lowerHeight() const;
    void setLowerHeight(int height);
    void reset(const Sizes& sizes);
    /// The usual layout is to be taken over, with sizes of a window that may have another size by now.
    [[nodiscard]] bool awaitsSizes() const { return pendingSizes_.has_value(); }
    /// For the settings; empty for the usual layout. Panels that are not on the screen take it over when they come there.
    [[nodiscard]] QByteArray state() const;
    void restore(const QByteArray& state);

    [[nodiscard]] QMenu* createPopupMenu() override { return nullptr; }

signals:
    void changed();   ///< which panels are shown, and where

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    bool eventFilter(QObject* object, QEvent* event) override;

private:
    void make(Panel panel, QWidget* widget);
    void takePending();
    void resizeTo(const Sizes& sizes);
    void followLater();
    void follow();
    [[nodiscard]] QTabBar* barOf(Panel panel) const;

    std::array<QDockWidget*, kPanels> docks_{};
    std::array<PanelTitle*, kPanels> titles_{};
    QByteArray usual_;
    // To take over when the panels come to the screen: before that they have no sizes.
    QByteArray pending_;
    std::optional<Sizes> pendingSizes_;
    int pendingLower_ = 0;
    bool following_ = false;  ///< follow() is on its way
    bool settled_ = false;    ///< the panels have had their sizes on the screen
};

}  // namespace vernier::ui
