// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/layers/layers.h"
#include "core/layers/sensitivity.h"

namespace vernier {

/// What each region breaks when it alone is quantized, with the light nodes at its edges; nodes have that of their region.
void take_errors(Layers& layers, const Sensitivity& sensitivity);

}  // namespace vernier
