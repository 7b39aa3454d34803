// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/layers/on_the_way.h"

namespace vernier {

/// Finds in the tensors' errors which nodes add noise of their own, and the first place where the two files part.
void find_partings(const Model& reference, const Twins& twins, OnTheWay& way);

}  // namespace vernier
