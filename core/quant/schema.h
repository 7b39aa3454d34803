// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <vector>

#include <onnx/defs/schema.h>

namespace vernier {

/// What an operator's schema says of a slot of its inputs or outputs: the last one stands for all further where it is variadic;
/// nullptr where there is no such slot.
[[nodiscard]] inline const onnx::OpSchema::FormalParameter* formal_parameter(const std::vector<onnx::OpSchema::FormalParameter>& formals, int slot) {
    if (formals.empty()) return nullptr;
    const auto at = static_cast<std::size_t>(slot);
    if (at < formals.size()) return &formals[at];
    return formals.back().GetOption() == onnx::OpSchema::Variadic ? &formals.back() : nullptr;
}

}  // namespace vernier
