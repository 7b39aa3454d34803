// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/layers/layers.h"
#include "core/layers/on_the_way.h"
#include "core/layers/sensitivity.h"
#include "core/model/model.h"

namespace vernier {

/// What each region breaks when it alone is quantized, with the light nodes at its edges; nodes have that of their region.
void take_errors(Layers& layers, const Sensitivity& sensitivity);

/// What each node's output keeps of FP32 in the quantized file, and where the two part first.
void take_on_the_way(Layers& layers, const OnTheWay& way, const Model& opened);

}  // namespace vernier
