// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/layers/on_the_way.h"

namespace vernier {

/// Finds in the tensors' errors which nodes add noise of their own, those that add most first; nodes in front
/// of these that add little are behind them.
void find_partings(const Model& reference, const Twins& twins, OnTheWay& way);
/// Sorts the places by their weight, and picks the first in the order of the model that weighs as much as any.
void choose_first(OnTheWay& way);

}  // namespace vernier
