// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "app/cli/text_table.h"
#include "core/evidence/figures.h"

namespace vernier::cli {

/// All times and the memory of the baseline and its candidates, each with its ratio to the baseline, and what they are made of.
[[nodiscard]] std::string latency_text(const Comparison& comparison, const Style& style);

/// What models were measured with: "ONNX Runtime 1.31.1, CPU, 1 thread, AMD EPYC, AVX2, no VNNI".
[[nodiscard]] std::string measured_with(const TrialViews& trials);

}  // namespace vernier::cli
