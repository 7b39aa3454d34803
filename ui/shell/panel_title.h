// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <functional>

class QLabel;
class QMenu;
class QToolButton;

namespace vernier::ui {

/// The title bar of a panel: its name, or the header that the panel brings along, and a menu to move and hide it. Dragging it
/// moves the panel. Among tabs that name the panel already it is only a line.
class PanelTitle : public QWidget {
    Q_OBJECT

public:
    using FillMenu = std::function<void(QMenu&)>;

    /// header: stands in place of the name; may be null.
    PanelTitle(const QString& name, QWidget* header, FillMenu fillMenu, QWidget* parent = nullptr);

    /// A line without words; a title with a header keeps that.
    void setSlim(bool slim);
    [[nodiscard]] bool slim() const { return slim_; }
    [[nodiscard]] QToolButton* menuButton() const { return button_; }
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void contextMenuEvent(QContextMenuEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void popUp(const QPoint& globalPos);

    FillMenu fillMenu_;
    QLabel* words_ = nullptr;
    QToolButton* button_;
    bool slim_ = false;
};

}  // namespace vernier::ui
