// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layers/output_error.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <string>
#include <utility>

#include "core/measure/divergence.h"
#include "core/model/weights.h"

namespace vernier {
namespace {

/// Nothing is worse: a part of the outputs that has nothing to do with what it was.
constexpr double kLost = 1e6;
/// Channels whose largest magnitudes are nearer than this, in steps of two, are of one part.
constexpr double kGap = 3;
constexpr int kMostParts = 8;
constexpr std::size_t kFewest = 20;  ///< a part holds one of so many channels at least

std::size_t after(const std::vector<std::int64_t>& dims, int axis) {
    std::size_t count = 1;
    for (std::size_t i = static_cast<std::size_t>(axis) + 1; i < dims.size(); ++i) count *= static_cast<std::size_t>(dims[i]);
    return count;
}

bool all_finite(std::span<const float> values) {
    return std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); });
}

}  // namespace

std::string OutputPart::text() const {
    if (axis < 0 || channels.empty()) return output;
    std::string ranges;
    for (std::size_t i = 0; i < channels.size();) {
        std::size_t last = i;
        while (last + 1 < channels.size() && channels[last + 1] == channels[last] + 1) ++last;
        ranges += (ranges.empty() ? "" : ", ") + (last == i ? std::to_string(channels[i]) : fmt::format("{} to {}", channels[i], channels[last]));
        i = last + 1;
    }
    return fmt::format("{}, channel{} {}", output, channels.size() == 1 ? "" : "s", ranges);
}

std::vector<OutputPart> ReferenceOutputs::parts() const {
    std::vector<OutputPart> found;
    for (std::size_t o = 0; o < parts_.size(); ++o)
        for (int part = 0; part < parts_[o].count; ++part) {
            OutputPart of{outputs_[o].name, parts_[o].axis, {}};
            for (std::size_t channel = 0; channel < parts_[o].of_channel.size(); ++channel)
                if (parts_[o].of_channel[channel] == part) of.channels.push_back(static_cast<std::int64_t>(channel));
            found.push_back(std::move(of));
        }
    return found;
}

void ReferenceOutputs::add(const std::vector<Tensor>& outputs) {
    samples_.resize(outputs_.size());
    for (std::size_t i = 0; i < outputs_.size(); ++i) {
        samples_[i].push_back({outputs[i].dims, to_floats(outputs[i])});
        bytes_ += samples_[i].back().values.size() * sizeof(float);
    }
}

/// Channels in the order of their magnitudes, divided where the next one is more than a gap away. Dead ones go with the least.
ReferenceOutputs::Parts ReferenceOutputs::parts_along(std::size_t output, int axis) const {
    const auto at = static_cast<std::size_t>(axis);
    const auto channels = static_cast<std::size_t>(samples_[output][0].dims[at]);
    std::vector<float> peak(channels, 0);
    for (const Values& sample : samples_[output]) {
        if (sample.dims.size() <= at || static_cast<std::size_t>(sample.dims[at]) != channels) return {};  // it is no axis of channels
        const std::size_t inner = after(sample.dims, axis);
        for (std::size_t i = 0; i < sample.values.size(); ++i)
            if (const float value = std::fabs(sample.values[i]); std::isfinite(value)) peak[i / inner % channels] = std::max(peak[i / inner % channels], value);
    }
    std::vector<std::size_t> order(channels);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return peak[a] < peak[b]; });
    Parts parts{axis, std::vector<int>(channels, 0), 1, 0};
    float before = 0;
    std::size_t in_part = 0;
    for (const std::size_t channel : order) {
        // A class or two that no sample shows are no part of their own.
        if (before > 0 && std::log2(double(peak[channel]) / double(before)) > kGap && in_part * kFewest >= channels) {
            ++parts.count;
            in_part = 0;
        }
        parts.of_channel[channel] = parts.count - 1;
        before = peak[channel];
        ++in_part;
    }
    return parts.count > kMostParts ? Parts{} : parts;
}

void ReferenceOutputs::find_parts(std::size_t output) {
    Parts found;
    const auto& samples = samples_[output];
    const int rank = samples.empty() ? 0 : static_cast<int>(samples[0].dims.size());
    // [N, channels, places] or [N, places, channels]; a matrix [N, classes] has one magnitude.
    if (rank > 2)
        for (const int axis : {1, rank - 1})
            if (const Parts along = parts_along(output, axis); found.count == 1 && along.count > 1) found = along;
    found.first = part_count_;
    part_count_ += found.count;
    parts_.push_back(std::move(found));
}

