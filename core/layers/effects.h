// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/layers/on_the_way.h"

namespace vernier {

/// Measures which of the nodes that add most matter: the FP32 model gets what the file makes there, and all else is FP32. What is lost where
/// nothing reads it in the end (padding behind a mask) does not reach the outputs. Sets Parting::effect, and chooses OnTheWay::first anew.
void measure_effects(const RuntimePtr& runtime, const OnTheWayRequest& request, OnTheWay& way, const Job& job);

}  // namespace vernier
