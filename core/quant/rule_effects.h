// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/base/finding.h"
#include "core/model/model.h"
#include "core/quant/plan.h"

namespace vernier {

/// What a rule or a click did not do, or did besides: a method chosen for nodes of which none gets it (rule-without-effect), and nodes that stay in
/// FP32 because one beside them was chosen for it (float-frees).
[[nodiscard]] std::vector<Finding> rule_effects(const Plan& plan, const Model& model);

}  // namespace vernier
