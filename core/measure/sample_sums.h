// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace vernier {

/// What one sample adds to the sums that a metric is made of (core/evidence/metrics).
struct SampleSums {
    std::array<double, 4> sums = {};
    std::uint64_t values = 0;  ///< how many values the sums are of; 0: the sample says nothing
    bool operator==(const SampleSums&) const = default;
};

/// Sums to keep for each sample of an output with floating values, held against the first model's output of the same name. One of the
/// functions is set; both take as many values as reference has.
struct OutputSums {
    std::string_view id;
    /// All of reference is finite, and values need not be.
    std::array<double, 4> (*of_sample)(std::span<const double> reference, std::span<const double> values) = nullptr;
    /// Of all values of the sample's output with its dims, finite or not. Nothing where the output is of another kind, which is then not asked again.
    std::optional<SampleSums> (*of_rows)(std::span<const double> reference, std::span<const double> values, std::span<const std::int64_t> dims) = nullptr;
};

}  // namespace vernier
