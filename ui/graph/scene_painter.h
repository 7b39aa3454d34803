// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QFont>
#include <QPointF>
#include <QRectF>
#include <QString>

#include <map>
#include <optional>
#include <vector>

#include "ui/graph/card_figures.h"
#include "ui/graph/card_method.h"
#include "ui/graph/scene.h"
#include "ui/theme/theme.h"

class QPainter;

namespace vernier::ui {

/// Which part of the scene is shown: zoom is pixels per scene unit, origin the scene point at the upper left corner.
struct View {
    QPointF origin;
    double zoom = 1;
    QSizeF size;  ///< pixels

    [[nodiscard]] QPointF toScreen(QPointF p) const { return (p - origin) * zoom; }
    [[nodiscard]] QPointF toScene(QPointF p) const { return p / zoom + origin; }
    [[nodiscard]] QRectF toScreen(const QRectF& r) const { return {toScreen(r.topLeft()), r.size() * zoom}; }
    [[nodiscard]] QRectF sceneRect() const { return {origin, size / zoom}; }
};

enum class ColourMode { Method, Executed, Time, Error, Size, OpCategory };

/// "method", "executed", "time", "error", "size", "category": of session files.
[[nodiscard]] const char* name(ColourMode mode);
[[nodiscard]] std::optional<ColourMode> colourModeFrom(const QString& name);

/// How the cards look: colours, choices, selection. Flags are by card.
struct Look {
    Theme theme;
    ColourMode mode = ColourMode::Method;
    std::vector<CardMethod> methods;            ///< by node; may be shorter
    QString methodsTitle = {};                  ///< for the legend: what they are of, where not of the present recipe
    std::map<ColourMode, CardFigures> figures;  ///< of the modes that have some
    std::vector<double> ofCards;                ///< by card: the shown figure; NaN where it is not known. Made by weigh().
    double most = 0;                            ///< the largest of them
    std::vector<bool> selected;
    std::vector<bool> dimmed;
    int current = -1;        ///< card
    int hovered = -1;        ///< card
    int hovered_frame = -1;  ///< whose name the mouse is on

    [[nodiscard]] const CardMethod* methodOf(NodeId node) const;
    /// What a card's badges say: its head's method, and those of members for which another one was chosen.
    /// A folded block, and a card with bodies, shows the methods of its nodes with weights, and overrides. No more than three.
    [[nodiscard]] std::vector<CardMethod> methodsOf(const Scene& scene, int card) const;
    [[nodiscard]] QColor barColour(const Scene& scene, int card) const;
    /// A method's colour, or that of what is run.
    [[nodiscard]] QColor colourOf(const CardMethod& method) const;
    /// Those of the present mode; nullptr where it has none.
    [[nodiscard]] const CardFigures* shownFigures() const;
    /// Adds the figures of each card's nodes up. After a change of scene, figures or mode.
    void weigh(const Scene& scene);
    /// The shown figure of a card; nothing where it is not known, and in modes without figures.
    [[nodiscard]] std::optional<double> figureOf(int card) const;
    /// Cards show their methods: nothing else colours them.
    [[nodiscard]] bool showsMethods() const { return mode == ColourMode::Method || mode == ColourMode::Executed; }
    /// The mode can be shown: what it needs is known.
    [[nodiscard]] bool has(ColourMode wanted) const;
    /// It is known what is run: a mode of its own.
    [[nodiscard]] bool knowsRuns() const;
    [[nodiscard]] bool isDimmed(int card) const { return is(dimmed, card); }
    [[nodiscard]] bool isSelected(int card) const { return is(selected, card); }

private:
    static bool is(const std::vector<bool>& flags, int card) { return static_cast<std::size_t>(card) < flags.size() && flags[static_cast<std::size_t>(card)]; }
};

/// How much of a card is drawn, by its height in pixels.
enum class Detail { Dot, Box, Title, Full };
[[nodiscard]] Detail detailOf(double cardHeightPixels);

/// Where the name of a block's frame is painted, in pixels; null where it is too small to be read.
[[nodiscard]] QRectF frameLabelRect(const Scene& scene, const View& view, int frame);

/// Paints all that is visible: frames, wires, cards, the wires of selected cards on top.
void paintScene(QPainter& painter, const Scene& scene, const View& view, const Look& look);

// The parts of paintScene.
void paintFrames(QPainter& painter, const Scene& scene, const View& view, const Look& look);
void paintWires(QPainter& painter, const Scene& scene, const View& view, const Look& look);
void paintSelectedWires(QPainter& painter, const Scene& scene, const View& view, const Look& look);
void paintCards(QPainter& painter, const Scene& scene, const View& view, const Look& look, const std::vector<int>& cards);

}  // namespace vernier::ui
