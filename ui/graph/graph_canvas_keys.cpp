// SPDX-License-Identifier: GPL-3.0-or-later
// What the user does on the canvas with keys.
#include <QKeyEvent>

#include "ui/graph/graph_canvas.h"

namespace vernier::ui {

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
    if (is_body_ && event->key() == Qt::Key_Escape && event->modifiers() == Qt::NoModifier) {
        emit leaveRequested();
        return;
    }
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
        hasBody(current_) ? emit bodyRequested(current_) : zoomTo(current_);
    } else if (key == Qt::Key_Space && plain) {
        space_down_ = true;
        viewport()->setCursor(Qt::OpenHandCursor);
    } else {
        event->ignore();  // the window's keys: those of methods and the rest
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
