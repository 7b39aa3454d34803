// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evidence/metrics/labelled.h"

#include <algorithm>
#include <cmath>

namespace vernier {
namespace {

constexpr double kSumRoom = 0.01;  // of a softmax in half precision

bool is_probability(const std::vector<float>& scores) {
    double sum = 0;
    for (const float score : scores) {
        if (!(score >= 0 && score <= 1)) return false;
        sum += score;
    }
    return std::abs(sum - 1) <= kSumRoom;
}

}  // namespace

std::optional<Labelled> labelled_of(const Answers& answers) {
    if (answers.classes < 2) return std::nullopt;
    Labelled labelled;
    labelled.classes = static_cast<std::uint32_t>(answers.classes);
    for (std::size_t i = 0; i < answers.sample.size(); ++i) {
        if (answers.label[i] < 0) continue;
        labelled.sample.push_back(static_cast<std::uint32_t>(i));
        labelled.label.push_back(static_cast<std::uint32_t>(answers.label[i]));
        labelled.predicted.push_back(answers.predicted[i]);
        labelled.classes = std::max({labelled.classes, labelled.label.back() + 1, static_cast<std::uint32_t>(answers.predicted[i] + 1)});
    }
    return labelled.sample.empty() ? std::nullopt : std::optional(std::move(labelled));
}

Probabilities::Probabilities(const Answers& own, const Answers& baseline) : own_(own) {
    const auto& deciding = baseline.scores.size() == baseline.sample.size() ? baseline.scores : own.scores;
    softmax_ = !std::all_of(deciding.begin(), deciding.end(), is_probability);
    if (!softmax_) return;
    for (const std::vector<float>& scores : own.scores) {
        const double largest = scores.empty() ? 0 : *std::max_element(scores.begin(), scores.end());
        double sum = 0;
        for (const float score : scores) sum += std::exp(score - largest);
        largest_.push_back(largest);
        sum_.push_back(sum);
    }
}

bool Probabilities::known(const Labelled& labelled) const {
    if (own_.scores.size() != own_.sample.size()) return false;
    return std::all_of(labelled.sample.begin(), labelled.sample.end(), [&](std::uint32_t sample) {
        const std::vector<float>& scores = own_.scores[sample];
        return scores.size() == own_.classes && std::all_of(scores.begin(), scores.end(), [](float score) { return std::isfinite(score); });
    });
}

double Probabilities::of(std::uint32_t sample, std::uint32_t class_index) const {
    const double score = own_.scores[sample][class_index];
    return softmax_ ? std::exp(score - largest_[sample]) / sum_[sample] : score;
}

}  // namespace vernier
