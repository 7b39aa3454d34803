// SPDX-License-Identifier: GPL-3.0-or-later
// What the canvas shows of the scene: zoom, place, motion.
#include <QStyle>

#include <algorithm>
#include <cmath>

#include "ui/graph/graph_canvas.h"

namespace vernier::ui {

namespace {

constexpr double kLargestZoom = 4;
constexpr double kFitMargin = 28;       // pixels around what is fitted
constexpr double kReadableZoom = 0.42;  // a new graph that would be smaller than this is shown from its top instead
constexpr double kReadingZoom = 0.9;
constexpr double kAllWordsZoom = 0.65;  // from here cards show all of their words
constexpr double kLegendGap = 22;       // pixels below the legend, with room for the name of an input

}  // namespace

QRectF GraphCanvas::viewportRect() const { return {QPointF(0, 0), QSizeF(viewport()->size())}; }

int GraphCanvas::topInWindow() const { return viewport()->mapTo(window(), QPoint()).y(); }

View GraphCanvas::centred(QPointF scenePoint, double zoom) const {
    View view;
    view.size = viewport()->size();
    view.zoom = std::clamp(zoom, smallestZoom(), kLargestZoom);
    view.origin = scenePoint - QPointF(view.size.width(), view.size.height()) / view.zoom / 2;
    return view;
}

View GraphCanvas::fitting(const QRectF& scene, double largest) const {
    const QSizeF room = QSizeF(viewport()->size()) - QSizeF(2 * kFitMargin, 2 * kFitMargin);
    const double zoom = std::min(std::max(1.0, room.width()) / std::max(1.0, scene.width()), std::max(1.0, room.height()) / std::max(1.0, scene.height()));
    return centred(scene.center(), std::min(zoom, largest));
}

double GraphCanvas::smallestZoom() const {
    if (!scene_) {
        return 0.01;
    }
    const QRectF bounds = scene_->bounds();
    const QSizeF size = viewport()->size();
    const double fit = std::min(size.width() / std::max(1.0, bounds.width()), size.height() / std::max(1.0, bounds.height()));
    return std::clamp(fit * 0.7, 1e-5, 0.3);
}

/// The whole graph where that is legible, else its top at reading size.
void GraphCanvas::showFirst() {
    first_view_pending_ = false;
    const View whole = fitting(scene_->bounds(), 1.0);
    if (whole.zoom >= kReadableZoom) {
        setView(belowLegend(whole));
        first_view_ = true;
        return;
    }
    const auto first = std::min_element(scene_->cards().begin(), scene_->cards().end(), [](const Card& a, const Card& b) { return a.rect.y < b.rect.y; });
    const Rect& r = first->rect;
    View view = centred({r.x + r.width / 2, r.y}, kReadingZoom);
    view.origin.setY(scene_->bounds().top() - kFitMargin / view.zoom);
    setView(belowLegend(view));
    first_view_ = true;
}

/// In a narrow view the legend would lie on the first cards: they begin below it.
View GraphCanvas::belowLegend(View view) const {
    const QRectF legend = legend_.area(look_);
    double top = legend.bottom() + kLegendGap;
    for (const int card : scene_->cardsIn(view.sceneRect())) {
        const QRectF rect = view.toScreen(scene_->cardRect(card));
        if (rect.intersects(legend)) {
            top = std::min(top, rect.top());
        }
    }
    const double down = std::clamp(legend.bottom() + kLegendGap - top, 0.0, view.size.height() / 3);
    view.origin.ry() -= down / view.zoom;
    return view;
}

/// The graph is shown smaller than with all of its words, and there is room to show it larger.
bool GraphCanvas::isSpeck() const { return view_.zoom < kAllWordsZoom && fitting(scene_->bounds(), 1.0).zoom > 1.25 * view_.zoom; }

void GraphCanvas::setView(View view) {
    fold_.reset();
    first_view_ = false;
    view.size = viewport()->size();
    view.zoom = std::clamp(view.zoom, smallestZoom(), kLargestZoom);
    if (scene_) {  // some of the graph always stays in sight
        const QRectF bounds = scene_->bounds();
        const QSizeF shown = view.size / view.zoom;
        const double mx = std::min(shown.width(), bounds.width()) * 0.25, my = std::min(shown.height(), bounds.height()) * 0.25;
        view.origin.setX(std::clamp(view.origin.x(), bounds.left() - shown.width() + mx, bounds.right() - mx));
        view.origin.setY(std::clamp(view.origin.y(), bounds.top() - shown.height() + my, bounds.bottom() - my));
    }
    const bool zoomed = std::abs(view.zoom - view_.zoom) > 1e-12;
    view_ = view;
    viewport()->update();
    if (zoomed) {
        emit zoomChanged(view_.zoom);
    }
}

/// Who clicks has found a place: what comes late, such as a bar above the graph, does not fit the graph anew under the mouse.
void GraphCanvas::keepPlace() {
    if (first_view_) {
        first_view_pending_ = false;
        setView(view_);
    }
}

/// The style knows whether the system asks for less motion.
bool GraphCanvas::moves() const { return motion_ && isVisible() && style()->styleHint(QStyle::SH_Widget_Animation_Duration, nullptr, this) > 0; }

void GraphCanvas::moveTo(const View& view, bool animated) {
    animation_.stop();
    first_view_pending_ = false;
    if (!animated || !moves()) {
        setView(view);
        return;
    }
    animation_from_ = view_;
    animation_to_ = view;
    animation_.start();
}

void GraphCanvas::setZoom(double zoom) {
    if (scene_) {
        moveTo(centred(view_.sceneRect().center(), zoom), false);
    }
}

void GraphCanvas::zoomIn() { setZoom(view_.zoom * 1.25); }
void GraphCanvas::zoomOut() { setZoom(view_.zoom / 1.25); }

void GraphCanvas::zoomAt(QPointF position, double factor) {
    if (!scene_) {
        return;
    }
    animation_.stop();
    const QPointF fixed = view_.toScene(position);
    View view = view_;
    view.zoom = std::clamp(view.zoom * factor, smallestZoom(), kLargestZoom);
    view.origin = fixed - position / view.zoom;
    setView(view);
}

void GraphCanvas::fitAll() {
    if (scene_) {
        moveTo(fitting(scene_->bounds(), 1.5), true);
    }
}

QRectF GraphCanvas::selectionBounds() const {
    QRectF bounds;
    for (const int node : selection_) {
        if (const int card = scene_->cardOf(node); card >= 0) {
            bounds = bounds.united(scene_->cardRect(card));
        }
    }
    return bounds;
}

void GraphCanvas::fitSelection() {
    if (!scene_) {
        return;
    }
    const QRectF bounds = selectionBounds();
    if (bounds.isNull()) {
        fitAll();
    } else {
        moveTo(fitting(bounds.adjusted(-60, -60, 60, 60), 1.5), true);
    }
}

void GraphCanvas::zoomTo(int node) {
    const int card = scene_ ? scene_->cardOf(node) : -1;
    if (card >= 0) {
        moveTo(centred(scene_->cardRect(card).center(), std::max(view_.zoom, 1.25)), true);
    }
}

void GraphCanvas::centreOn(int node, double zoom) {
    const int card = scene_ ? scene_->cardOf(node) : -1;
    if (card >= 0) {
        moveTo(centred(scene_->cardRect(card).center(), zoom), false);
    }
}

void GraphCanvas::reveal(int node) {
    const int card = scene_ ? scene_->cardOf(node) : -1;
    if (card < 0) {
        return;
    }
    if (first_view_pending_) {
        showFirst();
    }
    const QRectF rect = scene_->cardRect(card);
    const double margin = std::min(kFitMargin, viewport()->height() / 8.0) / view_.zoom;
    const QRectF shown = view_.sceneRect().adjusted(margin, margin, -margin, -margin);
    if (shown.contains(rect)) {
        return;
    }
    View view = view_;
    if (!shown.intersects(rect)) {
        view = centred(rect.center(), view_.zoom);
    } else {
        const double right = std::max(0.0, rect.right() - shown.right()), left = std::min(0.0, rect.left() - shown.left());
        const double down = std::max(0.0, rect.bottom() - shown.bottom()), up = std::min(0.0, rect.top() - shown.top());
        view.origin += QPointF(left < 0 ? left : right, up < 0 ? up : down);
    }
    moveTo(view, true);
}

int GraphCanvas::nodeAt(QPointF position) const {
    const int card = scene_ ? scene_->cardAt(view_.toScene(position)) : -1;
    return card < 0 ? -1 : scene_->nodeOf(card);
}

int GraphCanvas::middleNode() const {
    int nearest = -1;
    if (scene_) {
        const QPointF middle = view_.sceneRect().center();
        const auto distance = [&](int card) { return (scene_->cardRect(card).center() - middle).manhattanLength(); };
        for (int card = 0; card < static_cast<int>(scene_->cards().size()); ++card) {
            nearest = nearest < 0 || distance(card) < distance(nearest) ? card : nearest;
        }
    }
    return nearest < 0 ? -1 : scene_->nodeOf(nearest);
}

QRectF GraphCanvas::rectOf(int node) const {
    const int card = scene_ ? scene_->cardOf(node) : -1;
    return card < 0 ? QRectF() : view_.toScreen(scene_->cardRect(card));
}

}  // namespace vernier::ui
