// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QRectF>

#include "ui/graph/scene_painter.h"

namespace vernier::ui {

/// The whole graph as one image at the lower right, with the visible part marked. The axes scale apart, so that a long
/// thin graph is still legible.
class Minimap {
public:
    /// Forgets the image: after a change of model, colours or filter.
    void invalidate() { image_ = {}; }
    /// Paints it unless the view shows the whole graph already, or nearly so.
    void paint(QPainter& painter, const Scene& scene, const View& view, const Look& look);
    [[nodiscard]] bool contains(QPointF point) const { return frame_.contains(point); }
    /// The scene point that a point of the map stands for.
    [[nodiscard]] QPointF toScene(const Scene& scene, QPointF point) const;

private:
    [[nodiscard]] QImage render(const Scene& scene, const Look& look, double ratio) const;
    [[nodiscard]] QPointF toMap(const Scene& scene, QPointF point) const;

    QImage image_;
    QSizeF size_;   ///< of the drawing in the frame, pixels
    QRectF frame_;  ///< in the viewport; null when not shown
};

}  // namespace vernier::ui
