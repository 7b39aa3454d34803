// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layers/tensor_error.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace vernier {
namespace {

constexpr int kFirstExponent = -149;  // of the smallest float
constexpr int kGap = 5;               // octaves without a number between two groups: a mask of -1000 beside scores of 10
constexpr double kSpread = 1e-3;      // of the largest number: less is no difference that codes should keep
constexpr double kLeastShare = 0.01;  // of the numbers: fewer are no group

int octave_of(float value) { return value == 0 ? 0 : 1 + std::ilogb(std::abs(value)) - kFirstExponent; }
double top_of(int octave) { return std::ldexp(1.0, octave + kFirstExponent); }

}  // namespace

double decibels(double power, double error) {
    if (error <= 0) return kExactDb;
    if (power <= 0) return -kExactDb;
    return std::clamp(10 * std::log10(power / error), -kExactDb, kExactDb);
}

void ErrorSums::add(std::span<const float> reference, std::span<const float> other) {
    for (std::size_t i = 0; i < std::min(reference.size(), other.size()); ++i) {
        const float mine = reference[i], theirs = other[i];
        if (!std::isfinite(mine)) continue;
        ++count_;
        const bool finite = std::isfinite(theirs);
        not_finite_ = not_finite_ || !finite;
        const double difference = finite ? static_cast<double>(theirs) - mine : mine;
        Octave& octave = octaves_[static_cast<std::size_t>(std::clamp(octave_of(mine), 0, kOctaves - 1))];
        ++octave.count;
        octave.power += static_cast<double>(mine) * mine;
        octave.error += difference * difference;
        flushed_ += mine != 0 && theirs == 0 ? 1 : 0;
        if (mine < low_ || mine > high_) {
            const double cut = mine < low_ ? low_ - mine : mine - high_;
            ++clipped_;
            cut_ += cut * cut;
        }
        least_ = std::min(least_, mine);
        most_ = std::max(most_, mine);
        if (!finite) continue;
        other_least_ = std::min(other_least_, theirs);
        other_most_ = std::max(other_most_, theirs);
    }
}

void ErrorSums::tell(TensorError& error) const {
    error.count = count_;
    if (count_ == 0) return;
    double power = 0, noise = 0;
    for (const Octave& octave : octaves_) {
        power += octave.power;
        noise += octave.error;
    }
    const auto n = static_cast<double>(count_);
    error.power = power / n;
    error.error_power = noise / n;
    error.sqnr_db = decibels(power, noise);
    error.peak = std::max(std::abs(static_cast<double>(least_)), std::abs(static_cast<double>(most_)));
    error.flushed = static_cast<double>(flushed_) / n;
    error.clipped = static_cast<double>(clipped_) / n;
    error.clip_power = cut_ / n;
    error.not_finite = not_finite_;
    error.constant = static_cast<double>(most_) - least_ > kSpread * error.peak && !(other_least_ < other_most_);
    tell_groups(error);
}

/// Groups are runs of octaves with numbers, divided by kGap octaves without.
void ErrorSums::tell_groups(TensorError& error) const {
    error.group_sqnr_db = error.sqnr_db;
    error.group_peak = error.peak;
    Octave group;
    int last = -1;
    const auto close = [&] {
        const double share = static_cast<double>(group.count) / static_cast<double>(count_);
        const double db = decibels(group.power, group.error);
        if (share >= kLeastShare && db < error.group_sqnr_db) {
            error.group_sqnr_db = db;
            error.group_share = share;
            error.group_peak = std::min(error.peak, top_of(last));
        }
        group = {};
    };
    for (int i = 1; i < kOctaves; ++i) {
        const Octave& octave = octaves_[static_cast<std::size_t>(i)];
        if (octave.count == 0) continue;
        if (last >= 0 && i - last > kGap) close();
        last = i;
        group.count += octave.count;
        group.power += octave.power;
        group.error += octave.error;
    }
    if (last >= 0) close();
}

}  // namespace vernier
