// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractScrollArea>
#include <QPointF>
#include <QRectF>
#include <QVariantAnimation>
#include <QVector>

#include <memory>
#include <optional>
#include <vector>

#include "core/layout/layout.h"
#include "core/model/model.h"
#include "ui/graph/card_method.h"
#include "ui/graph/fold_motion.h"
#include "ui/graph/legend.h"
#include "ui/graph/minimap.h"
#include "ui/graph/scene.h"
#include "ui/graph/scene_painter.h"

namespace vernier::ui {

/// Paints the graph of a model and lets the user move in it and pick nodes. It holds no choice of its own: a click asks for
/// a selection by signal, and the owner answers with setSelection(). Nodes are NodeIds.
///
/// Mouse: wheel zooms at the cursor; dragging the ground, the middle button or Space pans; click selects, Ctrl adds,
/// Shift and drag selects a box, a double click zooms to the node; on a card of several nodes it asks to take that apart,
/// and a click on a block's name, or a double click on its ground, asks to fold it; on an If, Loop or Scan it asks for the body. A click on a fused card
/// selects its head, on a folded block all of it. Keys: arrows walk along wires, F fits the graph, Shift+F the selection, Ctrl+0 is 100 %, Ctrl+A selects all,
/// Esc none, or leaves a body; Enter zooms to the node, or opens its body.
class GraphCanvas : public QAbstractScrollArea {
    Q_OBJECT

public:
    using ColourMode = ui::ColourMode;

    explicit GraphCanvas(QWidget* parent = nullptr);
    ~GraphCanvas() override;

    /// Shows a model; without a model the invitation to open one, without a layout that it is being drawn.
    void setModel(ModelPtr model, std::shared_ptr<const GraphLayout> layout);
    /// The same model drawn anew (folded otherwise): selection, methods and filter stay, and so does the place of the
    /// anchor node on the screen.
    void setLayout(std::shared_ptr<const GraphLayout> layout, int anchor);
    /// Another graph of the same model: a body, or the main graph again. view: as it was left; nothing: its first view.
    void setGraph(ModelPtr model, std::shared_ptr<const GraphLayout> layout, bool isBody, const std::optional<View>& view);
    /// The same graph; its open axes count as other sizes.
    void setSizes(ModelPtr model);
    /// How the graph is shown; nothing before it was.
    [[nodiscard]] std::optional<View> view() const { return scene_ && !first_view_pending_ ? std::optional(view_) : std::nullopt; }
    [[nodiscard]] bool hasGraph() const { return scene_ != nullptr; }
    /// What is shown instead of a graph, for example why there is none.
    void setMessage(const QString& message);
    /// By NodeId; may be empty. title: what they are of, for the legend; empty: the present recipe.
    void setMethods(const std::vector<CardMethod>& methods, const QString& title = {});
    /// The figures that a mode colours by; without them it cannot be shown.
    void setFigures(ColourMode mode, std::optional<CardFigures> figures);
    /// A new current node is brought into sight.
    void setSelection(const QVector<int>& nodes, int current);
    /// By NodeId: true fades the card. Empty fades none.
    void setDimmed(const std::vector<bool>& dimmed);
    /// True where the card of a node steps back; false for nodes that have none here.
    [[nodiscard]] bool isDimmed(int node) const;
    void setColourMode(ColourMode mode);
    [[nodiscard]] ColourMode colourMode() const { return look_.mode; }
    [[nodiscard]] bool hasColourMode(ColourMode mode) const { return look_.has(mode); }
    /// Method, what is run, time, error, size (each where it is known), operator category, and round again.
    void nextColourMode();
    /// Off: jumps instead of 120 ms of motion. Off by itself where the style has no animations.
    void setMotion(bool on) { motion_ = on; }
    /// True while cards move to where another layout has them.
    [[nodiscard]] bool isFolding() const { return fold_ != nullptr; }

