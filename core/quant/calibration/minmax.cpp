// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/calibration/table.h"

namespace vernier {
namespace {

Range range(const RangeInput& input, const Calibration&) { return seen_range(input.observed); }

}  // namespace

extern const RangeMethod kMinMaxRanges;
const RangeMethod kMinMaxRanges = {"minmax", "MinMax", "keeps every value that was seen", {}, range};

}  // namespace vernier
