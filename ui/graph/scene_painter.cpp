// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/graph/scene_painter.h"

#include <QPainter>

namespace vernier::ui {

const CardMethod* Look::methodOf(NodeId node) const {
    const auto index = static_cast<std::size_t>(node);
    return node >= 0 && index < methods.size() && !methods[index].badge.isEmpty() ? &methods[index] : nullptr;
}

QColor Look::barColour(const Scene& scene, int card) const {
    if (mode == ColourMode::OpCategory) {
        return theme.category(scene.category(card));
    }
    const CardMethod* method = methodOf(scene.nodeOf(card));
    return method != nullptr ? method->colour : theme.method(u"fp32");
}

Detail detailOf(double cardHeightPixels) {
    if (cardHeightPixels < 3) {
        return Detail::Dot;
    }
    if (cardHeightPixels < 12) {
        return Detail::Box;
    }
    return cardHeightPixels < 28 ? Detail::Title : Detail::Full;
}

void paintScene(QPainter& painter, const Scene& scene, const View& view, const Look& look) {
    constexpr double kMargin = 24;  // badges and outlines reach over the card's edge
    paintWires(painter, scene, view, look);
    paintCards(painter, scene, view, look, scene.cardsIn(view.sceneRect().adjusted(-kMargin, -kMargin, kMargin, kMargin)));
    paintSelectedWires(painter, scene, view, look);
}

}  // namespace vernier::ui
