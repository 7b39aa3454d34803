// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/statistics.h"

namespace vernier {
namespace {

/// What would have been seen had no channel been asked for.
Observed without_channels(Observed seen) {
    seen.channel_mean.clear();
    seen.channel_power.clear();
    seen.channel_peak.clear();
    seen.channel_axis.reset();
    seen.shapes.clear();
    seen.run_powers.clear();
    return seen;
}

}  // namespace

Ranges Statistics::find(const Watched& tensors) const {
    Ranges found;
    for (const auto& [tensor, axis] : tensors) {
        const auto seen = seen_.find(tensor);
        if (seen == seen_.end()) continue;
        if (const auto same = seen->second.find(axis); same != seen->second.end())
            found.emplace(tensor, same->second);
        else if (!axis && !seen->second.empty())
            found.emplace(tensor, without_channels(seen->second.begin()->second));
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
