// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "core/base/json.h"
#include "core/quant/method.h"
#include "core/quant/plan.h"
#include "core/quant/recipe.h"

namespace onnx {
class ModelProto;
}

namespace vernier {

/// How a file was made; kept in its metadata under "vernier", so that a comparison can name recipes in counts.
struct Origin {
    std::string version;        ///< Vernier's
    std::string source_sha256;  ///< of the model that was quantized
    Json recipe;                ///< as it was used
    std::string recipe_sha256;
    std::map<Method, std::size_t> counts;     ///< nodes of the source model by applied method
    std::string data_name, data_fingerprint;  ///< of the calibration samples; empty when none were needed
    std::uint64_t calibration_samples = 0;

    /// The method of most quantized nodes; FP32 when none is quantized.
    [[nodiscard]] Method main_method() const;
    /// "491 of 502 nodes INT8 static, 11 FP32".
    [[nodiscard]] std::string text() const;
};

void write_origin(onnx::ModelProto& model, const Origin& origin);
/// Nothing when the file was not made by Vernier or its note cannot be read.
[[nodiscard]] std::optional<Origin> read_origin(const onnx::ModelProto& model);

[[nodiscard]] Json to_json(const Origin& origin);
/// Throws what the JSON library throws.
[[nodiscard]] Origin origin_from_json(const Json& json);

}  // namespace vernier
