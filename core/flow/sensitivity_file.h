// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/finding.h"
#include "core/flow/open.h"
#include "core/layers/sensitivity.h"
#include "core/quant/recipe.h"
#include "core/quant/regions.h"

namespace vernier {

struct SensitivityRequest {
    std::filesystem::path model;
    Recipe recipe;  ///< what each node may become
    std::filesystem::path data;
    std::filesystem::path state;  ///< file to go on from and to keep what is measured in; empty: none
    std::uint64_t samples = 0;    ///< that each region is measured on; 0: 16, fewer for a large model
    int threads = 0;              ///< runs of calibration at the same time; 0: one a processor
    SizeChoices sizes = {};       ///< what open axes count as, where no dataset gives them
};

struct SensitivityFile {
    ModelPtr model;
    Recipe recipe;  ///< its "#12" rules found again in this model
    Regions regions;
    Sensitivity found;
    std::vector<std::string> sentences;
    std::vector<Finding> findings;
    std::string data_name, data_fingerprint, runtime_version;
    double seconds = 0;
};

/// Opens a model and its samples and measures what each region does to the outputs. Nothing is written but the state. The job's partial
/// results are the document as far as it is known.
/// Throws Error{usage} without data, and all errors of the steps.
[[nodiscard]] SensitivityFile sensitivity_file(const RuntimePtr& runtime, const SensitivityRequest& request, const Job& job);

/// model, recipe, measure, error_all, kl_all, sum_alone, samples.{rank,size}, regions (id, core, name, op, nodes, applied, error_alone,
/// error_share, error_planned, error_weights, error_activations, kl_alone, why; the worst first), sentences, findings, data, runtime.
[[nodiscard]] Json to_json(const SensitivityFile& file);

}  // namespace vernier
