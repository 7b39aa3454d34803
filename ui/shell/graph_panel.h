// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <memory>

#include "core/layout/layout.h"
#include "ui/session/background.h"

class QLabel;
class QStackedLayout;

namespace vernier::ui {

class GraphCanvas;
class Session;

/// The canvas with the session behind it: lays the model out on a worker, follows methods, selection and filter.
class GraphPanel : public QWidget {
    Q_OBJECT

public:
    explicit GraphPanel(Session& session, QWidget* parent = nullptr);

    [[nodiscard]] GraphCanvas* canvas() const { return canvas_; }
    [[nodiscard]] bool ready() const { return static_cast<bool>(layout_); }

signals:
    void contextMenuRequested(int node, const QPoint& globalPos);
    void laidOut();

private:
    void layOut();
    void showMethods();
    void showMessage(const QString& text);

    Session& session_;
    GraphCanvas* canvas_;
    QLabel* message_;
    QStackedLayout* stack_;
    std::shared_ptr<const GraphLayout> layout_;
    Latest laying_{this};
};

}  // namespace vernier::ui