void ReferenceOutputs::find_scores(std::size_t output) {
    Scores& scores = outputs_[output].scores;
    const auto usable = [](const Values& sample) {
        return sample.dims.size() >= 2 && sample.dims.back() >= 2 && !sample.values.empty() && all_finite(sample.values);
    };
    if (samples_[output].empty() || !std::all_of(samples_[output].begin(), samples_[output].end(), usable)) scores = Scores::none;
    if (scores != Scores::unknown) return;
    const bool flat = std::all_of(samples_[output].begin(), samples_[output].end(), [](const Values& sample) { return sample.dims.size() == 2; });
    const bool shares = std::all_of(samples_[output].begin(), samples_[output].end(), [](const Values& sample) {
        return is_distribution<float>(std::span(sample.values).first(static_cast<std::size_t>(sample.dims.back())));
    });
    scores = !flat ? Scores::none : shares ? Scores::probabilities : Scores::logits;
}

void ReferenceOutputs::finish() {
    samples_.resize(outputs_.size());
    for (std::size_t i = 0; i < outputs_.size(); ++i) {
        find_parts(i);
        find_scores(i);
    }
}

void ReferenceOutputs::add_kl(std::size_t output, const Values& reference, const std::vector<float>& values, TrialSums& sums) const {
    const Scores scores = outputs_[output].scores;
    if (scores == Scores::none) return;
    const auto classes = static_cast<std::size_t>(reference.dims.back());
    for (std::size_t at = 0; at + classes <= reference.values.size(); at += classes) {
        const auto p = std::span(reference.values).subspan(at, classes), q = std::span(values).subspan(at, classes);
        const double kl = !all_finite(q) ? kLost : scores == Scores::logits ? kl_of_logits<float>(p, q) : kl_of_probabilities<float>(p, q);
        sums.kl += std::max(kl, 0.0);
        ++sums.rows;
    }
}

TrialSums ReferenceOutputs::against(std::size_t sample, const std::vector<Tensor>& outputs) const {
    TrialSums sums{std::vector<double>(static_cast<std::size_t>(part_count_), 0), std::vector<double>(static_cast<std::size_t>(part_count_), 0)};
    for (std::size_t o = 0; o < outputs_.size(); ++o) {
        const Values& reference = samples_[o][sample];
        const Parts& parts = parts_[o];
        const std::vector<float> values = to_floats(outputs[o]);
        const bool same_shape = values.size() == reference.values.size();  // a cut may answer in front of a Reshape: dims differ never
        const std::size_t inner = parts.axis < 0 ? 1 : after(reference.dims, parts.axis);
        for (std::size_t i = 0; i < reference.values.size(); ++i) {
            const double value = double(reference.values[i]);
            if (!std::isfinite(value)) continue;
            const auto part = static_cast<std::size_t>(parts.first + (parts.axis < 0 ? 0 : parts.of_channel[i / inner % parts.of_channel.size()]));
            const double error = same_shape ? double(values[i]) - value : value;
            sums.reference[part] += value * value;
            sums.error[part] += std::isfinite(error) ? error * error : std::numeric_limits<double>::infinity();
        }
        if (same_shape) add_kl(o, reference, values, sums);
    }
    return sums;
}

/// Of all samples but one; of all where that one is none of them. With the error of each part, where these are wanted.
double ReferenceOutputs::error_without(const std::vector<TrialSums>& samples, std::size_t without, std::vector<double>* part_errors) const {
    if (part_errors != nullptr) part_errors->assign(static_cast<std::size_t>(part_count_), 0);
    double total = 0;
    int counted = 0;
    for (const Parts& parts : parts_) {
        double of_output = 0;
        int used = 0;
        for (int p = parts.first; p < parts.first + parts.count; ++p) {
            double error = 0, reference = 0;
            for (std::size_t i = 0; i < samples.size(); ++i) {
                if (i == without) continue;
                error += samples[i].error[static_cast<std::size_t>(p)];
                reference += samples[i].reference[static_cast<std::size_t>(p)];
            }
            if (!(reference > 0)) continue;  // all zeros: nothing to lose
            const double lost = std::min(error / reference, kLost);
            if (part_errors != nullptr) (*part_errors)[static_cast<std::size_t>(p)] = lost;
            of_output += lost;
            ++used;
        }
        if (used == 0) continue;
        total += of_output / used;
        ++counted;
    }
    return counted > 0 ? total / counted : 0;
}

TrialError ReferenceOutputs::total(const std::vector<TrialSums>& samples) const {
    TrialError total;
    total.error = total.low = total.high = error_without(samples, samples.size(), &total.parts);
    if (samples.size() > 1) {  // jackknife
        const auto count = static_cast<double>(samples.size());
        std::vector<double> left(samples.size());
        double mean = 0, squares = 0;
        for (std::size_t i = 0; i < samples.size(); ++i) mean += (left[i] = error_without(samples, i)) / count;
        for (const double each : left) squares += (each - mean) * (each - mean);
        const double half = 1.96 * std::sqrt(squares * (count - 1) / count);
        total.low = std::max(0.0, total.error - half);
        total.high = total.error + half;
    }
    double kl = 0;
    std::size_t rows = 0;
    for (const TrialSums& sample : samples) {
        kl += sample.kl;
        rows += sample.rows;
    }
    if (rows > 0) total.kl = kl / static_cast<double>(rows);
    return total;
}

}  // namespace vernier
