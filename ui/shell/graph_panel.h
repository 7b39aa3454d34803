// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <memory>

#include "core/layout/layout.h"
#include "ui/session/background.h"

class QLabel;
class QMenu;
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

    /// Activations on their node's card; kept in the user's settings.
    [[nodiscard]] bool fuses() const { return options_.fuse; }
    void setFuse(bool on);
    /// Runs of repeated blocks as one card each. A model with many cards begins so.
    [[nodiscard]] bool folds() const { return options_.fold; }
    void setFold(bool on);
    /// Takes the node's card apart, or puts it together again.
    void turnCard(int node);
    /// Folds or unfolds the run of blocks that the node is in.
    void turnBlocks(int node);
    /// What the two do for a node, as entries of its menu.
    void fillFoldMenu(QMenu& menu, int node);

    /// "opened NAME in 0.8 s (read 0.3, layout 0.1, first frame 0.05)": from the wish to open to the first whole frame.
    [[nodiscard]] const QString& openingTimes() const { return openingTimes_; }

signals:
    void contextMenuRequested(int node, const QPoint& globalPos);
    void laidOut();
    void foldingChanged();  ///< fuses() or folds()
    void firstFrame();      ///< the model's graph has been painted for the first time

private:
    void layOut();
    void layOutAgain(int anchor);
    void showLayout();
    [[nodiscard]] int anchor() const;
    [[nodiscard]] const BlockRun* runOf(int node) const;
    void showMethods();
    void showMessage(const QString& text);

    Session& session_;
    GraphCanvas* canvas_;
    QLabel* message_;
    QStackedLayout* stack_;
    std::shared_ptr<const GraphLayout> layout_;
    GroupOptions options_;
    double layoutTime_ = 0;  ///< milliseconds
    QString openingTimes_;
    Latest laying_{this};
};

}  // namespace vernier::ui
