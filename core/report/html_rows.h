// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/evidence/figures.h"
#include "core/flow/measure_files.h"
#include "core/report/svg.h"

namespace vernier {

/// Rows of a figure's chart: the baseline first, then the candidates; best is the candidate that the title is about.
[[nodiscard]] std::vector<DotRow> figure_rows(const ComparedFiles& compared, const Figure& figure, int best);

/// Colour of a trial: that of its main method, or blue for files that Vernier did not make.
[[nodiscard]] std::string colour_of(const Trial& trial);

}  // namespace vernier
