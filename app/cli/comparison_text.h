// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "app/cli/text_table.h"
#include "core/flow/measure_files.h"

namespace vernier::cli {

/// A comparison as `compare` and `judge` show it: verdict, figures, limits, metrics, outputs, findings.
[[nodiscard]] std::string text_of(const ComparedFiles& compared, const Style& style);

/// What both end with: 1 failed, 2 inconclusive, else 0.
[[nodiscard]] int exit_code_of(Outcome outcome);

}  // namespace vernier::cli
