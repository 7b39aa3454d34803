// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/chance.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace vernier {
namespace {

constexpr double kOwn = 300;        ///< answers of its own that count as much as those of all others
constexpr double kUnknown = 0.5;    ///< answers that are added to those that turned, since few tell nothing of how many will
constexpr double kSmallest = 1e-9;  ///< root error of what changes nothing

double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }

/// The upper end of the interval of a difference of two counts, as a count: the score interval of a Poisson count where only one side
/// turned, whose shift falls away as both do.
double upper_end(double lost, double gained, double z) {
    const double all = lost + gained, shift = (std::abs(lost - gained) + 1) / (all + 1);
    return lost - gained + z * z / 2 * shift + z * std::sqrt(all + z * z / 4);
}

}  // namespace

void AnswerModel::seen(double error, const AnswerCounts& counts) {
    if (counts.samples == 0 || !(error >= 0) || !std::isfinite(error)) return;
    seen_.push_back({std::max(kSmallest, std::sqrt(error)), counts});
}

/// Those that are ten times as large or small weigh half.
AnswerModel::Rates AnswerModel::rates_at(double root) const {
    double lost = kUnknown, gained = kUnknown, weight = 0;
    for (const Seen& each : seen_) {
        const double away = std::log10(each.root / root);
        const double near = 1 / (1 + away * away);
        lost += near * static_cast<double>(each.counts.lost);
        gained += near * static_cast<double>(each.counts.gained);
        weight += near * static_cast<double>(each.counts.samples) * each.root;
    }
    if (!(weight > 0)) return {};
    return {lost / weight, gained / weight};
}

double AnswerModel::chance(double error, const AnswerCounts& own) const {
    if (!(error >= 0) || !std::isfinite(error) || limit_.report_samples == 0) return 0;
    const double root = std::max(kSmallest, std::sqrt(error));
    const Rates rates = rates_at(root);
    const auto samples = static_cast<double>(own.samples);
    const double lost = (static_cast<double>(own.lost) + kOwn * std::min(1.0, rates.lost * root)) / (samples + kOwn);
    const double gained = (static_cast<double>(own.gained) + kOwn * std::min(1.0, rates.gained * root)) / (samples + kOwn);
    const auto reports = static_cast<double>(limit_.report_samples);
    if (limit_.most <= 0) return std::exp(-reports * lost);  // all answers must stay
    const double end = upper_end(reports * lost, reports * gained, limit_.z) / reports;
    const double spread = std::sqrt((lost + gained) * (1 / reports + 1 / (samples + kOwn)));
    return normal_cdf((limit_.most - end) / std::max(1e-12, spread));
}

}  // namespace vernier
