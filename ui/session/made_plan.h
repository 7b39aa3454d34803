// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include "core/base/json.h"
#include "core/flow/executed.h"
#include "core/quant/plan.h"
#include "core/quant/recipe.h"

namespace vernier::ui {

/// What the document of `quantize` says became of the nodes; nothing when it is not of the model of these choices.
[[nodiscard]] std::optional<Plan> planFrom(const Json& document, const std::vector<Choice>& choices);

/// What the same document says the runtime runs, by NodeId; empty where it does not say it.
[[nodiscard]] std::vector<Executed> executedFrom(const Json& document);

}  // namespace vernier::ui
