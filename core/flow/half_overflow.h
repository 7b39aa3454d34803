// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <set>
#include <string>
#include <vector>

#include "core/model/model.h"
#include "core/quant/plan.h"

namespace vernier {

/// The computed float tensors that FP16 nodes of a plan read or make, those of bodies too where no other has their name.
[[nodiscard]] std::vector<std::string> tensors_of_half_nodes(const Model& model, const Plan& plan);

/// The FP16 nodes of a plan that read or make one of these tensors.
[[nodiscard]] std::set<NodeId> half_nodes_at(const std::set<std::string>& tensors, const Model& model, const Plan& plan);

}  // namespace vernier
