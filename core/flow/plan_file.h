// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

#include "core/flow/open.h"
#include "core/quant/plan.h"
#include "core/quant/recipe.h"

namespace vernier {

/// A recipe applied to a model on paper.
struct PlannedFile {
    ModelPtr model;
    Recipe recipe;  ///< its "#12" rules found again in this model
    Plan plan;
};

/// Opens a model and plans a recipe for it; nothing is run. runtime may be null (it only adds types).
/// Throws Error{not_found, bad_model, bad_data, usage, cancelled}.
[[nodiscard]] PlannedFile plan_file(const RuntimePtr& runtime, const std::filesystem::path& path, const Recipe& recipe, const Job& job,
                                    const SizeChoices& sizes = {});

/// model, recipe, nodes (id, name, op, chosen, applied, why), counts, size_bytes, size_estimate_bytes, findings.
[[nodiscard]] Json to_json(const PlannedFile& planned);

/// Nodes of a plan for JSON: id, name, op, chosen, applied, why ("" when applied is what was chosen), absorbed, rule.
[[nodiscard]] Json nodes_json(const Plan& plan, const Model& model);
/// Nodes a method, by applied method.
[[nodiscard]] Json counts_json(const Plan& plan);
/// Nodes that stay as they are and are no FP32 nodes, by id: {"int8-static": 12}.
[[nodiscard]] Json already_json(const Plan& plan);

}  // namespace vernier
