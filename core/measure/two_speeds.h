// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include "core/measure/measure.h"

namespace vernier {

/// The centres of two groups into which values fall with next to nothing between them (clock, neighbour, kinds of
/// processors); nothing when they do not. Needs 16 values, and an eighth of them in the smaller group.
[[nodiscard]] std::optional<Interval> two_speeds_of(std::vector<double> medians);

}  // namespace vernier
