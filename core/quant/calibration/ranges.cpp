// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/calibration/ranges.h"

#include <algorithm>
#include <array>
#include <cfloat>
#include <cmath>
#include <iterator>
#include <utility>

namespace vernier {
namespace {

constexpr std::size_t kBlock = 4096;  // floats: one block stays in the first-level cache for all of its walks
constexpr int kTables = 4;            // neighbouring equal values do not wait for one another's counter

struct BlockSummary {
    float min = FLT_MAX, max = -FLT_MAX;
    std::size_t odd = 0;  ///< NaN or infinite
    std::size_t zeros = 0;
};

BlockSummary summarize(const float* x, std::size_t n) {
    BlockSummary s;
    for (std::size_t i = 0; i < n; ++i) {
        s.odd += !(std::fabs(x[i]) <= FLT_MAX);
        s.zeros += x[i] == 0.f;
        s.min = x[i] < s.min ? x[i] : s.min;
        s.max = x[i] > s.max ? x[i] : s.max;
    }
    return s;
}

/// floor(x * scale) as an integer, then the offset: adding the offset in float first would round near bin edges and
/// make the counts depend on the order of samples.
inline std::uint32_t bin_of(float x, float scale) {
    const float scaled = x * scale;
    const int truncated = static_cast<int>(scaled);
    const int floored = truncated - (scaled < static_cast<float>(truncated) ? 1 : 0);
    return static_cast<std::uint32_t>(std::clamp(floored + Observed::kBins / 2, 0, Observed::kBins - 1));
}

using Tables = std::array<std::uint32_t, kTables * Observed::kBins>;

void count_block(const float* x, std::size_t n, float scale, Tables& tables) {
    for (std::size_t i = 0; i < n; ++i) ++tables[(i % kTables) * Observed::kBins + bin_of(x[i], scale)];
}

void flush(Tables& tables, std::vector<std::uint64_t>& bins) {
    for (int t = 0; t < kTables; ++t)
        for (int b = 0; b < Observed::kBins; ++b) bins[static_cast<std::size_t>(b)] += tables[static_cast<std::size_t>(t * Observed::kBins + b)];
    tables.fill(0);
}

int exponent_for(float largest) { return largest > 0 ? std::ilogb(largest) + 1 : -100; }

}  // namespace

void RangeCollector::grow(int exponent) {
    auto& bins = state_.bins;
    if (!started_) {
        bins.assign(Observed::kBins, 0);
        state_.exponent = exponent;
        started_ = true;
        return;
    }
    for (; state_.exponent < exponent; ++state_.exponent) {
        std::vector<std::uint64_t> wider(Observed::kBins, 0);
        for (std::size_t i = 0; i < bins.size(); ++i) wider[Observed::kBins / 4 + i / 2] += bins[i];
        bins.swap(wider);
    }
}

void RangeCollector::add(std::span<const float> values, std::span<const std::int64_t> dims) {
    const std::lock_guard guard(mutex_);
    add_range(values);
    add_channels(values, dims);
}

/// Of more shapes than these the smallest are kept, which are the same whatever the order of samples.
void RangeCollector::add_shape(std::span<const std::int64_t> dims) {
    constexpr std::size_t kMost = 256;
    std::vector<std::int64_t> shape(dims.begin(), dims.end());
    if (state_.shapes.size() == kMost && state_.shapes.rbegin()->first < shape) return;
    ++state_.shapes[std::move(shape)];
    if (state_.shapes.size() > kMost) state_.shapes.erase(std::prev(state_.shapes.end()));
}

void RangeCollector::add_run(double mean_square) {
    if (mean_square > 0 && std::isfinite(mean_square)) ++state_.run_powers[static_cast<int>(std::floor(2 * std::log2(mean_square)))];
}

/// A tensor whose channels change in number, or that shows NaN or infinity, has no mean: it is then left empty.
void RangeCollector::add_channels(std::span<const float> values, std::span<const std::int64_t> dims) {
    if (!channel_axis_ || values.empty()) return;
    add_shape(dims);
    const int rank = static_cast<int>(dims.size());
    const int axis = *channel_axis_ < 0 ? *channel_axis_ + rank : *channel_axis_;
    if (axis < 0 || axis >= rank) return;
    const auto channels = static_cast<std::size_t>(dims[static_cast<std::size_t>(axis)]);
    std::size_t inner = 1;
    for (int a = axis + 1; a < rank; ++a) inner *= static_cast<std::size_t>(dims[static_cast<std::size_t>(a)]);
    if (channel_count_ == 0) {
        channel_sum_.assign(channels, 0.0);
        channel_square_.assign(channels, 0.0);
        channel_peak_.assign(channels, 0.f);
    }
    if (channel_sum_.size() != channels) {
        channel_axis_.reset();
        return;
    }
    double whole = 0;
    for (std::size_t at = 0, block = 0; at < values.size(); at += inner, ++block) {
        double sum = 0, square = 0;
        float peak = 0;
        for (std::size_t i = 0; i < inner; ++i) {
            const float value = values[at + i];
            sum += value;
            square += double(value) * value;
            peak = std::max(peak, std::fabs(value));
        }
        channel_sum_[block % channels] += sum;
        channel_square_[block % channels] += square;
        whole += square;
        channel_peak_[block % channels] = std::max(channel_peak_[block % channels], peak);
    }
    channel_count_ += double(values.size()) / double(channels);
    add_run(whole / double(values.size()));
}

void RangeCollector::add_range(std::span<const float> values) {
    static thread_local Tables tables{};
    std::vector<float> finite;
    for (std::size_t at = 0; at < values.size(); at += kBlock) {
        const float* block = values.data() + at;
        std::size_t n = std::min(kBlock, values.size() - at);
        BlockSummary summary = summarize(block, n);
        if (summary.odd > 0) {
            finite.clear();
            for (std::size_t i = 0; i < n; ++i) {
                if (std::isfinite(block[i]))
                    finite.push_back(block[i]);
                else
                    ++(std::isnan(block[i]) ? state_.nan : state_.inf);
            }
            block = finite.data();
            n = finite.size();
            summary = summarize(block, n);
        }
        if (n == 0) continue;
        state_.min = state_.count == 0 ? summary.min : std::min(state_.min, summary.min);
        state_.max = state_.count == 0 ? summary.max : std::max(state_.max, summary.max);
        state_.count += n;
        state_.zeros += summary.zeros;
        const int needed = exponent_for(std::max(std::fabs(state_.min), std::fabs(state_.max)));
        if (!started_ || needed > state_.exponent) {
            if (started_) flush(tables, state_.bins);
            grow(needed);
        }
        count_block(block, n, std::ldexp(Observed::kBins / 2.f, -state_.exponent), tables);
    }
    if (started_) flush(tables, state_.bins);
}

Observed RangeCollector::result() const {
    const std::lock_guard guard(mutex_);
    Observed observed = state_;
    if (!channel_axis_ || channel_count_ == 0 || state_.nan + state_.inf > 0) return observed;
    for (const double sum : channel_sum_) observed.channel_mean.push_back(sum / channel_count_);
    for (const double square : channel_square_) observed.channel_power.push_back(square / channel_count_);
    observed.channel_peak = channel_peak_;
    observed.channel_axis = asked_axis_;
    return observed;
}

QuantParams u8_params(Range range) {
    const double lo = std::min(range.lo, 0.f), hi = std::max(range.hi, 0.f);
    const auto scale = static_cast<float>((hi - lo) / 255.0);
    if (!(scale >= FLT_MIN) || !std::isfinite(scale)) return {};
    const double zero = std::nearbyint(-lo / double(scale));
    return {scale, static_cast<std::uint8_t>(std::clamp(zero, 0.0, 255.0))};
}

QuantParams s8_params(Range range) {
    const double most = std::max(std::fabs(double(range.lo)), std::fabs(double(range.hi)));
    const auto scale = static_cast<float>(most / 127.0);
    if (!(scale >= FLT_MIN) || !std::isfinite(scale)) return {};
    return {scale, 0};
}

bool was_seen(const Ranges& ranges, const std::string& tensor) {
    const auto found = ranges.find(tensor);
    return found != ranges.end() && found->second.count + found->second.nan + found->second.inf > 0;
}

Json to_json(const Observed& observed) {
    return {{"min", observed.min}, {"max", observed.max}, {"count", observed.count},      {"zeros", observed.zeros},
            {"nan", observed.nan}, {"inf", observed.inf}, {"exponent", observed.exponent}};
}

}  // namespace vernier
