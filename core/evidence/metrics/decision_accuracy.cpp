// SPDX-License-Identifier: GPL-3.0-or-later
// Accuracy of yes and no: the share of labelled samples that are decided right at the threshold (0.5 of probabilities, 0 of logits).
#include <memory>
#include <utility>

#include "core/evidence/metrics/decisions.h"
#include "core/evidence/metrics/kept_figure.h"

namespace vernier {
namespace {

constexpr char kId[] = "decision_accuracy";

std::optional<Statistic> statistic(const Answers& own, const Answers& baseline) {
    auto decisions = decisions_of(own, baseline);
    if (!decisions) return std::nullopt;
    const auto all = std::make_shared<const std::vector<Decision>>(std::move(*decisions));
    return Statistic{all->size(), static_cast<double>(all->size()), [all](std::span<const std::uint32_t> times) {
                         double right = 0, n = 0;
                         for (std::size_t i = 0; i < times.size(); ++i) {
                             right += (*all)[i].yes == (*all)[i].decided ? times[i] : 0U;
                             n += times[i];
                         }
                         return 100 * right / n;
                     }};
}

}  // namespace

extern constexpr Metric kDecisionAccuracy = {
    .figure = kept_figure<kId>({"Accuracy of decisions", "accuracy of decisions"}, Better::higher), .of = only(Task::decision), .of_answers = statistic};

}  // namespace vernier
