// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/layers/layers.h"

namespace vernier {

/// What is said in place of what single nodes cost: which file was profiled while the machine did something else. Empty where both profiles
/// can be trusted (LayerFile::trusted).
[[nodiscard]] std::string distrust_of(const Layers& layers);

}  // namespace vernier
