// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "app/cli/text_table.h"
#include "core/evidence/compare.h"

namespace vernier::cli {

/// All times and the memory of the baseline and its candidates, each with its ratio to the baseline, and what they are made of.
[[nodiscard]] std::string latency_text(const Comparison& comparison, const Style& style);

}  // namespace vernier::cli
