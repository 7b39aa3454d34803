// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

#include "core/base/job.h"
#include "core/layers/layers.h"
#include "core/measure/measure.h"
#include "core/model/sizes.h"
#include "core/quant/recipe.h"
#include "core/runtime/runtime.h"

namespace vernier {

struct LayersRequest {
    std::filesystem::path model;
    std::filesystem::path quantized;  ///< empty: made by the recipe in a temporary folder
    Recipe recipe = {};
    std::filesystem::path data;         ///< empty: only times, on made inputs
    MeasureOptions run = {};            ///< its samples count for nothing here
    std::filesystem::path worker = {};  ///< as QuantizeRequest::worker
    bool errors = true;                 ///< what each region breaks alone, which takes longest
};

/// Times a model and a quantized file of it node by node, and says for each node what it costs, what is executed, what it breaks and what to
/// do. Throws all errors of opening, quantizing and measuring.
[[nodiscard]] Layers layers_file(const RuntimePtr& runtime, const LayersRequest& request, const Job& job);

}  // namespace vernier
