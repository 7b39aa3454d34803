// SPDX-License-Identifier: GPL-3.0-or-later
// What the user does on the canvas.
#include <QContextMenuEvent>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QNativeGestureEvent>
#include <QPinchGesture>
#include <QToolTip>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

#include "core/model/weights.h"
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
        };
        add(tr("Chosen method"), ColourMode::Method);
        add(tr("Operator category"), ColourMode::OpCategory);
        menu->popup(viewport()->mapToGlobal(legend_.titleRect().bottomLeft().toPoint()));
        return true;
    }
    if (hit.part == Legend::Part::Line) {
        const QPointF here = view_.sceneRect().center();
        QVector<int> nodes;
        int nearest = -1;
        for (const NodeId node : legend_.nodesOf(hit.line)) {
            nodes << node;
            const auto distance = [&](int n) { return (scene_->cardRect(scene_->cardOf(n)).center() - here).manhattanLength(); };
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

QString GraphCanvas::tipOf(int card) const {
    const Node& node = scene_->model().node(scene_->nodeOf(card));
    const CardText& text = scene_->text(card);
    const auto line = [](const QString& name, const QString& value) {
        return QStringLiteral("<tr><td style='padding-right:8px'>%1</td><td>%2</td></tr>").arg(name, value.toHtmlEscaped());
    };
    QString rows;
    for (const ValueId value : node.outputs) {
        if (value != kNone) {
            rows += line(tr("output"), QString::fromStdString(scene_->model().value(value).type.text()));
        }
    }
    if (!text.constants.isEmpty()) {
        rows += line(tr("constants"), text.constants);
    }
    constexpr std::size_t kMostMembers = 10;
    const auto members = scene_->nodesOf(card);
    for (std::size_t i = 1; i < std::min(members.size(), kMostMembers); ++i) {
        const Node& member = scene_->model().node(members[i]);
        const CardMethod* method = look_.methodOf(member.id);
        rows += line(i == 1 ? tr("with") : QString(), QStringLiteral("%1  #%2%3").arg(QString::fromStdString(title_of(scene_->model(), member.id)))
                                                         .arg(member.id).arg(method != nullptr ? QStringLiteral("  ") + method->badge : QString()));
    }
    if (members.size() > kMostMembers) {
        rows += line(QString(), tr("and %1 more").arg(members.size() - kMostMembers));
    }
    if (const CardMethod* method = look_.methodOf(node.id)) {
        rows += line(tr("method"), (method->name.isEmpty() ? method->badge : method->name) +
                                       (method->own ? tr(", override") : tr(", by rule or default")));
        if (!method->note.isEmpty()) {
            rows += line(tr("note"), method->note);
        }
    }
    return QStringLiteral("<b>%1</b> &nbsp;#%2<br>%3<table>%4</table>")
        .arg((text.title + text.more).toHtmlEscaped())
        .arg(node.id)
        .arg((scene_->isBlock(card) ? text.label : text.name).toHtmlEscaped(), rows);
}

void GraphCanvas::showTip(QHelpEvent* event) {
    const Legend::Hit hit = legend_.hit(event->pos());
    if (scene_ && hit.part == Legend::Part::Line) {
        QToolTip::showText(event->globalPos(), tr("Click selects these nodes."), viewport());
        return;
    }
    if (const int frame = frameAt(event->pos()); frame >= 0) {
        const BlockRun& run = scene_->grouping().runs[static_cast<std::size_t>(scene_->frames()[static_cast<std::size_t>(frame)].run)];
        QToolTip::showText(event->globalPos(), tr("Click folds the %1 blocks to one card.").arg(run.blocks.size()), viewport());
        return;
    }
    const int card = scene_ && hit.part == Legend::Part::None ? scene_->cardAt(view_.toScene(event->pos())) : -1;
    if (card < 0 || minimap_.contains(event->pos())) {
        QToolTip::hideText();
        return;
    }
    QToolTip::showText(event->globalPos(), tipOf(card), viewport(), view_.toScreen(scene_->cardRect(card)).toAlignedRect());
}

// Keys ----------------------------------------------------------------------------------------------------------------

bool GraphCanvas::walk(int key) {
    Scene::Step step{};
    switch (key) {
        case Qt::Key_Up: step = Scene::Step::Producer; break;
        case Qt::Key_Down: step = Scene::Step::Reader; break;
        case Qt::Key_Left: step = Scene::Step::Left; break;
        case Qt::Key_Right: step = Scene::Step::Right; break;
        default: return false;
    }
    const int card = look_.current >= 0 ? scene_->neighbour(look_.current, step) : 0;
    if (card >= 0) {
        emit selectionRequested(selectionOf(card), scene_->nodeOf(card));
    }
    return true;
}

void GraphCanvas::keyPressEvent(QKeyEvent* event) {
    if (!scene_) {
        event->ignore();
        return;
    }
    const Qt::KeyboardModifiers modifiers = event->modifiers() & ~Qt::KeypadModifier;
    const bool plain = modifiers == Qt::NoModifier, ctrl = modifiers == Qt::ControlModifier;
    const int key = event->key();
    if (plain && walk(key)) {
        return;
    }
    if (key == Qt::Key_F && plain) {
        fitAll();
    } else if (key == Qt::Key_F && modifiers == Qt::ShiftModifier) {
        fitSelection();
    } else if (key == Qt::Key_0 && ctrl) {
        setZoom(1);
    } else if (key == Qt::Key_A && ctrl) {
        QVector<int> nodes;
        for (int card = 0; card < static_cast<int>(scene_->cards().size()); ++card) {
            for (const NodeId node : scene_->nodesOf(card)) {
                nodes << node;
            }
        }
        emit selectionRequested(nodes, current_ >= 0 ? current_ : nodes.value(0, -1));
    } else if (key == Qt::Key_Escape && plain && !selection_.isEmpty()) {
        emit selectionRequested({}, -1);
    } else if ((key == Qt::Key_Plus || key == Qt::Key_Equal) && !modifiers.testFlag(Qt::AltModifier)) {
        zoomIn();
    } else if (key == Qt::Key_Minus && !modifiers.testFlag(Qt::AltModifier)) {
        zoomOut();
    } else if ((key == Qt::Key_Return || key == Qt::Key_Enter) && plain && current_ >= 0) {
        zoomTo(current_);
    } else if (key == Qt::Key_Space && plain) {
        space_down_ = true;
        viewport()->setCursor(Qt::OpenHandCursor);
    } else {
        event->ignore();  // the window's keys: 1 to 4 and the rest
    }
}

void GraphCanvas::keyReleaseEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Space && !event->isAutoRepeat()) {
        space_down_ = false;
        viewport()->unsetCursor();
        return;
    }
    QAbstractScrollArea::keyReleaseEvent(event);
}

void GraphCanvas::focusInEvent(QFocusEvent* event) {
    const Qt::FocusReason reason = event->reason();
    focus_ring_ = reason == Qt::TabFocusReason || reason == Qt::BacktabFocusReason || reason == Qt::ShortcutFocusReason;
    QAbstractScrollArea::focusInEvent(event);
    viewport()->update();
}

void GraphCanvas::focusOutEvent(QFocusEvent* event) {
    space_down_ = false;
    QAbstractScrollArea::focusOutEvent(event);
    viewport()->update();
}

}  // namespace vernier::ui
