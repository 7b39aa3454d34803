// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/task_figures.h"

#include <algorithm>

#include "core/evidence/metrics/table.h"

namespace vernier::ui {

namespace {

constexpr std::string_view kAnswers = "answers";

/// What leads a task, and what agrees with the baseline: both say more than a second figure of the same kind.
std::vector<const Figure*> told(const TrialViews& trials, bool relative) {
    std::vector<const Figure*> figures;
    const Tasks task = only(trials.front().measured.task);
    for (const Metric* metric : metrics()) {
        const bool counts = metric->sums == nullptr && (metric->of & task) != 0 && metric->figure.relative == relative;
        if (counts && is_told(figure(metric->figure.id), trials)) {
            figures.push_back(&figure(metric->figure.id));
        }
    }
    return figures;
}

std::vector<const Figure*> withTask(std::vector<const Figure*> shown, const TrialViews& trials, std::size_t most) {
    const auto slot = std::find_if(shown.begin(), shown.end(), [](const Figure* each) { return each->slot == kAnswers; });
    const std::vector<const Figure*> more = taskFigures(trials, most);
    shown.insert(slot, more.begin(), more.end());
    return shown;
}

}  // namespace

std::vector<const Figure*> taskFigures(const TrialViews& trials, std::size_t most) {
    if (trials.empty() || trials.front().measured.task == Task::none || trials.front().measured.task == Task::classification) {
        return {};
    }
    std::vector<const Figure*> chosen = told(trials, false);
    const std::vector<const Figure*> agreement = told(trials, true);
    const std::size_t agreeing = std::min<std::size_t>(agreement.size(), most > chosen.size() ? most - chosen.size() : most > 1 ? 1 : 0);
    chosen.resize(std::min(chosen.size(), most - agreeing));
    chosen.insert(chosen.end(), agreement.begin(), agreement.begin() + std::ptrdiff_t(agreeing));
    return chosen;
}

std::vector<const Figure*> columnsWithTask(Place place, const TrialViews& trials, std::size_t most) {
    return withTask(columns_in(place, trials), trials, most);
}

std::vector<const Figure*> chartsWithTask(Place place, const TrialViews& trials, std::size_t most) { return withTask(charts_in(place, trials), trials, most); }

}  // namespace vernier::ui
