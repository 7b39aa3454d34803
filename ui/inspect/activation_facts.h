// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <map>
#include <string>

#include "core/model/model.h"

namespace vernier::ui {

/// The range that 8 bits cover of one activation, as a quantized model holds it: (q - zero) * scale.
struct ActivationRange {
    double scale = 0;
    int zero = 0;
    int lowest = 0, highest = 255;  ///< of the integer type

    [[nodiscard]] double least() const { return (lowest - zero) * scale; }
    [[nodiscard]] double most() const { return (highest - zero) * scale; }
};

/// The ranges of a quantized model by the names that their values have in the model it was made from.
/// The pairs QuantizeLinear, DequantizeLinear keep one of the two names: that of the value they read or that they make.
[[nodiscard]] std::map<std::string, ActivationRange> activationRanges(const Model& quantized, const Model& original);

}  // namespace vernier::ui
