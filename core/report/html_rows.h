// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/flow/measure_files.h"
#include "core/report/svg.h"

namespace vernier {

/// Rows of the sheet's charts: the baseline first, then the candidates; best is the candidate that the title is about.
[[nodiscard]] std::vector<DotRow> latency_rows(const ComparedFiles& compared, int best);
/// Top-1 in percent; without labels the agreement with the baseline. Empty when neither is known.
[[nodiscard]] std::vector<DotRow> answer_rows(const ComparedFiles& compared, int best);
[[nodiscard]] std::vector<DotRow> size_rows(const ComparedFiles& compared, int best);
[[nodiscard]] std::vector<DotRow> cold_start_rows(const ComparedFiles& compared, int best);
/// First call after a pause; empty where it was not measured.
[[nodiscard]] std::vector<DotRow> after_pause_rows(const ComparedFiles& compared, int best);

/// Colour of a candidate: that of its main method, or blue for files that Vernier did not make.
[[nodiscard]] std::string colour_of(const ComparedFiles& compared, int candidate);

}  // namespace vernier
