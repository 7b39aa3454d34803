// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <set>

#include "core/evidence/figures.h"

namespace vernier {
namespace {

bool has_words(const Figure& figure, const TrialView& trial) { return figure.value(trial) || (figure.instead != nullptr && !figure.instead(trial).empty()); }

/// The figure that a slot shows, of those of a place: the first that is told, or the last.
const Figure* figure_of(std::string_view slot, Place place, const TrialViews& trials) {
    const Figure* last = nullptr;
    for (const Figure* each : figures_in(place)) {
        if (each->slot != slot) continue;
        last = each;
        if (is_told(*each, trials)) break;
    }
    return last;
}

}  // namespace

TrialViews views_of(const Comparison& comparison) {
    TrialViews views{{comparison.baseline.measurement}};
    for (const CandidateComparison& candidate : comparison.candidates) views.push_back({candidate.measurement, &candidate});
    return views;
}

std::vector<const Figure*> figures_in(Place place) {
    std::vector<const Figure*> shown;
    for (const Figure& each : figures())
        if ((each.places & place) != 0) shown.push_back(&each);
    return shown;
}

bool needs_samples(const Figure& figure) { return figure.form != Form::milliseconds && figure.form != Form::megabytes; }

bool is_told(const Figure& figure, const TrialViews& trials) {
    if (trials.empty() || (needs_samples(figure) && trials.front().measured.samples == 0)) return false;
    if (!figure.relative) return figure.value(trials.front()) || figure.runs_missing(trials.front()) > 0;
    return trials.size() > 1 && std::all_of(trials.begin() + 1, trials.end(), [&](const TrialView& trial) { return has_words(figure, trial); });
}

std::vector<const Figure*> columns_in(Place place, const TrialViews& trials) {
    std::vector<const Figure*> shown;
    std::set<std::string_view> filled;
    for (const Figure* each : figures_in(place)) {
        if (each->slot.empty())
            shown.push_back(each);
        else if (filled.insert(each->slot).second)
            shown.push_back(figure_of(each->slot, place, trials));
    }
    return shown;
}

std::vector<const Figure*> charts_in(Place place, const TrialViews& trials) {
    std::vector<const Figure*> shown;
    for (const Figure* each : columns_in(place, trials))
        if (is_told(*each, trials) && std::any_of(trials.begin(), trials.end(), [&](const TrialView& trial) { return has_words(*each, trial); }))
            shown.push_back(each);  // a chart of nothing but the runs that are missing says no more than the table
    std::stable_sort(shown.begin(), shown.end(), [](const Figure* a, const Figure* b) { return a->chart < b->chart; });
    return shown;
}

}  // namespace vernier
