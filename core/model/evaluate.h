// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/model/model.h"

namespace vernier {

/// One output of a node whose inputs are all constant.
struct Evaluation {
    const onnx::NodeProto* node = nullptr;
    int output = 0;
    std::vector<const Initializer*> inputs = {};  ///< by slot; nullptr for an omitted input
    std::uint64_t max_elements = 0;               ///< a larger result is not made
};

/// True for operators of the standard that evaluate() may know: those that exporters leave between a stored weight and its
/// consumer (data movement, Cast, DequantizeLinear, arithmetic, reductions, small products).
[[nodiscard]] bool can_evaluate(const onnx::NodeProto& node);

/// What the node makes of its constants, as ONNX Runtime rounds it (reductions and products to the last bits). Nothing for
/// element types, attributes and forms that are not known, for a result that is too large, and for wrong shapes.
[[nodiscard]] std::optional<Tensor> evaluate(const Evaluation& request);

}  // namespace vernier
