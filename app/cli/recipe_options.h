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
    std::string method, recipe, calibration, rounding, dialect, weight_range;
    std::vector<std::string> set, skip_passes;
    std::optional<std::uint64_t> samples, block;
    bool per_tensor = false, zero_points = false, equal_forms = false;

    /// --method, --equal-forms, --recipe, --set, --per-tensor, --rounding, --block, --zero-points, --dialect, --weight-range, --skip-pass.
    void declare(OptionSet& options);
    /// --samples, --calibration.
    void declare_calibration(OptionSet& options);
    /// Throws Error{usage} for options that contradict or name nothing, Error{not_found, bad_data} for the recipe file.
    [[nodiscard]] Recipe read() const;

private:
    void read_weights(WeightCodes& weights) const;
};

/// "op:Gemm=fp32" as a rule: divided at the last '='. Throws Error{usage} with near names.
[[nodiscard]] Rule rule_of(const std::string& text);

}  // namespace vernier::cli
