// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/graph/minimap.h"

#include <QPaintDevice>
#include <QPainter>

#include <algorithm>
#include <map>

namespace vernier::ui {

namespace {

constexpr double kMargin = 12, kPadding = 8;
constexpr QSizeF kLargest(96, 150);
constexpr double kNarrowestView = 400;  // a narrower one needs all its width for the cards
constexpr double kThinnest = 36;
constexpr double kNearlyAll = 0.85;  // of the graph: who sees so much needs no map, which would cover a part of it

QSizeF fittingSize(const QRectF& bounds) {
    const double scale = std::min(kLargest.width() / bounds.width(), kLargest.height() / bounds.height());
    return {std::clamp(bounds.width() * scale, kThinnest, kLargest.width()), std::clamp(bounds.height() * scale, kThinnest, kLargest.height())};
}

/// The share of the graph that is in view, of its area.
double seenShare(const QRectF& bounds, const QRectF& shown) {
    const QRectF seen = bounds.intersected(shown);
    return seen.width() * seen.height() / (bounds.width() * bounds.height());
}

}  // namespace

QImage Minimap::render(const Scene& scene, const Look& look, double ratio) const {
    QImage image((size_ * ratio).toSize().expandedTo({1, 1}), QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::transparent);
    const QRectF bounds = scene.bounds();
    const double sx = image.width() / bounds.width(), sy = image.height() / bounds.height();
    std::map<QRgb, QList<QRectF>> byColour;
    for (int card = 0; card < static_cast<int>(scene.cards().size()); ++card) {
        const QRectF rect = scene.cardRect(card);
        QColor colour = look.barColour(scene, card);
        if (look.isDimmed(card)) {
            colour = mixed(colour, look.theme.card, 0.2);
        }
        const double height = std::clamp(rect.height() * sy, 1.0, 3.0 * ratio);
        byColour[colour.rgb()].emplace_back((rect.left() - bounds.left()) * sx, (rect.top() - bounds.top()) * sy, std::max(1.0, rect.width() * sx), height);
    }
    QPainter painter(&image);
    painter.setPen(Qt::NoPen);
    for (const auto& [colour, rects] : byColour) {
        painter.setBrush(QColor::fromRgb(colour));
        painter.drawRects(rects);
    }
    return image;
}

QPointF Minimap::toMap(const Scene& scene, QPointF point) const {
    const QRectF bounds = scene.bounds();
    return {frame_.left() + kPadding + (point.x() - bounds.left()) / bounds.width() * size_.width(),
            frame_.top() + kPadding + (point.y() - bounds.top()) / bounds.height() * size_.height()};
}

QPointF Minimap::toScene(const Scene& scene, QPointF point) const {
    const QRectF bounds = scene.bounds();
    return {bounds.left() + (point.x() - frame_.left() - kPadding) / size_.width() * bounds.width(),
            bounds.top() + (point.y() - frame_.top() - kPadding) / size_.height() * bounds.height()};
}

void Minimap::paint(QPainter& painter, const Scene& scene, const View& view, const Look& look) {
    frame_ = {};
    const QRectF bounds = scene.bounds(), shown = view.sceneRect();
    if (bounds.width() <= 0 || bounds.height() <= 0 || seenShare(bounds, shown) >= kNearlyAll || view.size.width() < kNarrowestView) {
        return;
    }
    size_ = fittingSize(bounds);
    const QSizeF whole = size_ + QSizeF(2 * kPadding, 2 * kPadding);
    frame_ = QRectF(QPointF(view.size.width() - whole.width() - kMargin, view.size.height() - whole.height() - kMargin), whole);
    const double ratio = painter.device()->devicePixelRatioF();
    if (image_.isNull() || image_.size() != (size_ * ratio).toSize()) {
        image_ = render(scene, look, ratio);
    }
    painter.setRenderHint(QPainter::Antialiasing, true);
    painter.setPen(QPen(look.theme.line, 1));
    painter.setBrush(look.theme.card);
    painter.drawRoundedRect(frame_.adjusted(0.5, 0.5, -0.5, -0.5), 5, 5);
    painter.drawImage(QRectF(frame_.topLeft() + QPointF(kPadding, kPadding), size_), image_);

    QRectF seen(toMap(scene, shown.topLeft()), toMap(scene, shown.bottomRight()));
    seen = seen.intersected(frame_.adjusted(2, 2, -2, -2));
    if (seen.height() < 4) {
        seen.adjust(0, -2, 0, 2);
    }
    QColor fill = look.theme.accent;
    fill.setAlphaF(0.14F);
    painter.setPen(QPen(look.theme.accent, 1));
    painter.setBrush(fill);
    painter.drawRect(seen);
}

}  // namespace vernier::ui
