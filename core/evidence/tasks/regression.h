// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/measure/measure.h"

namespace vernier {

/// What a sample adds to the metrics of regression and enhancement.
struct RegressionSums {
    double values = 0, absolute = 0, squares = 0;  ///< errors of so many values
    double mean = 0, spread = 0;                   ///< of the target's values, and their squared distances from it
    double decibels = 0, signals = 0;              ///< SI-SDR, summed over the signals that are not silent
};

[[nodiscard]] SampleRecord record_of(const RegressionSums& sums);
[[nodiscard]] RegressionSums regression_of(const SampleRecord& record);

}  // namespace vernier
