// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/base/tensor.h"
#include "core/runtime/runtime.h"

namespace vernier {

/// True when samples of one type can be given to an input of the other: both are floating, or both whole numbers.
[[nodiscard]] bool can_cast(ElementType from, ElementType to);

/// The tensors that a model takes, by name, each in the type that the model asks for; what it does not take is left out.
/// What cannot be cast is left as it is, so that the runtime's check names it.
[[nodiscard]] std::map<std::string, Tensor> fitted(const std::vector<Port>& ports, const std::map<std::string, Tensor>& inputs);

}  // namespace vernier
