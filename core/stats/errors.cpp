// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/stats/detail/kernels.h"
#include "core/stats/detail/layout.h"
#include "core/stats/stats.h"

namespace vernier {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr double kHalfMax = 65504;

/// Largest |x| of each channel; 0 where nothing is finite.
std::vector<float> channel_peaks(std::span<const float> values, const ChannelLayout& layout) {
    std::vector<float> low(layout.channels, kInfinity);
    std::vector<float> high(layout.channels, -kInfinity);
    for (std::size_t o = 0; o < layout.outer; ++o)
        for (std::size_t c = 0; c < (layout.inner == 1 ? 1 : layout.channels); ++c) {
            const float* row = values.data() + (o * layout.channels + c) * layout.inner;
            if (layout.inner == 1)
                kernels::finite_ranges(row, layout.channels, low.data(), high.data());
            else
                kernels::finite_range(row, layout.inner, low[c], high[c]);
        }
    for (std::size_t c = 0; c < layout.channels; ++c) high[c] = low[c] > high[c] ? 0 : std::max(std::fabs(low[c]), std::fabs(high[c]));
    return high;
}

FormatError finish(WeightFormat format, const kernels::Error& sums, double clip, double step) {
    FormatError error;
    error.format = format;
    error.max_error = sums.max;
    error.clip = clip;
    error.step = step;
    if (sums.noise == 0)
        error.sqnr_db = std::numeric_limits<double>::infinity();
    else
        error.sqnr_db = 10 * std::log10(sums.signal / sums.noise);  // -inf where a value becomes infinite
    return error;
}

FormatError half(std::span<const float> values) {
    kernels::Error sums;
    kernels::half_error(values.data(), values.size(), sums);
    return finish(WeightFormat::fp16, sums, kHalfMax, 0);
}

FormatError per_tensor(std::span<const float> values, float peak) {
    const float scale = peak / 127.0F;
    kernels::Error sums;
    kernels::int8_error(values.data(), values.size(), scale, sums);
    return finish(WeightFormat::int8_per_tensor, sums, static_cast<double>(scale) * 127, scale);
}

FormatError per_channel(std::span<const float> values, const ChannelLayout& layout, std::vector<float> scales, float peak) {
    for (float& scale : scales) scale /= 127.0F;
    kernels::Error sums;
    for (std::size_t o = 0; o < layout.outer; ++o)
        for (std::size_t c = 0; c < (layout.inner == 1 ? 1 : layout.channels); ++c) {
            const float* row = values.data() + (o * layout.channels + c) * layout.inner;
            if (layout.inner == 1)
                kernels::int8_errors(row, layout.channels, scales.data(), sums);
            else
                kernels::int8_error(row, layout.inner, scales[c], sums);
        }
    double step = 0;
    if (!scales.empty()) {
        const auto middle = scales.begin() + static_cast<std::ptrdiff_t>(scales.size() / 2);
        std::nth_element(scales.begin(), middle, scales.end());
        step = *middle;
    }
    return finish(WeightFormat::int8_per_channel, sums, peak, step);
}

}  // namespace

const char* name(WeightFormat format) {
    switch (format) {
        case WeightFormat::fp16: return "FP16";
        case WeightFormat::int8_per_tensor: return "INT8 per tensor";
        case WeightFormat::int8_per_channel: return "INT8 per channel";
    }
    return "";
}

std::vector<FormatError> format_errors(std::span<const float> values, std::span<const std::int64_t> dims, int channel_axis) {
    const ChannelLayout layout(dims, values.size(), channel_axis);
    const std::vector<float> peaks = channel_peaks(values, layout);
    const float peak = peaks.empty() ? 0 : *std::max_element(peaks.begin(), peaks.end());
    return {half(values), per_tensor(values, peak), per_channel(values, layout, peaks, peak)};
}

}  // namespace vernier
