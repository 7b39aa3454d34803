// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/evidence/figures.h"

namespace vernier {

/// The cells of the table of all figures: each value and, for a candidate, how it stands to the baseline.
[[nodiscard]] std::string figure_heads();
[[nodiscard]] std::string figure_cells(const TrialView& trial);

/// How the table is to be read, what cold starts are made of, and which percentiles have too few runs.
[[nodiscard]] std::string figure_notes(const TrialViews& trials);

}  // namespace vernier
