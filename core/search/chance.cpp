// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/chance.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace vernier {
namespace {

constexpr double kOthers = 300;     ///< answers of its own that count as much as those of all others
constexpr double kJeffreys = 0.5;   ///< answers that are added to those that turned, since none of few tells nothing of how many will
constexpr double kSmallest = 1e-9;  ///< root error of what changes nothing
constexpr double kTail = 1e-7;      ///< chance of counts that are left out

/// The upper end of the interval of a difference of two counts, as a count: the score interval of a Poisson count where only one side
/// turned, whose shift falls away as both do.
double upper_end(double lost, double gained, double z) {
    const double all = lost + gained, shift = (std::abs(lost - gained) + 1) / (all + 1);
    return lost - gained + z * z / 2 * shift + z * std::sqrt(all + z * z / 4);
}

/// Chances of 0, 1, 2, ... in `reports` answers, after `turned` of `samples` did.
std::vector<double> counts_to_come(double turned, double samples, double reports) {
    const double more = reports / (samples + reports);
    double logarithm = turned * std::log1p(-more), sum = 0;  // the first may be too small to be held
    std::vector<double> chances;
    for (double count = 0; count <= reports && sum < 1 - kTail; ++count) {
        chances.push_back(std::exp(logarithm));
        sum += chances.back();
        logarithm += std::log((turned + count) / (count + 1) * more);
    }
    return chances;
}

}  // namespace

void AnswerModel::seen(double error, const AnswerCounts& counts) {
    if (counts.samples == 0 || !(error >= 0) || !std::isfinite(error)) return;
    seen_.push_back({std::max(kSmallest, std::sqrt(error)), counts});
}

/// Those that are ten times as large or small weigh half. Its own counts are among what was seen, and are no others.
AnswerModel::Known AnswerModel::of_others(double root, const AnswerCounts& own) const {
    double lost = kJeffreys, gained = kJeffreys, weight = 0, samples = 0;
    bool left_out = own.samples == 0;
    for (const Seen& each : seen_) {
        if (!left_out && each.root == root && each.counts == own) {
            left_out = true;
            continue;
        }
        const double away = std::log10(each.root / root);
        const double near = 1 / (1 + away * away);
        lost += near * static_cast<double>(each.counts.lost);
        gained += near * static_cast<double>(each.counts.gained);
        samples += near * static_cast<double>(each.counts.samples);
        weight += near * static_cast<double>(each.counts.samples) * each.root / root;
    }
    if (!(weight > 0)) return {};
    return {std::min(1.0, lost / weight), std::min(1.0, gained / weight), std::min(1.0, kOthers / samples) * std::max(weight, samples)};
}

double AnswerModel::chance(double error, const AnswerCounts& own) const {
    if (!(error >= 0) || !std::isfinite(error) || limit_.report_samples == 0) return 0;
    const double root = std::max(kSmallest, std::sqrt(error));
    const Known others = of_others(root, own);
    const double samples = others.samples + static_cast<double>(own.samples), prior = others.samples > 0 ? 0 : kJeffreys;
    if (!(samples > 0)) return 0;
    const auto reports = static_cast<double>(limit_.report_samples);
    const std::vector<double> lost = counts_to_come(prior + others.samples * others.lost + static_cast<double>(own.lost), samples, reports);
    if (limit_.most <= 0) return lost.front();  // all answers must stay
    return chance_to_hold(lost, counts_to_come(prior + others.samples * others.gained + static_cast<double>(own.gained), samples, reports));
}

bool AnswerModel::can_pass() const { return limit_.most <= 0 || upper_end(0, 0, limit_.z) <= limit_.most * static_cast<double>(limit_.report_samples); }

/// The more are gained, the more may be lost.
double AnswerModel::chance_to_hold(const std::vector<double>& lost, const std::vector<double>& gained) const {
    const double most = limit_.most * static_cast<double>(limit_.report_samples);
    double chance = 0, below = 0;
    std::size_t allowed = 0;  // counts of lost answers that pass
    for (std::size_t gain = 0; gain < gained.size(); ++gain) {
        while (allowed < lost.size() && upper_end(static_cast<double>(allowed), static_cast<double>(gain), limit_.z) <= most) below += lost[allowed++];
        chance += gained[gain] * below;
    }
    return std::min(1.0, chance);
}

}  // namespace vernier
