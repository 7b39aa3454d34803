// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/selection.h"

#include <algorithm>

namespace vernier::ui {

namespace {

constexpr std::size_t kLongestHistory = 100;

}  // namespace

bool Selection::contains(int node) const { return std::binary_search(nodes_.begin(), nodes_.end(), node); }

void Selection::set(QVector<int> nodes, int current) {
    std::sort(nodes.begin(), nodes.end());
    nodes.erase(std::unique(nodes.begin(), nodes.end()), nodes.end());
    if (!std::binary_search(nodes.begin(), nodes.end(), current)) {
        current = nodes.isEmpty() ? -1 : nodes.first();
    }
    if (nodes == nodes_ && current == current_) {
        return;
    }
    nodes_ = std::move(nodes);
    current_ = current;
    if (!nodes_.isEmpty()) {
        history_.resize(static_cast<std::size_t>(place_ + 1));
        history_.push_back({nodes_, current_});
        if (history_.size() > kLongestHistory) {
            history_.erase(history_.begin());
        }
        place_ = static_cast<int>(history_.size()) - 1;
    }
    emit changed();
}

void Selection::go(int step) {
    // From an empty selection the way back leads to what was selected last.
    const int to = nodes_.isEmpty() && step < 0 ? place_ : place_ + step;
    if (to < 0 || to >= static_cast<int>(history_.size())) {
        return;
    }
    place_ = to;
    nodes_ = history_[static_cast<std::size_t>(to)].nodes;
    current_ = history_[static_cast<std::size_t>(to)].current;
    emit changed();
}

void Selection::forget() {
    history_.clear();
    place_ = -1;
}

}  // namespace vernier::ui
