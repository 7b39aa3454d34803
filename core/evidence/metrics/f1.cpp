// SPDX-License-Identifier: GPL-3.0-or-later
// F1 of yes at the threshold (decisions.h): 2 TP / (2 TP + FP + FN); 0 where nothing is yes.
#include <memory>
#include <utility>

#include "core/evidence/metrics/decisions.h"
#include "core/evidence/metrics/kept_figure.h"

namespace vernier {
namespace {

constexpr char kId[] = "f1";

/// Of one sample; sums over samples make the figure.
struct Counts {
    double both = 0, either = 0;  ///< twice what is yes and decided so; what is yes, and what is decided so
};

std::optional<Statistic> statistic(const Answers& own, const Answers& baseline) {
    const auto decisions = decisions_of(own, baseline);
    if (!decisions) return std::nullopt;
    const auto all = std::make_shared<std::vector<Counts>>(decisions->samples);
    for (const Decision& each : decisions->all) {
        Counts& counts = (*all)[each.sample];
        counts.both += each.yes && each.decided ? 2 : 0;
        counts.either += (each.yes ? 1 : 0) + (each.decided ? 1 : 0);
    }
    return Statistic{all->size(), static_cast<double>(all->size()), [all](std::span<const std::uint32_t> times) {
                         double both = 0, either = 0;
                         for (std::size_t i = 0; i < times.size(); ++i) {
                             both += (*all)[i].both * times[i];
                             either += (*all)[i].either * times[i];
                         }
                         return either > 0 ? 100 * both / either : 0.0;
                     }};
}

}  // namespace

extern constexpr Metric kF1 = {
    .figure = kept_figure<kId>({"F1 of decisions", "F1"}, Better::higher), .of = only(Task::decision) | only(Task::steps), .of_answers = statistic};

}  // namespace vernier
