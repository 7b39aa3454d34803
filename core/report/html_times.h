// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/measure/compare.h"

namespace vernier {

/// The cells of times and memory in the table of all figures: the value and, for a candidate, its ratio to the baseline.
[[nodiscard]] std::string time_heads();
[[nodiscard]] std::string time_cells(const Measurement& measured, const CandidateComparison* candidate);

/// What the table's times are made of, and which percentiles have too few runs.
[[nodiscard]] std::string time_notes(const Comparison& comparison);

}  // namespace vernier
