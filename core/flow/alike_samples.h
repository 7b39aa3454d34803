// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/finding.h"
#include "core/data/dataset.h"

namespace vernier {

/// Samples of a split that look like one before them without being equal: the same picture resized or saved again, neighbouring frames of one recording.
/// Samples are told apart by the means and mean magnitudes of 64 places of each floating input; whole numbers (tokens) count as alike only where all are equal.
class AlikeSamples {
public:
    void add(const Sample& sample);

    struct Pair {
        std::string first, second;
    };
    struct Found {
        std::uint64_t samples = 0, alike = 0;
        Pair example;  ///< one pair of them
    };
    [[nodiscard]] Found found() const;

private:
    struct Sketch {
        std::string name;
        std::uint64_t exact = 0;     ///< hash of all bytes
        std::vector<double> places;  ///< of floating inputs
        std::uint64_t whole = 0;     ///< hash of the bytes of its inputs of whole numbers
    };
    [[nodiscard]] static bool alike(const Sketch& a, const Sketch& b, const std::vector<double>& usual);

    std::vector<Sketch> sketches_;
};

/// The finding `samples-alike`, where a tenth of the samples and two of them look like one before. split: "calibration".
[[nodiscard]] std::optional<Finding> finding_of(const AlikeSamples::Found& found, std::string_view split);

}  // namespace vernier
