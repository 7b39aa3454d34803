// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <cmath>

#include "core/quant/calibration/table.h"

namespace vernier {
namespace {

/// Of each tail's side: this share of values lies inside, in percent.
constexpr std::array kOptions = {RangeOption{.name = "percentile", .standard = 99.99, .above = 50, .at_most = 100}};

/// Cuts each end of the histogram at the bin where the share outside is reached.
Range range(const RangeInput& input, const Calibration& calibration) {
    const Observed& observed = input.observed;
    const double share = option_value(calibration, kOptions[0]);
    const double outside = std::clamp(1.0 - share / 100.0, 0.0, 0.5) * double(observed.count);
    const double width = std::ldexp(2.0 / Observed::kBins, observed.exponent);
    const double start = -std::ldexp(1.0, observed.exponent);
    double seen = 0;
    std::size_t low = 0, high = observed.bins.size();
    while (low < observed.bins.size() && seen + double(observed.bins[low]) <= outside) seen += double(observed.bins[low++]);
    seen = 0;
    while (high > low + 1 && seen + double(observed.bins[high - 1]) <= outside) seen += double(observed.bins[--high]);
    return {std::min(0.f, static_cast<float>(start + width * double(low))), std::max(0.f, static_cast<float>(start + width * double(high)))};
}

}  // namespace

extern const RangeMethod kPercentileRanges;
const RangeMethod kPercentileRanges = {"percentile", "Percentile", "cuts off rare ones", kOptions, range};

}  // namespace vernier
