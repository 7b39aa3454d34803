// SPDX-License-Identifier: GPL-3.0-or-later
// The part of Trials that knows what a run of the present recipe was written as.
#include <algorithm>

#include "ui/session/made_plan.h"
#include "ui/session/trials.h"

namespace vernier::ui {

/// The newest run of this very recipe, or the selected one where it is one of those.
void Trials::findMade() {
    const auto made = [this](const Run& run) { return !run.foreign && run.quantized.is_object() && run.recipe == document_.recipe(); };
    const Run* found = run(currentRun_);
    if (found == nullptr || !made(*found)) {
        const auto newest = std::find_if(runs_.rbegin(), runs_.rend(), made);
        found = newest == runs_.rend() ? nullptr : &*newest;
    }
    const int id = found == nullptr ? 0 : found->id;
    if (id == madeBy_) {
        return;
    }
    madeBy_ = id;
    made_ = found == nullptr ? std::nullopt : planFrom(found->quantized, document_.choices());
    executed_ = made_ ? executedFrom(found->quantized) : std::vector<Executed>();
    emit madeChanged();
}

}  // namespace vernier::ui
