// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/selection.h"

#include <algorithm>

namespace vernier::ui {

bool Selection::contains(int node) const {
    return std::binary_search(nodes_.begin(), nodes_.end(), node);
}

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
    emit changed();
}

}  // namespace vernier::ui
