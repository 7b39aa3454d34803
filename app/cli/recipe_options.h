// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/quant/recipe.h"

namespace vernier::cli {

class OptionSet;

/// The options by which plan and quantize say what each node shall become.
struct RecipeOptions {
    std::string method, recipe, calibration, dialect, weight_range;
    std::vector<std::string> set, skip_passes;
    std::optional<std::uint64_t> samples;
    bool per_tensor = false;

    /// --method, --recipe, --set, --per-tensor, --dialect, --weight-range, --skip-pass.
    void declare(OptionSet& options);
    /// --samples, --calibration.
    void declare_calibration(OptionSet& options);
    /// Throws Error{usage} for options that contradict or name nothing, Error{not_found, bad_data} for the recipe file.
    [[nodiscard]] Recipe read() const;
};

/// "op:Gemm=fp32" as a rule: divided at the last '='. Throws Error{usage} with near names.
[[nodiscard]] Rule rule_of(const std::string& text);

}  // namespace vernier::cli
