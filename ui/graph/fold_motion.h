// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <vector>

#include "ui/graph/scene_painter.h"

namespace vernier::ui {

/// How one drawing of a model becomes another while cards are folded, unfolded or taken apart: cards that stay move to
/// their new place, those of a block come out of its card or go into it, wires fade over.
class FoldMotion {
public:
    FoldMotion(std::unique_ptr<Scene> before, const View& beforeView, Look beforeLook);

    /// Finds who goes where. False when that is nothing that one could follow: too many cards, or none in sight.
    [[nodiscard]] bool begin(const Scene& after, const View& afterView);
    /// t from 0 (as before) to 1 (as after).
    void paint(QPainter& painter, const Scene& after, const View& afterView, const Look& afterLook, double t) const;

private:
    struct Move {
        int card = 0;
        QRectF from, to;     ///< pixels
        bool whole = false;  ///< the same nodes are on the card before and after
    };
    [[nodiscard]] static bool sameNodes(const Scene& a, int cardOfA, const Scene& b, int cardOfB);

    std::unique_ptr<Scene> before_;
    View before_view_;
    Look before_look_;
    std::vector<Move> going_;   ///< cards of the drawing before that are no more
    std::vector<Move> coming_;  ///< cards of the drawing after
};

}  // namespace vernier::ui
