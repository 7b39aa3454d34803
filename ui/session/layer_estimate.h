// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include "core/layers/layers.h"
#include "core/quant/recipe.h"

namespace vernier::ui {

/// What a recipe would come to, from what is known of each region. An estimate: to be shown as one.
struct LayerEstimate {
    std::optional<double> ms;          ///< of one run
    std::optional<double> errorShare;  ///< of the outputs' error with all regions quantized: 1 is as large
    bool rough = false;                ///< something of it is not known: a method that was not analysed, a region without figures

    bool operator==(const LayerEstimate&) const = default;
};

/// Pure, and linear in the nodes. Times of regions add up; errors alone are anchored at the error with all of them,
/// E = S + (E_all - S_all) (S / S_all)^2. The analysed recipe gets its measured time.
[[nodiscard]] LayerEstimate estimateOf(const Layers& layers, const std::vector<Choice>& choices);

}  // namespace vernier::ui
