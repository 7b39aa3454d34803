// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/sequence.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace vernier {
namespace {

struct Begun {
    ReportSequence sequence = {};
    double saving = 0;   ///< of the last step
    double reached = 1;  ///< chance that all so far pass
};

Begun with(const Begun& begun, const ReportStep& step, const ReportCost& cost) {
    Begun longer = begun;
    longer.sequence.points.push_back(step.index);
    const bool first = begun.sequence.points.empty();
    longer.sequence.worth += (step.saving - begun.saving + (first ? cost.found : 0)) * begun.reached * step.chance - (first ? 0 : cost.each);
    longer.saving = step.saving;
    // What passes against the odds loses less than was thought, and so does what is like it: between independent and the same.
    longer.reached *= std::sqrt(step.chance);
    return longer;
}

/// Few steps are likely and three are taken, so all sequences are looked at.
ReportSequence best_after(const Begun& begun, std::span<const ReportStep> steps, const ReportCost& cost) {
    ReportSequence best = begun.sequence;
    if (best.points.size() >= cost.most) return best;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        if (steps[i].saving <= begun.saving) continue;
        ReportSequence longer = best_after(with(begun, steps[i], cost), steps.subspan(i + 1), cost);
        if (longer.worth > best.worth) best = std::move(longer);
    }
    return best;
}

}  // namespace

ReportSequence best_sequence(std::vector<ReportStep> steps, const ReportCost& cost) {
    std::stable_sort(steps.begin(), steps.end(), [](const ReportStep& a, const ReportStep& b) { return a.error < b.error; });
    return best_after({}, steps, cost);
}

}  // namespace vernier
