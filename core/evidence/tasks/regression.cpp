// SPDX-License-Identifier: GPL-3.0-or-later
// Regression and enhancement: an output holds as many numbers a sample as its target, in the same order; axes of length 1 do not count.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/evidence/tasks/kind.h"
#include "core/evidence/tasks/regression.h"

namespace vernier {
namespace {

constexpr std::int64_t kSignal = 1000;  ///< an axis as long is one of time: an eighth of a second at 8 kHz
constexpr std::uint64_t kChannels = 8;
constexpr double kMostDb = 200;

bool same_count(const FirstAnswer& first) {
    const auto found = first.outputs.all.find(first.scores);
    if (found == first.outputs.all.end() || bits(found->second.type) == 0) return false;
    if (!first.target.values) return first.chosen && first.form == TargetForm::none;
    return sample_part(found->second, 0, first.outputs.batch).count() == first.target.values->count();
}

bool is_signal(const Tensor& target) {
    return !target.dims.empty() && target.dims.back() >= kSignal && target.count() / static_cast<std::uint64_t>(target.dims.back()) <= kChannels;
}

SampleTarget answer(const RunOutputs& outputs, std::size_t i, const Reading& reading) {
    return {.values = sample_part(output_named(outputs, reading.scores), i, outputs.batch)};
}

/// Scale-invariant signal-to-distortion ratio in dB (J. Le Roux et al., 2019), without removing means; at most 200 either way. Nothing of a target
/// that is silent.
std::optional<double> si_sdr(std::span<const double> target, std::span<const double> answer) {
    double dot = 0, energy = 0;
    for (std::size_t i = 0; i < target.size(); ++i) {
        dot += target[i] * answer[i];
        energy += target[i] * target[i];
    }
    if (energy <= 0) return std::nullopt;
    const double scale = dot / energy;
    double error = 0;
    for (std::size_t i = 0; i < target.size(); ++i) error += std::pow(scale * target[i] - answer[i], 2);
    const double signal = scale * scale * energy;
    if (!std::isfinite(error)) return std::numeric_limits<double>::quiet_NaN();
    if (error <= 0) return signal > 0 ? kMostDb : -kMostDb;
    return signal > 0 ? std::clamp(10 * std::log10(signal / error), -kMostDb, kMostDb) : -kMostDb;
}

SampleRecord held(const SampleTarget& truth, const SampleTarget& own, const Reading& /*reading*/) {
    if (!truth.values || !own.values) return {};
    const std::vector<double> target = numbers_of(*truth.values), answer = numbers_of(*own.values);
    if (target.size() != answer.size())
        throw Error(ErrorKind::bad_data, fmt::format("the target has shape {}, the answer {}", shape_text(*truth.values), shape_text(*own.values)));
    if (target.empty()) return {};
    RegressionSums sums;
    sums.values = static_cast<double>(target.size());
    for (const double each : target) sums.mean += each / sums.values;
    for (std::size_t i = 0; i < target.size(); ++i) {
        const double error = std::isfinite(answer[i]) ? answer[i] - target[i] : std::numeric_limits<double>::quiet_NaN();
        sums.absolute += std::abs(error);
        sums.squares += error * error;
        sums.spread += (target[i] - sums.mean) * (target[i] - sums.mean);
    }
    const std::size_t length = truth.values->dims.empty() ? 1 : static_cast<std::size_t>(truth.values->dims.back());
    for (std::size_t at = 0; at < target.size(); at += length) {
        const auto ratio = si_sdr(std::span(target).subspan(at, length), std::span(answer).subspan(at, length));
        if (!ratio) continue;
        sums.decibels += *ratio;
        sums.signals += 1;
    }
    return record_of(sums);
}

}  // namespace

SampleRecord record_of(const RegressionSums& sums) { return {sums.values, sums.absolute, sums.squares, sums.mean, sums.spread, sums.decibels, sums.signals}; }

RegressionSums regression_of(const SampleRecord& record) {
    return {record.at(0), record.at(1), record.at(2), record.at(3), record.at(4), record.at(5), record.at(6)};
}

extern const TaskKind kRegressionKind = {.task = Task::regression,
                                         .wants = "an output with as many numbers a sample as its target has",
                                         .fits = [](const FirstAnswer& first) { return same_count(first); },
                                         .answer = answer,
                                         .held = held};

extern const TaskKind kEnhancementKind = {.task = Task::enhancement,
                                          .wants = "an output with as many numbers a sample as its target, a signal along the last axis, has",
                                          .fits =
                                              [](const FirstAnswer& first) {
                                                  const bool signal =
                                                      first.form == TargetForm::numbers && first.target.values && is_signal(*first.target.values);
                                                  return same_count(first) && (first.chosen || signal);
                                              },
                                          .answer = answer,
                                          .held = held};

}  // namespace vernier
