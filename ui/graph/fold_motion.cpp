// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/graph/fold_motion.h"

#include <QPainter>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace vernier::ui {

namespace {

constexpr std::size_t kMostMoving = 400;  // cards: what is painted so often in 120 ms must be quick

QRectF between(const QRectF& from, const QRectF& to, double t) {
    return {from.topLeft() + (to.topLeft() - from.topLeft()) * t, QSizeF(std::lerp(from.width(), to.width(), t), std::lerp(from.height(), to.height(), t))};
}

/// A scene as it is shown.
struct Shown {
    const Scene& scene;
    const View& view;
    const Look& look;
};

/// Paints a card, which belongs at home, somewhere else.
void paintAt(QPainter& painter, const Shown& shown, int card, const QRectF& place) {
    const QRectF home = shown.view.toScreen(shown.scene.cardRect(card));
    if (home.width() <= 0 || home.height() <= 0) {
        return;
    }
    painter.save();
    painter.translate(place.topLeft());
    painter.scale(place.width() / home.width(), place.height() / home.height());
    painter.translate(-home.topLeft());
    paintCards(painter, shown.scene, shown.view, shown.look, {card});
    painter.restore();
}

}  // namespace

FoldMotion::FoldMotion(std::unique_ptr<Scene> before, const View& beforeView, Look beforeLook)
    : before_(std::move(before)), before_view_(beforeView), before_look_(std::move(beforeLook)) {}

bool FoldMotion::sameNodes(const Scene& a, int cardOfA, const Scene& b, int cardOfB) {
    const auto one = a.nodesOf(cardOfA), other = b.nodesOf(cardOfB);
    return std::equal(one.begin(), one.end(), other.begin(), other.end());
}

bool FoldMotion::begin(const Scene& after, const View& afterView) {
    std::set<int> seen;
    for (const int card : after.cardsIn(afterView.sceneRect())) {
        seen.insert(card);
    }
    for (const int card : before_->cardsIn(before_view_.sceneRect())) {
        const int target = after.cardOf(before_->nodeOf(card));
        if (target < 0) {
            continue;
        }
        seen.insert(target);
        if (!sameNodes(*before_, card, after, target)) {
            going_.push_back({card, before_view_.toScreen(before_->cardRect(card)), afterView.toScreen(after.cardRect(target)), false});
        }
    }
    for (const int card : seen) {
        const int source = before_->cardOf(after.nodeOf(card));
        const QRectF to = afterView.toScreen(after.cardRect(card));
        const QRectF from = source < 0 ? to : before_view_.toScreen(before_->cardRect(source));
        coming_.push_back({card, from, to, source >= 0 && sameNodes(*before_, source, after, card)});
    }
    return !coming_.empty() && going_.size() + coming_.size() <= kMostMoving;
}

void FoldMotion::paint(QPainter& painter, const Scene& after, const View& afterView, const Look& afterLook, double t) const {
    painter.setOpacity(1 - t);
    paintFrames(painter, *before_, before_view_, before_look_);
    paintWires(painter, *before_, before_view_, before_look_);
    painter.setOpacity(t);
    paintFrames(painter, after, afterView, afterLook);
    paintWires(painter, after, afterView, afterLook);
    painter.setOpacity(1 - t);
    for (const Move& move : going_) {
        paintAt(painter, {*before_, before_view_, before_look_}, move.card, between(move.from, move.to, t));
    }
    for (const Move& move : coming_) {
        painter.setOpacity(move.whole ? 1 : t);
        paintAt(painter, {after, afterView, afterLook}, move.card, between(move.from, move.to, t));
    }
    painter.setOpacity(1);
}

}  // namespace vernier::ui
