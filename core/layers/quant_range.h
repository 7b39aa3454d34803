// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include "core/model/model.h"

namespace vernier {

/// What codes with one scale can say.
struct QuantRange {
    double step = 0, low = 0, high = 0;
};

/// The values that give the scale and zero point of what a QuantizeLinear or QLinear operator makes; empty for other nodes.
[[nodiscard]] std::vector<ValueId> output_scale(const Node& node);

/// The range of what the node makes; nothing where its scale is computed or there is one for each channel.
[[nodiscard]] std::optional<QuantRange> output_range(const Model& model, NodeId node);

/// Codes of a constant operand with what brings them back to float.
struct StoredCodes {
    const Initializer* codes = nullptr;
    const Initializer* scale = nullptr;
    const Initializer* zero_point = nullptr;
    int axis = 0;               ///< where the scale has more than one number
    NodeId dequantize = kNone;  ///< kNone for operands of integer operators
};
/// Behind DequantizeLinear, or read by a QLinear operator. codes is null where the operand is no such constant.
[[nodiscard]] StoredCodes stored_codes(const Model& model, const Node& node, int slot);
/// As floats; empty where shapes do not fit.
[[nodiscard]] std::vector<float> dequantized(const StoredCodes& stored, int axis);

}  // namespace vernier
