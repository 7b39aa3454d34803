// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "app/cli/text_table.h"
#include "core/evidence/figures.h"

namespace vernier::cli {

/// "1.02x ~"; the place of the tilde is kept free, so that the figures of a column stand in line. Empty where it is not known.
[[nodiscard]] std::string padded_against(const std::optional<Against>& against);

/// All times and the memory of the baseline and its candidates, each with its ratio to the baseline, and what they are made of.
[[nodiscard]] std::string latency_text(const Comparison& comparison, const Style& style);

}  // namespace vernier::cli
