// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "app/cli/text_table.h"
#include "core/evidence/figures.h"

namespace vernier::cli {

/// A row for each metric that is known and has no column elsewhere; empty where there is none.
[[nodiscard]] std::string metrics_text(const TrialViews& trials, const Style& style);

}  // namespace vernier::cli
