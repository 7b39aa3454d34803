// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "core/quant/plan.h"

namespace vernier {

/// "nothing-changed": the warning of a plan that applies no method to any node, with the main reasons. Nothing for plans that
/// change a node.
[[nodiscard]] std::optional<Finding> nothing_changed(const Plan& plan, const Model& model);

}  // namespace vernier
