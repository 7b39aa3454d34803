// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stats/stats.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/stats/detail/kernels.h"
#include "core/stats/detail/layout.h"

namespace vernier {
namespace {

constexpr std::size_t kChunk = 8192;  // floats that the kernels share while they lie in the nearest cache
constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// The first finite value: near the mean compared to the magnitude, so that sums of squares lose nothing.
float first_finite(std::span<const float> values) {
    const auto found = std::find_if(values.begin(), values.end(), [](float x) { return std::isfinite(x); });
    return found == values.end() ? 0.0F : *found;
}

void extend_channels(const float* values, std::size_t rows, std::size_t first_row, const ChannelLayout& layout, TensorStats& stats) {
    for (std::size_t r = 0; r < rows; ++r) {
        if (layout.inner == 1) {  // a row holds one value a channel
            kernels::finite_ranges(values + r * layout.channels, layout.channels, stats.channel_min.data(), stats.channel_max.data());
        } else {
            const std::size_t channel = (first_row + r) % layout.channels;
            kernels::finite_range(values + r * layout.inner, layout.inner, stats.channel_min[channel], stats.channel_max[channel]);
        }
    }
}

struct Sums {
    kernels::Classes classes;
    double sum = 0;
    double squares = 0;
};

Sums walk(std::span<const float> values, const ChannelLayout& layout, float shift, TensorStats& stats) {
    Sums sums;
    const std::size_t row = layout.inner == 1 ? layout.channels : layout.inner;
    const std::size_t rows = row == 0 ? 0 : values.size() / row;
    const std::size_t step = std::max<std::size_t>(1, kChunk / std::max<std::size_t>(row, 1));
    for (std::size_t r = 0; r < rows; r += step) {
        const std::size_t taken = std::min(step, rows - r);
        const float* chunk = values.data() + r * row;
        kernels::classify(chunk, taken * row, sums.classes);
        kernels::moments(chunk, taken * row, shift, sums.sum, sums.squares);
        extend_channels(chunk, taken, r, layout, stats);
    }
    return sums;
}

void settle(const Sums& sums, float shift, TensorStats& stats) {
    const kernels::Classes& c = sums.classes;
    stats.zeros = c.zero;
    stats.nan = c.nan;
    stats.inf = c.not_finite - c.nan;
    stats.fp16_overflow = c.large_or_not_finite - c.not_finite;
    stats.fp16_subnormal = c.small_or_zero - c.zero;
    stats.fp16_to_zero = c.to_zero_or_zero - c.zero;
    const auto finite = static_cast<double>(stats.count - c.not_finite);
    if (finite == 0) return;
    const double offset = sums.sum / finite;
    stats.mean = static_cast<double>(shift) + offset;
    stats.deviation = std::sqrt(std::max(0.0, sums.squares / finite - offset * offset));
    stats.min = *std::min_element(stats.channel_min.begin(), stats.channel_min.end());
    stats.max = *std::max_element(stats.channel_max.begin(), stats.channel_max.end());
}

void fill_histogram(std::span<const float> values, int bins, TensorStats& stats) {
    Histogram& histogram = stats.histogram;
    histogram.lo = stats.min;
    histogram.hi = stats.max;
    histogram.counts.assign(static_cast<std::size_t>(std::max(bins, 1)), 0);
    const double width = histogram.hi - histogram.lo;
    const double scale = width > 0 ? static_cast<double>(histogram.counts.size()) / width : 0;
    kernels::histogram(values.data(), values.size(), {histogram.lo, scale, histogram.counts.data(), static_cast<int>(histogram.counts.size())});
}

}  // namespace

TensorStats compute_stats(std::span<const float> values, std::span<const std::int64_t> dims, int channel_axis, int bins) {
    const ChannelLayout layout(dims, values.size(), channel_axis);
    TensorStats stats;
    stats.count = values.size();
    stats.channel_axis = channel_axis;
    stats.channel_min.assign(layout.channels, kInfinity);
    stats.channel_max.assign(layout.channels, -kInfinity);
    const float shift = first_finite(values);
    settle(walk(values, layout, shift, stats), shift, stats);
    for (std::size_t c = 0; c < layout.channels; ++c)
        if (stats.channel_min[c] > stats.channel_max[c]) stats.channel_min[c] = stats.channel_max[c] = 0;  // nothing finite
    fill_histogram(values, bins, stats);
    return stats;
}

void min_max(std::span<const float> values, float& min, float& max) {
    float low = kInfinity;
    float high = -kInfinity;
    kernels::range(values.data(), values.size(), low, high);
    if (low > high) return;
    min = low;
    max = high;
}

}  // namespace vernier
