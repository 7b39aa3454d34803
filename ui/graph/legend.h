// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRectF>

#include <vector>

#include "ui/graph/legend_scale.h"
#include "ui/graph/scene_painter.h"

namespace vernier::ui {

/// What the colours mean, with counts or on a scale; the title switches the mode, a line selects its nodes.
class Legend {
public:
    /// Collects the lines anew: after a change of model, methods or mode.
    void rebuild(const Scene* scene, const Look& look);
    void paint(QPainter& painter, const Look& look);
    /// Where it is painted, in pixels of the viewport.
    [[nodiscard]] QRectF area(const Look& look) const;

    enum class Part { None, Title, Line };
    struct Hit {
        Part part = Part::None;
        int line = -1;
    };
    [[nodiscard]] Hit hit(QPointF point) const;
    [[nodiscard]] QRectF titleRect() const { return title_rect_; }
    [[nodiscard]] const std::vector<NodeId>& nodesOf(int line) const { return lines_[static_cast<std::size_t>(line)].nodes; }
    void setHovered(Hit hit) { hovered_ = hit; }

private:
    struct Line {
        QString badge, name;
        QColor colour;
        std::vector<NodeId> nodes;
        QRectF rect;
    };
    struct Columns {
        double badges = 0, width = 0, height = 0;  ///< height of one line
    };
    [[nodiscard]] Columns columns(const Look& look) const;
    void collectMethods(const Scene& scene, const Look& look);
    void collectRuns(const Scene& scene, const Look& look);
    void collectOtherwise(const Scene& scene, const Look& look);
    void collectCategories(const Scene& scene, const Look& look);

    std::vector<Line> lines_;
    LegendScale scale_;
    QRectF title_rect_;
    Hit hovered_;
};

}  // namespace vernier::ui
