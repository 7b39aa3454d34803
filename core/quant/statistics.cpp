// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/statistics.h"

namespace vernier {

Ranges Statistics::find(const Watched& tensors) const {
    Ranges found;
    for (const auto& [tensor, axis] : tensors) {
        const auto seen = seen_.find(tensor);
        if (seen == seen_.end()) continue;
        if (const auto same = seen->second.find(axis); same != seen->second.end()) found.emplace(tensor, same->second);
    }
    return found;
}

void Statistics::keep(const Watched& tensors, const Ranges& ranges) {
    ++runs_;
    for (const auto& [tensor, axis] : tensors) {
        const auto seen = ranges.find(tensor);
        const bool own = canonical_->edit.producer(tensor) >= 0 || canonical_->edit.is_input(tensor);
        if (own && seen != ranges.end()) seen_[tensor].insert_or_assign(axis, seen->second);
    }
}

}  // namespace vernier
