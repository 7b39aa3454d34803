// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <vector>

#include "core/flow/open.h"
#include "core/quant/recipe.h"

namespace vernier {

/// A recipe that another tool's work was read into.
struct ImportedRecipe {
    ModelPtr model;
    Recipe recipe;                  ///< its "#12" rules with what finds their nodes again
    std::vector<Finding> findings;  ///< what was taken, and what could not be
};

/// Reads a recipe for a model from what another tool made of it, by the name's end:
///   .onnx   a quantized file (QDQ, QLinear operators, dynamic or weight-only INT8, FP16): which nodes became what, and the ranges of its scales
///   .json   settings of onnxruntime.quantization: nodes_to_exclude, nodes_to_quantize, op_types_to_quantize, per_channel, TensorQuantOverrides
/// Throws Error{not_found, bad_model, bad_data, usage, cancelled}; a name that the model does not have is an error.
[[nodiscard]] ImportedRecipe import_recipe(const RuntimePtr& runtime, const std::filesystem::path& model, const std::filesystem::path& from, const Job& job);

/// The two ways, for what is opened already.
[[nodiscard]] ImportedRecipe recipe_of_file(const ModelPtr& model, const Model& quantized, const Job& job);
[[nodiscard]] ImportedRecipe recipe_of_settings(const ModelPtr& model, const Json& settings);

}  // namespace vernier
