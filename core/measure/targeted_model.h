// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <vector>

#include "core/measure/measure.h"

namespace vernier {

/// A model file, and what it runs on.
struct TargetedModel {
    std::filesystem::path file;
    Target run = {};  ///< all of one call have the same number of threads
};

/// measure() of files that each run on a target of their own, in the place of options.run.
[[nodiscard]] std::vector<Measurement> measure_targeted(const RuntimePtr& runtime, const std::vector<TargetedModel>& models, const DatasetPtr& dataset,
                                                        const MeasureOptions& options, const Job& job);

}  // namespace vernier
