// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <span>

#include "core/layers/on_the_way.h"

namespace vernier {

/// Sums over the numbers of one tensor in two files. Numbers are told apart by their size, so that what is lost in small ones beside large
/// ones can be seen.
class ErrorSums {
public:
    ErrorSums() = default;
    /// Counts what lies outside a range.
    ErrorSums(double low, double high) : low_(low), high_(high) {}
    /// Adds numbers of the same places. What is not finite in FP32 has no error.
    void add(std::span<const float> reference, std::span<const float> other);
    /// Fills in the figures.
    void tell(TensorError& error) const;

private:
    static constexpr int kOctaves = 300;  ///< of magnitude; the first is zero
    struct Octave {
        std::uint64_t count = 0;
        double power = 0, error = 0;
    };
    void tell_groups(TensorError& error) const;

    std::array<Octave, kOctaves> octaves_{};
    std::uint64_t count_ = 0, flushed_ = 0, clipped_ = 0;
    double cut_ = 0;  ///< sum of squares of what lies outside
    double low_ = -std::numeric_limits<double>::infinity(), high_ = -low_;
    float least_ = std::numeric_limits<float>::infinity(), most_ = -least_, other_least_ = least_, other_most_ = -least_;
    bool not_finite_ = false;
};

/// Decibels of a signal over its error; kExactDb where there is none.
[[nodiscard]] double decibels(double power, double error);

}  // namespace vernier
