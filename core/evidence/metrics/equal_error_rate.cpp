// SPDX-License-Identifier: GPL-3.0-or-later
// Equal error rate of a single score: where the share of no that is taken for yes equals that of yes that is taken for no, on the ROC curve
// with straight lines between its points.
#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

#include "core/evidence/metrics/decisions.h"
#include "core/evidence/metrics/kept_figure.h"

namespace vernier {
namespace {

constexpr char kId[] = "eer";

/// Samples, or their steps, with the highest score first, and where the sample stands in the answers.
struct Ranked {
    double score = 0;
    bool yes = false;
    std::size_t sample = 0;
};

double equal_error_rate(const std::vector<Ranked>& ranked, std::span<const std::uint32_t> times) {
    double yes = 0, no = 0;
    for (const Ranked& each : ranked) (each.yes ? yes : no) += times[each.sample];
    if (yes == 0 || no == 0) return std::numeric_limits<double>::quiet_NaN();
    double taken_yes = 0, taken_no = 0, false_alarms = 0, misses = 1;  // as shares, at the point before
    for (std::size_t i = 0; i < ranked.size(); ++i) {
        (ranked[i].yes ? taken_yes : taken_no) += times[ranked[i].sample];
        if (i + 1 < ranked.size() && ranked[i + 1].score == ranked[i].score) continue;
        const double alarms = taken_no / no, missed = 1 - taken_yes / yes;
        if (alarms >= missed) {
            const double before = misses - false_alarms, after = missed - alarms;
            return 100 * (before > after ? false_alarms + (alarms - false_alarms) * before / (before - after) : alarms);
        }
        false_alarms = alarms;
        misses = missed;
    }
    return 100;
}

std::optional<Statistic> statistic(const Answers& own, const Answers& baseline) {
    const auto decisions = decisions_of(own, baseline);
    if (!decisions) return std::nullopt;
    auto ranked = std::make_shared<std::vector<Ranked>>();
    for (const Decision& each : decisions->all) ranked->push_back({each.score, each.yes, each.sample});
    std::sort(ranked->begin(), ranked->end(), [](const Ranked& a, const Ranked& b) { return a.score > b.score; });
    return Statistic{decisions->samples, 3.0 * static_cast<double>(ranked->size()),
                     [ranked](std::span<const std::uint32_t> times) { return equal_error_rate(*ranked, times); }};
}

}  // namespace

extern constexpr Metric kEqualErrorRate = {.figure = kept_figure<kId>({"Equal error rate", "equal error rate"}, Better::lower),
                                           .of = only(Task::decision) | only(Task::steps),
                                           .of_answers = statistic};

}  // namespace vernier
