// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/inspect/weight_facts.h"

#include <QObject>
#include <QStringList>

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>

#include "core/base/plain_text.h"
#include "core/model/batch_norm.h"
#include "core/model/weights.h"

namespace vernier::ui {

namespace {

/// SQNR of INT8 in dB as the mean of the channels' own noise to signal ratios; nothing when there is one channel only. Over
/// the whole tensor the widest channel would outshine all others, and a tensor of lost channels would look well kept.
std::optional<double> channelError(std::span<const float> values, const std::vector<std::int64_t>& dims, int axis, bool perChannel) {
    if (axis < 0 || static_cast<std::size_t>(axis) >= dims.size() || dims[static_cast<std::size_t>(axis)] < 2) {
        return std::nullopt;
    }
    const auto channels = static_cast<std::size_t>(dims[static_cast<std::size_t>(axis)]);
    std::size_t inner = 1;
    for (std::size_t i = static_cast<std::size_t>(axis) + 1; i < dims.size(); ++i) {
        inner *= static_cast<std::size_t>(dims[i]);
    }
    std::vector<double> reach(channels), signal(channels), noise(channels);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::size_t channel = i / inner % channels;
        const double value = values[i];
        if (std::isfinite(value)) {
            reach[channel] = std::max(reach[channel], std::fabs(value));
            signal[channel] += value * value;
        }
    }
    const double widest = *std::max_element(reach.begin(), reach.end());
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::size_t channel = i / inner % channels;
        const double step = (perChannel ? reach[channel] : widest) / 127;
        if (std::isfinite(values[i]) && step > 0) {
            const double lost = values[i] - std::nearbyint(values[i] / step) * step;
            noise[channel] += lost * lost;
        }
    }
    double sum = 0;
    std::size_t counted = 0;
    for (std::size_t channel = 0; channel < channels; ++channel) {
        if (signal[channel] > 0) {
            sum += noise[channel] / signal[channel];
            ++counted;
        }
    }
    if (counted == 0) {
        return std::nullopt;
    }
    return -10 * std::log10(sum / static_cast<double>(counted));
}

/// "0.0123", or "0.004 to 0.12 (64 scales)".
QString scaleText(const Initializer& scale) {
    std::vector<float> storage;
    const auto values = view_floats(scale, storage);
    if (values.empty()) {
        return {};
    }
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    const QString least = QString::number(double(*low), 'g', 3);
    return values.size() == 1 ? least : QObject::tr("%1 to %2 (%3 scales)").arg(least, QString::number(double(*high), 'g', 3)).arg(values.size());
}

}  // namespace

std::vector<WeightFacts> weightFacts(const ModelPtr& model, NodeId node, const Job& job) {
    std::vector<WeightFacts> facts;
    for (const Weight& weight : weights_of(*model, node, ComputedWeights::included)) {
        job.check();
        // What is quantized is the weight with the normalization behind it: the file's own may look harmless where that is not.
        std::vector<float> storage = weight.scale == nullptr ? folded_weight(*model, model->node(node), weight) : std::vector<float>();
        WeightFacts one;
        one.folded = !storage.empty();
        const auto values = one.folded ? std::span<const float>(storage) : view_floats(*weight.tensor, storage);
        one.name = QString::fromStdString(plain_text(weight.tensor->name));
        one.dims = weight.tensor->dims;
        one.type = weight.tensor->type;
        one.bytes = weight.tensor->size_bytes();
        one.isBias = weight.is_bias;
        if (weight.scale != nullptr) {
            one.scale = scaleText(*weight.scale);
        }
        one.stats = compute_stats(values, one.dims, weight.channel_axis, kHistogramBins);
        // Codes are what they are: no format is to be chosen for them.
        if (bits(one.type) > 8) {
            one.errors = format_errors(values, one.dims, weight.channel_axis);
        }
        for (FormatError& error : one.errors) {
            if (error.format != WeightFormat::fp16) {
                const bool perChannel = error.format == WeightFormat::int8_per_channel;
                error.sqnr_db = channelError(values, one.dims, weight.channel_axis, perChannel).value_or(error.sqnr_db);
            }
        }
        one.head.assign(values.begin(), values.begin() + std::ptrdiff_t(std::min(values.size(), kShownValues)));
        facts.push_back(std::move(one));
    }
    return facts;
}

QString dimsText(const std::vector<std::int64_t>& dims) {
    QStringList parts;
    for (const std::int64_t dim : dims) {
        parts << QString::number(dim);
    }
    return parts.isEmpty() ? QStringLiteral("scalar") : parts.join(QStringLiteral(" × "));
}

}  // namespace vernier::ui
