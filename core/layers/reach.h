// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/layers/on_the_way.h"

namespace vernier {

/// Measures what the places where two files part do to the outputs, each by itself: the FP32 model is run with the file's numbers in place of
/// its own behind the place, and in front of it. Noise that a mask hides from all readers reaches no output, however loud it is where it is
/// made. Fills Parting::reach of the places that can matter, and OnTheWay::by_reach. What cannot be measured so (an opset before 9, tensors
/// that are not float32) is left as it is.
void measure_reach(const RuntimePtr& runtime, const OnTheWayRequest& request, OnTheWay& way, const Job& job);

}  // namespace vernier
