// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/calibration/output_scores.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

namespace vernier {
namespace {

constexpr double kLeast = -20, kMost = 100;  ///< dB

double decibels(double signal, double error) {
    if (!(error >= 0) || !std::isfinite(error)) return kLeast;
    if (error == 0) return kMost;
    return signal > 0 ? std::clamp(10 * std::log10(signal / error), kLeast, kMost) : kLeast;
}

bool all_finite(std::span<const float> values) {
    return std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); });
}

/// Of one channel, over all runs.
struct Channel {
    double count = 0, sum = 0, square = 0, error = 0;
};

/// The smallest axis behind the first of which all runs have the same size, above 1.
std::optional<std::size_t> channel_axis(const std::vector<const Tensor*>& runs) {
    const auto& dims = runs.front()->dims;
    std::optional<std::size_t> axis;
    for (std::size_t i = 1; i < dims.size() && dims.size() >= 3; ++i) {
        const bool constant =
            std::all_of(runs.begin(), runs.end(), [&](const Tensor* run) { return run->dims.size() == dims.size() && run->dims[i] == dims[i]; });
        if (constant && dims[i] > 1 && (!axis || dims[i] < dims[*axis])) axis = i;
    }
    return axis;
}

void add(std::vector<Channel>& channels, const Tensor& reference, const Tensor& other, std::size_t axis) {
    const auto x = reference.as<float>(), y = other.as<float>();
    std::size_t inner = 1;
    for (std::size_t i = axis + 1; i < reference.dims.size(); ++i) inner *= static_cast<std::size_t>(reference.dims[i]);
    for (std::size_t i = 0; i < x.size(); ++i) {
        Channel& channel = channels[i / inner % channels.size()];
        channel.count += 1;
        channel.sum += x[i];
        channel.square += double(x[i]) * x[i];
        channel.error += (double(x[i]) - y[i]) * (double(x[i]) - y[i]);
    }
}

/// Channels that never change say nothing.
std::optional<double> by_channel(const std::vector<const Tensor*>& reference, const std::vector<const Tensor*>& other) {
    const auto axis = channel_axis(reference);
    if (!axis) return std::nullopt;
    std::vector<Channel> channels(static_cast<std::size_t>(reference.front()->dims[*axis]));
    for (std::size_t i = 0; i < reference.size(); ++i) add(channels, *reference[i], *other[i], *axis);
    double sum = 0, n = 0;
    for (const Channel& channel : channels) {
        const double spread = channel.square - channel.sum * channel.sum / std::max(1.0, channel.count);
        if (!(spread > 1e-12 * channel.square)) continue;
        sum += decibels(spread, channel.error);
        n += 1;
    }
    return n > 0 ? std::optional(sum / n) : std::nullopt;
}

}  // namespace

std::optional<OutputScore> score_of(const std::vector<const Tensor*>& reference, const std::vector<const Tensor*>& other) {
    double sum = 0;
    for (std::size_t i = 0; i < reference.size(); ++i) {
        const Tensor &x = *reference[i], &y = *other[i];
        if (x.type != ElementType::float32 || x.count() == 0 || !all_finite(x.as<float>())) return std::nullopt;
        if (y.type != x.type || y.dims != x.dims) return OutputScore{kLeast, kLeast};
        double signal = 0, error = 0;
        for (std::size_t k = 0; k < x.as<float>().size(); ++k) {
            const double value = x.as<float>()[k], away = value - y.as<float>()[k];
            signal += value * value;
            error += away * away;
        }
        sum += decibels(signal, error);
    }
    if (reference.empty()) return std::nullopt;
    return OutputScore{sum / double(reference.size()), by_channel(reference, other)};
}

OutputScores mean_of(const std::vector<OutputScores>& scores) {
    OutputScores mean = scores.empty() ? OutputScores() : scores.front();
    for (std::size_t output = 0; output < mean.size(); ++output) {
        OutputScore sum;
        for (const auto& one : scores) {
            if (output >= one.size() || !one[output]) {
                mean[output].reset();
                break;
            }
            sum.by_sample += one[output]->by_sample;
            if (one[output]->by_channel) sum.by_channel = sum.by_channel.value_or(0) + *one[output]->by_channel;
        }
        if (!mean[output]) continue;
        const auto n = double(scores.size());
        mean[output] = OutputScore{sum.by_sample / n, sum.by_channel ? std::optional(*sum.by_channel / n) : std::nullopt};
    }
    return mean;
}

std::optional<double> least_by_sample(const OutputScores& scores) {
    std::optional<double> least;
    for (const auto& score : scores)
        if (score && (!least || score->by_sample < *least)) least = score->by_sample;
    return least;
}

double gain(const OutputScores& over, const OutputScores& scores) {
    if (over.size() != scores.size()) return -std::numeric_limits<double>::infinity();
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < over.size(); ++i) {
        if (!over[i] || !scores[i]) continue;
        least = std::min(least, scores[i]->by_sample - over[i]->by_sample);
        if (over[i]->by_channel && scores[i]->by_channel) least = std::min(least, *scores[i]->by_channel - *over[i]->by_channel);
    }
    return std::isfinite(least) ? least : 0;
}

}  // namespace vernier
