// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evidence/metrics/decisions.h"

#include <algorithm>
#include <cmath>

namespace vernier {

std::optional<std::vector<Decision>> decisions_of(const Answers& own, const Answers& baseline) {
    if (own.classes != 0 || own.scores.size() != own.sample.size()) return std::nullopt;
    const auto& deciding = baseline.scores.size() == baseline.sample.size() ? baseline.scores : own.scores;
    const bool probabilities = std::all_of(deciding.begin(), deciding.end(), [](const std::vector<float>& score) {
        return std::all_of(score.begin(), score.end(), [](float each) { return each >= 0 && each <= 1; });
    });
    std::vector<Decision> decisions;
    for (std::size_t i = 0; i < own.sample.size(); ++i) {
        if (own.label[i] < 0) continue;
        if (own.label[i] > 1 || own.scores[i].size() != 1 || !std::isfinite(own.scores[i][0])) return std::nullopt;
        const double score = own.scores[i][0];
        decisions.push_back({score, own.label[i] == 1, score >= (probabilities ? 0.5 : 0)});
    }
    return decisions.empty() ? std::nullopt : std::optional(std::move(decisions));
}

}  // namespace vernier
