// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/base/tensor.h"
#include "core/model/model.h"

namespace vernier {

using Inputs = std::map<std::string, Tensor>;

/// Sizes of open axes that nobody chose; those that the user gave are kept always.
struct MadeSizes {
    bool of_model = true;                    ///< what they count as (Model::sizes()); else as follows, and 1 for the first axis
    std::int64_t steps = 128, pixels = 224;  ///< pixels: of inputs with four axes
};

/// Inputs that a model can be run on where there are no samples: floats are drawn from a normal distribution, masks are ones,
/// indexes lie inside the table that they pick from. The same seed gives the same inputs.
/// Empty where an input is no tensor of numbers.
[[nodiscard]] Inputs made_inputs(const Model& model, const MadeSizes& sizes, std::uint64_t seed);

}  // namespace vernier