    [[nodiscard]] double zoom() const { return view_.zoom; }
    void setZoom(double zoom);  ///< around the middle of the view
    void zoomIn();
    void zoomOut();
    void fitAll();
    void fitSelection();
    void zoomTo(int node);
    /// Its card in the middle, without motion.
    void centreOn(int node, double zoom);
    /// Moves just as far as needed to see the node.
    void reveal(int node);

    /// The node at a position in the viewport, or -1.
    [[nodiscard]] int nodeAt(QPointF position) const;
    /// The node nearest to the middle of the view, or -1.
    [[nodiscard]] int middleNode() const;
    /// Where a node's card is in the viewport; null when it has none.
    [[nodiscard]] QRectF rectOf(int node) const;

    [[nodiscard]] QSize sizeHint() const override { return {760, 640}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {240, 160}; }

signals:
    void selectionRequested(const QVector<int>& nodes, int current);
    void contextMenuRequested(int node, const QPoint& globalPos);
    /// The card of a node should be taken apart, or put together again.
    void foldRequested(int node);
    /// The body of a node (If, Loop, Scan) should be shown, or what lies around the body that is shown.
    void bodyRequested(int node);
    void leaveRequested();
    /// The run of blocks of a node should be folded.
    void foldBlocksRequested(int node);
    void firstFramePainted(double milliseconds);  ///< once for each model, with the time that painting took
    void colourModeChanged(ColourMode mode);
    void zoomChanged(double zoom);

protected:
    bool viewportEvent(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void keyReleaseEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    enum class Drag { None, Pan, Box, Map, Click };

    // view
    [[nodiscard]] QRectF viewportRect() const;
    [[nodiscard]] int topInWindow() const;
    [[nodiscard]] View fitting(const QRectF& scene, double largest) const;
    [[nodiscard]] View centred(QPointF scenePoint, double zoom) const;
    void showFirst();
    [[nodiscard]] View belowLegend(View view) const;
    [[nodiscard]] bool moves() const;
    [[nodiscard]] bool isMoving() const { return animation_.state() == QAbstractAnimation::Running; }
    void moveTo(const View& view, bool animated);
    void setView(View view);
    void keepPlace();
    [[nodiscard]] bool isSpeck() const;
    void zoomAt(QPointF position, double factor);
    [[nodiscard]] double smallestZoom() const;
    [[nodiscard]] QRectF selectionBounds() const;

    // input
    bool pickLegend(QPointF position);
    void pickCard(int card, Qt::KeyboardModifiers modifiers);
    [[nodiscard]] QVector<int> selectionOf(int card) const;
    [[nodiscard]] bool hasBody(int node) const;
    [[nodiscard]] int frameAt(QPointF position) const;
    [[nodiscard]] int frameAround(QPointF position) const;
    void selectBox(const QRectF& box, bool add);
    void hover(QPointF position);
    bool walk(int key);
    void showTip(class QHelpEvent* event);
    [[nodiscard]] QString tipOf(int card) const;
    bool gesture(QEvent* event);

    void restyle();
    void recolour();
    void dimCards();
    void tellScreenReader();
    void paintMessage(QPainter& painter);

    std::unique_ptr<Scene> scene_;
    Look look_;
    View view_;
    Legend legend_;
    Minimap minimap_;
    QString message_;
    bool is_body_ = false;
    QVector<int> selection_;
    int current_ = -1;  ///< node
    std::vector<bool> dimmed_nodes_;
    bool first_view_pending_ = false;
    bool first_view_ = false;  ///< nobody has moved or clicked since: another size of the window shows the graph anew
    int top_ = 0;              ///< of the viewport in its window, as it was last sized or painted
    bool first_frame_pending_ = false;
    bool motion_ = true;
    QVariantAnimation animation_;
    View animation_from_, animation_to_;
    std::unique_ptr<FoldMotion> fold_;
    QVariantAnimation folding_;

    Drag drag_ = Drag::None;
    QPointF press_, last_;
    QRectF box_;
    bool space_down_ = false;
    bool hovering_legend_ = false;
    bool focus_ring_ = false;  ///< only when the focus came by key
};

}  // namespace vernier::ui
