// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <unordered_map>

#include "core/quant/edit.h"

namespace vernier {

/// FP16 holds whole numbers exactly up to 2048 only, and angles of some hundred with an error of a tenth. Item indexes of
/// the nodes that therefore stay in FP32, each with the reason:
/// - whole numbers that flow through float (Cast from integers, Floor, Round, Range, constants such as 3001) and the
///   arithmetic on them, up to the first node that mixes them with something else;
/// - what goes back to integers, into comparisons, picks, coordinates, Sin and Cos, and the arithmetic in front of it, back
///   to the layer that made it.
/// This is a question of the operators, not of the samples: the CPU runtime computes FP16 files in float and hides the loss.
[[nodiscard]] std::unordered_map<int, std::string> exact_nodes(const GraphEdit& edit);

}  // namespace vernier
