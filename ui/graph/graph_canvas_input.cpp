// SPDX-License-Identifier: GPL-3.0-or-later
// What the user does on the canvas with mouse and fingers; keys are in graph_canvas_keys.cpp.
#include <QContextMenuEvent>
#include <QHelpEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QNativeGestureEvent>
#include <QPinchGesture>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>
#include <utility>

#include "ui/graph/graph_canvas.h"

namespace vernier::ui {

namespace {

constexpr double kDragStart = 4;  // pixels before a press becomes a drag

}  // namespace

void GraphCanvas::wheelEvent(QWheelEvent* event) {
    // Two fingers on a touchpad scroll; a wheel, and Ctrl with either, zooms.
    const bool touchpad = !event->pixelDelta().isNull() && event->phase() != Qt::NoScrollPhase;
    if (touchpad && !event->modifiers().testFlag(Qt::ControlModifier)) {
        View view = view_;
        view.origin -= QPointF(event->pixelDelta()) / view.zoom;
        setView(view);
    } else {
        const QPoint angle = event->angleDelta();
        const int delta = angle.y() != 0 ? angle.y() : angle.x();
        zoomAt(event->position(), std::pow(1.2, delta / 120.0));
    }
    event->accept();
}

bool GraphCanvas::gesture(QEvent* event) {
    if (event->type() == QEvent::NativeGesture) {
        auto* native = static_cast<QNativeGestureEvent*>(event);
        if (native->gestureType() == Qt::ZoomNativeGesture) {
            zoomAt(native->position(), 1.0 + native->value());
            return true;
        }
        return false;
    }
    auto* pinch = static_cast<QPinchGesture*>(static_cast<QGestureEvent*>(event)->gesture(Qt::PinchGesture));
    if (pinch == nullptr) {
        return false;
    }
    if (pinch->changeFlags().testFlag(QPinchGesture::ScaleFactorChanged)) {
        zoomAt(viewport()->mapFromGlobal(pinch->centerPoint().toPoint()), pinch->scaleFactor());
    }
    return true;
}

bool GraphCanvas::viewportEvent(QEvent* event) {
    switch (event->type()) {
        case QEvent::ToolTip: showTip(static_cast<QHelpEvent*>(event)); return true;
        case QEvent::NativeGesture:
        case QEvent::Gesture:
            if (gesture(event)) {
                return true;
            }
            break;
        case QEvent::Leave: hover({-1, -1}); break;
        default: break;
    }
    return QAbstractScrollArea::viewportEvent(event);
}

// Mouse ---------------------------------------------------------------------------------------------------------------

bool GraphCanvas::pickLegend(QPointF position) {
    const Legend::Hit hit = legend_.hit(position);
    if (hit.part == Legend::Part::Title) {
        auto* menu = new QMenu(this);
        menu->setAttribute(Qt::WA_DeleteOnClose);
        const auto add = [&](const QString& text, ColourMode mode) {
            QAction* action = menu->addAction(text, this, [this, mode] { setColourMode(mode); });
            action->setCheckable(true);
            action->setChecked(look_.mode == mode);
            return action;
        };
        add(tr("Method, as planned or written"), ColourMode::Method);
        add(tr("What ONNX Runtime runs"), ColourMode::Executed)->setEnabled(look_.knowsRuns());
        add(tr("Time of the nodes"), ColourMode::Time)->setEnabled(look_.has(ColourMode::Time));
        add(tr("Error alone"), ColourMode::Error)->setEnabled(look_.has(ColourMode::Error));
        add(tr("Size of the weights"), ColourMode::Size)->setEnabled(look_.has(ColourMode::Size));
        add(tr("Operator category"), ColourMode::OpCategory);
        menu->popup(viewport()->mapToGlobal(legend_.titleRect().bottomLeft().toPoint()));
        return true;
    }
    if (hit.part == Legend::Part::Line) {
        const QPointF here = view_.sceneRect().center();
        QVector<int> nodes;
        int nearest = -1;
        // A node of this graph before one in a body, which would lead there.
        const auto distance = [&](int node) {
            const int card = scene_->cardOf(node);
            constexpr double kInside = 1e12;
            return (scene_->cardRect(card).center() - here).manhattanLength() +
                   (scene_->model().node(node).graph == scene_->model().node(scene_->nodeOf(card)).graph ? 0 : kInside);
        };
        for (const NodeId node : legend_.nodesOf(hit.line)) {
            nodes << node;
            nearest = nearest < 0 || distance(node) < distance(nearest) ? node : nearest;
        }
        emit selectionRequested(nodes, nearest);
        return true;
    }
    return false;
}

/// What a click on a card selects: a fused card is its head, a folded block all of its nodes.
QVector<int> GraphCanvas::selectionOf(int card) const {
    if (!scene_->isBlock(card)) {
        return {scene_->nodeOf(card)};
    }
    const auto nodes = scene_->nodesOf(card);
    return {nodes.begin(), nodes.end()};
}

/// A node of the shown graph that is itself a card with bodies.
bool GraphCanvas::hasBody(int node) const {
    const int card = scene_ && node >= 0 ? scene_->cardOf(node) : -1;
    return card >= 0 && scene_->nodeOf(card) == node && scene_->groupOf(card) == nullptr && !scene_->innerNodes(card).empty();
}

int GraphCanvas::frameAt(QPointF position) const {
    for (int i = 0; scene_ && i < static_cast<int>(scene_->frames().size()); ++i) {
        const Frame& frame = scene_->frames()[static_cast<std::size_t>(i)];
        constexpr double kNear = 40;  // pixels
        if (std::abs(view_.toScreen(QPointF(frame.rect.x, frame.rect.y)).y() - position.y()) > kNear) {
            continue;
        }
        const bool folds = scene_->grouping().runs[static_cast<std::size_t>(frame.run)].repeats();
        if (folds && frameLabelRect(*scene_, view_, i).contains(position)) {
            return i;
        }
    }
    return -1;
}

/// The frame of repeated blocks on whose ground a position lies; -1 on other ground.
int GraphCanvas::frameAround(QPointF position) const {
    const QPointF point = view_.toScene(position);
    for (int i = 0; scene_ && i < static_cast<int>(scene_->frames().size()); ++i) {
        const Frame& frame = scene_->frames()[static_cast<std::size_t>(i)];
        const QRectF rect(frame.rect.x, frame.rect.y, frame.rect.width, frame.rect.height);
        if (rect.contains(point) && scene_->grouping().runs[static_cast<std::size_t>(frame.run)].repeats()) {
            return i;
        }
    }
    return -1;
}

void GraphCanvas::pickCard(int card, Qt::KeyboardModifiers modifiers) {
    const QVector<int> picked = selectionOf(card);
    const int node = picked.first();
    if (!modifiers.testFlag(Qt::ControlModifier) && !modifiers.testFlag(Qt::ShiftModifier)) {
        emit selectionRequested(picked, node);
        return;
    }
    QVector<int> nodes = selection_;
    if (!nodes.contains(node)) {
        nodes << picked;
        emit selectionRequested(nodes, node);
    } else {
        for (const int other : picked) {
            nodes.removeAll(other);
        }
        emit selectionRequested(nodes, nodes.isEmpty() ? -1 : nodes.last());
    }
}

void GraphCanvas::mousePressEvent(QMouseEvent* event) {
    if (!scene_) {
        return;
    }
    animation_.stop();
    keepPlace();
    press_ = last_ = event->position();
    const bool left = event->button() == Qt::LeftButton;
    if (event->button() == Qt::MiddleButton || (left && space_down_)) {
        drag_ = Drag::Pan;
        viewport()->setCursor(Qt::ClosedHandCursor);
        return;
    }
    if (!left) {
        return;
    }
    if (minimap_.contains(press_)) {
        drag_ = Drag::Map;
        moveTo(centred(minimap_.toScene(*scene_, press_), view_.zoom), false);
        return;
    }
    if (pickLegend(press_)) {
        return;
    }
    const int card = scene_->cardAt(view_.toScene(press_));
    if (const int frame = card < 0 ? frameAt(press_) : -1; frame >= 0) {
        emit foldBlocksRequested(scene_->grouping().runs[static_cast<std::size_t>(scene_->frames()[static_cast<std::size_t>(frame)].run)].key());
    } else if (card >= 0) {
        pickCard(card, event->modifiers());
    } else if (event->modifiers().testFlag(Qt::ShiftModifier)) {
        drag_ = Drag::Box;
        box_ = QRectF(press_, QSizeF(0, 0));
    } else {
        drag_ = Drag::Click;  // until it moves
    }
}

void GraphCanvas::mouseMoveEvent(QMouseEvent* event) {
    const QPointF position = event->position();
    if (drag_ == Drag::Click && (position - press_).manhattanLength() >= kDragStart) {
        drag_ = Drag::Pan;
        viewport()->setCursor(Qt::ClosedHandCursor);
    }
    switch (drag_) {
        case Drag::Pan: {
            View view = view_;
            view.origin -= (position - last_) / view.zoom;
            setView(view);
            break;
        }
        case Drag::Map: moveTo(centred(minimap_.toScene(*scene_, position), view_.zoom), false); break;
        case Drag::Box:
            box_ = QRectF(press_, position).normalized();
            viewport()->update();
            break;
        case Drag::Click: break;
        case Drag::None: hover(position); break;
    }
    last_ = position;
}

void GraphCanvas::mouseReleaseEvent(QMouseEvent* event) {
    const Drag drag = std::exchange(drag_, Drag::None);
    if (!scene_ || drag == Drag::None) {
        return;
    }
    if (drag == Drag::Box) {
        selectBox(box_, event->modifiers().testFlag(Qt::ControlModifier));
    } else if (drag == Drag::Click && !event->modifiers().testFlag(Qt::ControlModifier)) {
        emit selectionRequested({}, -1);
    }
    viewport()->unsetCursor();
    hover(event->position());
    viewport()->update();
}

void GraphCanvas::selectBox(const QRectF& box, bool add) {
    const QRectF rect(view_.toScene(box.topLeft()), view_.toScene(box.bottomRight()));
    QVector<int> nodes = add ? selection_ : QVector<int>();
    for (const int card : scene_->cardsIn(rect)) {
        for (const int node : selectionOf(card)) {
            if (!add || !nodes.contains(node)) {
                nodes << node;
            }
        }
    }
    emit selectionRequested(nodes, nodes.value(0, -1));
}

void GraphCanvas::mouseDoubleClickEvent(QMouseEvent* event) {
    const int node = event->button() == Qt::LeftButton ? nodeAt(event->position()) : -1;
    if (node >= 0 && (scene_->groupOf(scene_->cardOf(node)) != nullptr || scene_->apartFrom(node) != kNone)) {
        emit foldRequested(node);
    } else if (hasBody(node)) {
        emit bodyRequested(node);
    } else if (node >= 0) {
        zoomTo(node);
    } else if (const int frame = event->button() == Qt::LeftButton ? frameAround(event->position()) : -1; frame >= 0) {
        emit foldBlocksRequested(scene_->grouping().runs[static_cast<std::size_t>(scene_->frames()[static_cast<std::size_t>(frame)].run)].key());
    } else {
        mousePressEvent(event);
    }
}

void GraphCanvas::contextMenuEvent(QContextMenuEvent* event) {
    if (!scene_) {
        return;
    }
    int node = current_;
    QPoint position = event->globalPos();
    if (event->reason() == QContextMenuEvent::Mouse) {
        node = nodeAt(event->pos());
    } else if (node >= 0) {
        position = viewport()->mapToGlobal(rectOf(node).center().toPoint());
    }
    if (node >= 0 && scene_->cardOf(node) >= 0 && !selection_.contains(node)) {
        emit selectionRequested(selectionOf(scene_->cardOf(node)), node);
    }
    emit contextMenuRequested(node, position);
}

void GraphCanvas::hover(QPointF position) {
    const bool free = scene_ && !minimap_.contains(position);
    const Legend::Hit hit = free ? legend_.hit(position) : Legend::Hit();
    const int card = free && hit.part == Legend::Part::None ? scene_->cardAt(view_.toScene(position)) : -1;
    legend_.setHovered(hit);
    const int frame = free && hit.part == Legend::Part::None && card < 0 ? frameAt(position) : -1;
    if (frame != look_.hovered_frame) {
        look_.hovered_frame = frame;
        viewport()->update();
    }
    if (card != look_.hovered || hit.part != Legend::Part::None || hovering_legend_) {
        look_.hovered = card;
        viewport()->update();
    }
    hovering_legend_ = hit.part != Legend::Part::None;
    const bool hand = hit.part != Legend::Part::None || frame >= 0;
    viewport()->setCursor(space_down_ ? Qt::OpenHandCursor : hand ? Qt::PointingHandCursor : Qt::ArrowCursor);
}

}  // namespace vernier::ui
