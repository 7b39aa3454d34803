// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/graph/scene_painter.h"

#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace vernier::ui {

Detail detailOf(double cardHeightPixels) {
    if (cardHeightPixels < 3) {
        return Detail::Dot;
    }
    if (cardHeightPixels < 12) {
        return Detail::Box;
    }
    return cardHeightPixels < 28 ? Detail::Title : Detail::Full;
}

QRectF frameLabelRect(const Scene& scene, const View& view, int frame) {
    constexpr double kLabelZoom = 0.4;
    if (view.zoom < kLabelZoom) {
        return {};
    }
    const Rect& r = scene.frames()[static_cast<std::size_t>(frame)].rect;
    QFont font = labelFont();
    font.setPixelSize(std::max(7, qRound(font.pixelSize() * std::min(view.zoom, 1.6))));
    const QFontMetricsF metrics(font);
    const QPointF corner = view.toScreen(QPointF(r.x, r.y));
    const double width = std::min(metrics.horizontalAdvance(scene.frameName(frame)) + 12, r.width * view.zoom * 0.45);
    return {corner.x() + 10, corner.y() - metrics.height() / 2, width, metrics.height()};
}

void paintFrames(QPainter& painter, const Scene& scene, const View& view, const Look& look) {
    constexpr double kSmallest = 0.12;
    if (view.zoom < kSmallest) {
        return;
    }
    const QRectF shown = view.sceneRect().adjusted(-20, -20, 20, 20);
    QFont font = labelFont();
    font.setPixelSize(std::max(7, qRound(font.pixelSize() * std::min(view.zoom, 1.6))));
    painter.setRenderHint(QPainter::Antialiasing, true);
    for (int i = 0; i < static_cast<int>(scene.frames().size()); ++i) {
        const Rect& r = scene.frames()[static_cast<std::size_t>(i)].rect;
        if (!shown.intersects(QRectF(r.x, r.y, r.width, r.height))) {
            continue;
        }
        const QRectF rect = view.toScreen(QRectF(r.x, r.y, r.width, r.height));
        QPen pen(mixed(look.theme.text2, look.theme.canvas, i == look.hovered_frame ? 0.7 : 0.35), 1);
        pen.setDashPattern({4, 4});
        painter.setPen(pen);
        painter.setBrush(Qt::NoBrush);
        const double radius = 8 * std::min(view.zoom, 1.5);
        painter.drawRoundedRect(QRectF(std::round(rect.left()) + 0.5, std::round(rect.top()) + 0.5, std::round(rect.width()), std::round(rect.height())),
                                radius, radius);
        const QRectF words = frameLabelRect(scene, view, i);
        if (!words.isNull()) {
            painter.fillRect(words, look.theme.canvas);
            painter.setFont(font);
            painter.setPen(i == look.hovered_frame ? look.theme.text : look.theme.text2);
            painter.drawText(words, Qt::AlignCenter, QFontMetricsF(font).elidedText(scene.frameName(i), Qt::ElideMiddle, words.width() - 8));
        }
    }
}

void paintScene(QPainter& painter, const Scene& scene, const View& view, const Look& look) {
    constexpr double kMargin = 24;  // badges and outlines reach over the card's edge
    paintFrames(painter, scene, view, look);
    paintWires(painter, scene, view, look);
    paintCards(painter, scene, view, look, scene.cardsIn(view.sceneRect().adjusted(-kMargin, -kMargin, kMargin, kMargin)));
    paintSelectedWires(painter, scene, view, look);
}

}  // namespace vernier::ui
