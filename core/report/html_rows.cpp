// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/html_rows.h"

#include "core/report/figure_text.h"

namespace vernier {
namespace {

/// Value, interval and text of a row; a row without a value has only what stands in its place.
void fill(DotRow& row, const Figure& figure, const TrialView& trial) {
    const bool baseline = trial.compared == nullptr;
    const auto value = baseline && figure.relative ? figure.self : figure.value(trial);
    row.known = value.has_value();
    row.value = value.value_or(0);
    row.text = row_text(figure, trial);
    if (baseline && figure.relative) row.text = value_text(figure, value);
    if (!value && figure.instead != nullptr && !figure.instead(trial).empty()) row.text = figure.instead(trial);
    if (const auto interval = figure.interval_of(trial)) {
        row.lo = interval->lo;
        row.hi = interval->hi;
    }
}

}  // namespace

std::vector<DotRow> figure_rows(const ComparedFiles& compared, const Figure& figure, int best) {
    std::vector<DotRow> rows;
    const TrialViews trials = views_of(compared.comparison);
    for (std::size_t i = 0; i < trials.size(); ++i) {
        DotRow& row = rows.emplace_back();
        row.label = title_of(trials[i]) + (i == 0 ? " (baseline)" : "");
        row.baseline = i == 0;
        if (i > 0) {
            row.colour = colour_of(*trials[i].compared);
            row.best = static_cast<int>(i) - 1 == best;
        }
        fill(row, figure, trials[i]);
    }
    return rows;
}

std::string colour_of(const Trial& trial) { return trial.origin ? std::string(row(trial.origin->main_method()).colour) : "#2f6fde"; }

}  // namespace vernier
