// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include "core/quant/calibration/table.h"

namespace vernier {
namespace {

float between(float cut, float seen) { return std::copysign(std::sqrt(std::fabs(cut) * std::fabs(seen)), seen); }

/// The geometric mean of both ends of MinMax and of the standard percentile.
Range range(const RangeInput& input, const Calibration&) {
    const Range seen = seen_range(input.observed), cut = range_of(input, {.method = "percentile"});
    return {between(cut.lo, seen.lo), between(cut.hi, seen.hi)};
}

}  // namespace

extern const RangeMethod kMiddleRanges;
const RangeMethod kMiddleRanges = {"middle", "Middle", "lies half way between MinMax and percentile", {}, range};

}  // namespace vernier
