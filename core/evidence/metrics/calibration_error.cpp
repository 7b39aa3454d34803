// SPDX-License-Identifier: GPL-3.0-or-later
// Expected calibration error (C. Guo et al., 2017): samples go by the probability of their answer into 15 bins of equal width, each open
// below and closed above; the mean over samples of the distance between a bin's share of right answers and its mean probability.
#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <utility>

#include "core/evidence/metrics/kept_figure.h"
#include "core/evidence/metrics/labelled.h"

namespace vernier {
namespace {

constexpr char kId[] = "ece";
constexpr std::size_t kBins = 15;

struct Confident {
    std::uint8_t bin = 0;
    bool right = false;
    double probability = 0;
};

std::uint8_t bin_of(double probability) {
    for (std::size_t bin = 0; bin + 1 < kBins; ++bin)
        if (probability <= static_cast<double>(bin + 1) / kBins) return static_cast<std::uint8_t>(bin);
    return kBins - 1;
}

double calibration_error(const std::vector<Confident>& all, std::span<const std::uint32_t> times) {
    std::array<double, kBins> gap{};  // right answers less the probabilities
    double n = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
        gap[all[i].bin] += times[i] * ((all[i].right ? 1.0 : 0.0) - all[i].probability);
        n += times[i];
    }
    double sum = 0;
    for (const double each : gap) sum += std::abs(each);
    return 100 * sum / n;
}

std::optional<Statistic> statistic(const Answers& own, const Answers& baseline) {
    const auto labelled = labelled_of(own);
    if (!labelled) return std::nullopt;
    const Probabilities probabilities(own, baseline);
    if (!probabilities.known(*labelled)) return std::nullopt;
    auto all = std::make_shared<std::vector<Confident>>();
    for (std::size_t i = 0; i < labelled->sample.size(); ++i) {
        const auto answer = static_cast<std::uint32_t>(labelled->predicted[i]);  // finite scores have one
        const double probability = probabilities.of(labelled->sample[i], answer);
        all->push_back({bin_of(probability), answer == labelled->label[i], probability});
    }
    return Statistic{all->size(), static_cast<double>(all->size()), [all](std::span<const std::uint32_t> times) { return calibration_error(*all, times); }};
}

}  // namespace

extern constexpr Metric kCalibrationError = {
    .figure = kept_figure<kId>(
        {"Expected calibration error", "calibration error", "%", Form::percent, "15 bins of equal width by the probability of the answer"}, Better::lower),
    .of_answers = statistic};

}  // namespace vernier
