// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <map>
#include <memory>
#include <vector>

#include "core/layout/layout.h"
#include "core/model/bodies.h"
#include "ui/graph/scene_painter.h"
#include "ui/session/background.h"

class QLabel;
class QMenu;
class QStackedLayout;

namespace vernier::ui {

class Breadcrumbs;
class GraphCanvas;
class Session;

/// The canvas with the session behind it: lays the model out on a worker, follows methods, selection and filter. It shows the
/// graph of the current node: the main one, or the body of an If, Loop or Scan; crumbs above it lead back.
class GraphPanel : public QWidget {
    Q_OBJECT

public:
    explicit GraphPanel(Session& session, QWidget* parent = nullptr);

    [[nodiscard]] GraphCanvas* canvas() const { return canvas_; }
    [[nodiscard]] bool ready() const { return static_cast<bool>(layout_); }
    [[nodiscard]] Breadcrumbs* breadcrumbs() const { return crumbs_; }
    /// The graph that is shown; 0 is the main one.
    [[nodiscard]] GraphId shownGraph() const { return shown_; }
    /// Leads to a graph: the selection goes to the node that holds the way to where one is, else to the graph's first node.
    void goToGraph(GraphId graph);

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
    /// Shows the body of an If, Loop or Scan; nothing for another node.
    void openBody(int node);

signals:
    void contextMenuRequested(int node, const QPoint& globalPos);
    void laidOut();
    void foldingChanged();  ///< fuses() or folds()
    void firstFrame();      ///< the model's graph has been painted for the first time

private:
    void layOut();
    void layOutAgain(int anchor);
    void showLayout();
    void followSelection();
    void showGraph(GraphId graph);
    void showCrumbs();
    void fillBodyMenu(QMenu& menu, int node);
    [[nodiscard]] int anchor() const;
    [[nodiscard]] const BlockRun* runOf(int node) const;
    void showMethods();
    void showDimmed();
    void followRecipeView();
    void showFigures();
    void showMessage(const QString& text);

    Session& session_;
    Breadcrumbs* crumbs_;
    GraphCanvas* canvas_;
    QLabel* message_;
    QStackedLayout* stack_;
    std::shared_ptr<const GraphLayout> layout_;
    GroupOptions options_;                                       ///< its graph is the one that is wanted
    GraphId shown_ = 0;                                          ///< the one whose drawing is there
    std::vector<Body> bodies_;                                   ///< by GraphId
    std::map<GraphId, View> views_;                              ///< of graphs that were left
    std::map<GraphId, std::vector<std::vector<NodeId>>> cards_;  ///< fused nodes of the graphs that were shown
    bool showsOther_ = false;                                    ///< another recipe than the present one
    int shownStudy_ = 0;                                         ///< revision of the evidence per layer that cards can show
    double layoutTime_ = 0;                                      ///< milliseconds
    QString openingTimes_;
    Latest laying_{this};
};

}  // namespace vernier::ui
