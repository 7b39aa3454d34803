// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/calibration/table.h"

namespace vernier {
namespace {

Range range(const RangeInput& input, const Calibration& calibration) { return range_of(input, settled(calibration)); }

}  // namespace

extern const RangeMethod kAutomaticRanges;
const RangeMethod kAutomaticRanges = {.id = "auto",
                                      .title = "Automatic",
                                      .words = "tries all of them on samples and takes the one that keeps most",
                                      .options = {},
                                      .range = range,
                                      .tries_others = true};

}  // namespace vernier
