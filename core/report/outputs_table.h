// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/evidence/compare.h"

namespace vernier {

/// One output of one candidate, in words.
struct OutputRow {
    std::string model, output, type, error, cosine, finite;
};

/// All outputs of all candidates, each candidate's worst first.
[[nodiscard]] std::vector<OutputRow> output_rows(const Comparison& comparison);

/// The rows as a section of the HTML report; empty when no samples were measured.
[[nodiscard]] std::string outputs_html(const Comparison& comparison);

}  // namespace vernier
