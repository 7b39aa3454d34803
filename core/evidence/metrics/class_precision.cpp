// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evidence/metrics/class_precision.h"

#include <algorithm>
#include <cstddef>

#include "core/evidence/metrics/average_precision.h"
#include "core/evidence/tasks/boxes.h"

namespace vernier {
namespace {

void hold_against(ClassPrecision& found, const Statistic& own, const Statistic& before) {
    const Statistic change = difference(before, own);
    found.change = value_of(change);
    if (!found.change || found.samples < kClassSamples) return;
    found.interval = bootstrap_interval(change);
    if (found.interval && found.interval->lo == found.interval->hi) found.interval.reset();  // no sample differs: that leaves open what others would do
}

}  // namespace

std::vector<ClassPrecision> class_precisions(const Answers& own, const Answers& baseline) {
    std::vector<ClassPrecision> all;
    if (own.task != Task::detection) return all;
    const auto whole = class_average_precisions(own, baseline, kOverlaps), half = class_average_precisions(own, baseline, 1);
    const bool same = &own == &baseline;
    const auto before = same ? std::vector<ClassStatistic>() : class_average_precisions(baseline, baseline, kOverlaps);
    for (std::size_t i = 0; i < whole.size(); ++i) {
        ClassPrecision found{whole[i].class_index, whole[i].objects, whole[i].samples, value_of(whole[i].precision).value_or(0),
                             value_of(half[i].precision).value_or(0)};
        // Objects are those of the targets, which both models were held against.
        if (i < before.size() && before[i].class_index == found.class_index) hold_against(found, whole[i].precision, before[i].precision);
        all.push_back(found);
    }
    std::stable_sort(all.begin(), all.end(), [](const ClassPrecision& a, const ClassPrecision& b) { return a.change.value_or(0) < b.change.value_or(0); });
    return all;
}

}  // namespace vernier
