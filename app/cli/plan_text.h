// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "app/cli/text_table.h"
#include "core/quant/plan.h"

namespace vernier::cli {

/// "491 INT8 static, 11 FP32".
[[nodiscard]] std::string counts_text(const Plan& plan);
/// The nodes that do not become what was chosen, grouped by reason; empty when there are none.
[[nodiscard]] std::string differences_text(const Plan& plan, const Model& model, const Style& style);
/// Every node with its chosen and applied method and why.
[[nodiscard]] std::string nodes_text(const Plan& plan, const Model& model, const Style& style);

}  // namespace vernier::cli
