// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/json.h"

namespace vernier {

/// Shapes in which a tensor came, and how often each of them.
using SeenShapes = std::map<std::vector<std::int64_t>, std::uint64_t>;

/// Kept statistics of one observed tensor. The histogram covers [-2^exponent, 2^exponent) in 2,048 bins and grows by
/// doubling (neighbours merge), so its counts do not depend on the order of samples or threads.
struct Observed {
    static constexpr int kBins = 2048;
    float min = 0, max = 0;
    std::uint64_t count = 0, zeros = 0, nan = 0, inf = 0;
    int exponent = 0;
    std::vector<std::uint64_t> bins;
    std::vector<double> channel_mean;   ///< along the channel axis that was asked for; empty when none was
    std::vector<double> channel_power;  ///< mean of squares of each channel, likewise
    std::vector<float> channel_peak;    ///< largest magnitude of each channel, likewise
    std::optional<int> channel_axis;    ///< as it was asked for, where the three above are known
    SeenShapes shapes;                  ///< where a channel axis was asked for; of very many different ones the smallest
    /// Runs by the mean of their squares, likewise: key k counts those from 2^(k/2) up to 2^((k+1)/2). Zeros do not count.
    std::map<int, std::uint64_t> run_powers;
    bool operator==(const Observed&) const = default;
};

using Ranges = std::map<std::string, Observed>;  ///< by tensor name in the prepared model

/// True for a tensor of which some sample showed a value.
[[nodiscard]] bool was_seen(const Ranges& ranges, const std::string& tensor);

/// A range for a tensor: lo <= 0 <= hi always holds.
struct Range {
    float lo = 0, hi = 0;
    bool operator==(const Range&) const = default;
};

/// U8 asymmetric parameters with an exact zero: scale = (hi-lo)/255, zero_point = clamp(rne(-lo/scale)).
struct QuantParams {
    float scale = 1;
    std::uint8_t zero_point = 0;
    bool operator==(const QuantParams&) const = default;
};
[[nodiscard]] QuantParams u8_params(Range range);
/// S8 symmetric parameters: scale = max(|lo|, |hi|) / 127, zero_point = 0; codes from -127 to 127 are used.
[[nodiscard]] QuantParams s8_params(Range range);

/// Collects one tensor's statistics; add() may be called from several threads.
class RangeCollector {
public:
    /// channel_axis asks for mean, power and peak of each channel too: an axis of dims, negative from the end; nothing = not asked.
    explicit RangeCollector(std::optional<int> channel_axis = {}) : asked_axis_(channel_axis), channel_axis_(channel_axis) {}
    void add(std::span<const float> values, std::span<const std::int64_t> dims);
    [[nodiscard]] Observed result() const;

private:
    void add_range(std::span<const float> values);
    void add_channels(std::span<const float> values, std::span<const std::int64_t> dims);
    void add_shape(std::span<const std::int64_t> dims);
    void add_run(double mean_square);
    void grow(int exponent);
    std::optional<int> asked_axis_, channel_axis_;  ///< the second one until the channels change in number
    std::vector<double> channel_sum_, channel_square_;
    std::vector<float> channel_peak_;
    double channel_count_ = 0;  ///< elements of one channel so far
    mutable std::mutex mutex_;
    Observed state_;
    bool started_ = false;
};

[[nodiscard]] Json to_json(const Observed& observed);

}  // namespace vernier
