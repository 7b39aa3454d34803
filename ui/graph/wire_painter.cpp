// SPDX-License-Identifier: GPL-3.0-or-later
#include <QPainter>
#include <QPainterPath>
#include <QPolygonF>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "ui/graph/scene_painter.h"

namespace vernier::ui {

namespace {

constexpr double kArrowZoom = 0.35;
constexpr double kLabelZoom = 0.6;
constexpr int kSmoothWires = 1500;  // above this, straight lines without antialiasing
constexpr double kArrowLength = 6, kArrowHalf = 3.2;

QPointF scenePoint(const Point& p) { return {p.x, p.y}; }

/// The visible part of a wire from one of its pieces on; sideways moves are curves that start and end upright.
QPainterPath pathOf(const Wire& wire, const View& view, std::size_t first_piece) {
    const double top = view.origin.y(), bottom = top + view.size.height() / view.zoom;
    QPainterPath path;
    for (std::size_t i = first_piece + 1; i < wire.points.size(); ++i) {
        const Point &a = wire.points[i - 1], &b = wire.points[i];
        if (b.y < top || a.y > bottom) {
            continue;
        }
        // A long upright piece is cut to the view: painting a line of a million pixels is slow.
        const bool upright = std::abs(a.x - b.x) * view.zoom < 0.5;
        const QPointF from = view.toScreen({a.x, upright ? std::max(a.y, top - 100 / view.zoom) : a.y});
        const QPointF to = view.toScreen({b.x, upright ? std::min(b.y, bottom + 100 / view.zoom) : b.y});
        if (path.isEmpty() || (path.currentPosition() - from).manhattanLength() > 0.01) {
            path.moveTo(from);
        }
        if (upright) {
            path.lineTo(to);
        } else {
            const double bend = (to.y() - from.y()) * 0.5;
            path.cubicTo(from + QPointF(0, bend), to - QPointF(0, bend), to);
        }
    }
    return path;
}

void addArrow(QPainterPath& arrows, const Wire& wire, const View& view) {
    const QPointF tip = view.toScreen(scenePoint(wire.points.back()));
    const double scale = std::clamp(view.zoom, 0.5, 1.6);
    arrows.moveTo(tip);
    arrows.lineTo(tip + QPointF(-kArrowHalf, -kArrowLength) * scale);
    arrows.lineTo(tip + QPointF(kArrowHalf, -kArrowLength) * scale);
    arrows.closeSubpath();
}

void paintStraight(QPainter& painter, const Scene& scene, const View& view, const std::vector<int>& wires) {
    QList<QLineF> lines;
    lines.reserve(static_cast<qsizetype>(wires.size()) * 2);
    const double top = view.origin.y(), bottom = top + view.size.height() / view.zoom;
    for (const int id : wires) {
        const Wire& wire = scene.wires()[static_cast<std::size_t>(id)];
        if (wire.tag) {
            continue;
        }
        for (std::size_t i = scene.firstOwnPiece(id) + 1; i < wire.points.size(); ++i) {
            const Point &a = wire.points[i - 1], &b = wire.points[i];
            if (b.y >= top && a.y <= bottom) {
                const QPointF from = view.toScreen(scenePoint(a)), to = view.toScreen(scenePoint(b));
                if (std::abs(from.x() - to.x()) >= 1 || to.y() - from.y() >= 1) {
                    lines.emplace_back(from, to);
                }
            }
        }
    }
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.drawLines(lines);
}

/// Names of the values that come in or go out as tags, once for a card and way.
void paintTagLabels(QPainter& painter, const Scene& scene, const View& view, const std::vector<int>& wires, const Theme& theme) {
    QFont font = labelFont();
    font.setPixelSize(std::max(7, qRound(font.pixelSize() * 0.9 * std::min(view.zoom, 1.6))));
    painter.setFont(font);
    painter.setPen(theme.text2);
    const QFontMetricsF metrics(font);
    std::set<std::pair<int, bool>> done;
    for (const int id : wires) {
        const Wire& wire = scene.wires()[static_cast<std::size_t>(id)];
        const bool incoming = wire.to != kNone;
        const int card = incoming ? wire.to : wire.from;
        if (!wire.tag || !done.emplace(card, incoming).second) {
            continue;
        }
        const auto end = [incoming](const Wire& w) { return incoming ? w.points.front() : w.points.back(); };
        double right = end(wire).x;
        for (const int other : scene.wiresOf(card)) {
            const Wire& w = scene.wires()[static_cast<std::size_t>(other)];
            const bool sameWay = w.tag && (incoming ? w.to == card : w.from == card && w.to == kNone);
            right = sameWay ? std::max(right, end(w).x) : right;
        }
        const QPointF place = view.toScreen({right, end(wire).y}) + (incoming ? QPointF(5 * view.zoom, metrics.ascent() * 0.55) : QPointF(6 * view.zoom, 0));
        const double room = (scene.cardRect(card).right() - right) * view.zoom + 8;
        const CardText& text = scene.text(card);
        painter.drawText(place, metrics.elidedText(incoming ? text.tags : text.outTags, Qt::ElideMiddle, room));
    }
}

}  // namespace

void paintWires(QPainter& painter, const Scene& scene, const View& view, const Look& look) {
    const std::vector<int> wires = scene.wiresIn(view.sceneRect());
    painter.setBrush(Qt::NoBrush);
    if (static_cast<int>(wires.size()) > kSmoothWires || view.zoom < 0.12) {
        painter.setPen(QPen(mixed(look.theme.wire, look.theme.canvas, 0.7), 0));
        paintStraight(painter, scene, view, wires);
        return;
    }
    painter.setRenderHint(QPainter::Antialiasing, true);
    QPainterPath lines[2], arrows[2];
    for (const int id : wires) {
        const Wire& wire = scene.wires()[static_cast<std::size_t>(id)];
        const bool dimmed = (wire.from == kNone || look.isDimmed(wire.from)) && (wire.to == kNone || look.isDimmed(wire.to));
        lines[dimmed].addPath(pathOf(wire, view, scene.firstOwnPiece(id)));
        if (view.zoom >= kArrowZoom && wire.to != kNone) {
            addArrow(arrows[dimmed], wire, view);
        }
    }
    for (const int dimmed : {1, 0}) {
        const QColor colour = dimmed != 0 ? mixed(look.theme.wire, look.theme.canvas, 0.35) : look.theme.wire;
        painter.strokePath(lines[dimmed], QPen(colour, std::clamp(1.3 * view.zoom, 0.8, 2.2)));
        painter.fillPath(arrows[dimmed], colour);
    }
    if (view.zoom >= kLabelZoom) {
        paintTagLabels(painter, scene, view, wires, look.theme);
    }
}

void paintSelectedWires(QPainter& painter, const Scene& scene, const View& view, const Look& look) {
    if (look.current < 0) {
        return;
    }
    painter.setRenderHint(QPainter::Antialiasing, true);
    painter.setBrush(Qt::NoBrush);
    QPainterPath arrows;
    for (const int id : scene.wiresOf(look.current)) {
        const Wire& wire = scene.wires()[static_cast<std::size_t>(id)];
        QPen pen(look.theme.accent, std::clamp(1.8 * view.zoom, 1.2, 2.6));
        if (wire.tag && wire.from != kNone && wire.to != kNone) {
            // The far value at full length, only while one of its ends is selected.
            const QRectF from = scene.cardRect(wire.from);
            const QPointF a = view.toScreen(QPointF(from.center().x(), from.bottom()));
            const QPointF b = view.toScreen(scenePoint(wire.points.front()));
            const QRectF ground(QPointF(0, 0), view.size);
            pen.setStyle(Qt::DotLine);
            painter.setPen(pen);
            if (QRectF(a, b).normalized().adjusted(-1, -1, 1, 1).intersects(ground)) {
                const QPointF way = b - a;
                const double length = std::max(1.0, std::hypot(way.x(), way.y()));
                const double reach = std::hypot(view.size.width(), view.size.height()) * 2;
                const bool near = ground.adjusted(-50, -50, 50, 50).contains(b);
                painter.drawLine(near ? b : a, near ? b - way * std::min(1.0, reach / length) : a + way * std::min(1.0, reach / length));
            }
            pen.setStyle(Qt::SolidLine);
        }
        painter.setPen(pen);
        painter.drawPath(pathOf(wire, view, 0));
        if (view.zoom >= kArrowZoom && wire.to != kNone) {
            addArrow(arrows, wire, view);
        }
    }
    painter.fillPath(arrows, look.theme.accent);
}

}  // namespace vernier::ui
