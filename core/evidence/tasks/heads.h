// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/evidence/tasks/boxes.h"
#include "core/evidence/tasks/kind.h"

namespace vernier {

/// How boxes are read of an output, of which "scores" is the name:
///   yolov5      [N,M,5+C]: centre, size, objectness, classes         yolov8  [N,4+C,M] or [N,M,4+C]: centre, size, classes
///   end-to-end  [N,M,6]: corners, score, class                       batched [M,7]: sample, corners, class, score
///   boxes       [N,M,4] beside scores [N,M] and classes [N,M], or beside scores [N,M,C]; without N for a single sample
/// Empty where the outputs are none of these, or are not those of a head that the dataset names.
[[nodiscard]] std::string head_of(const FirstAnswer& first, std::size_t classes);
/// Puts head, outputs beside the boxes, and whether they are normalised into the reading.
void settle_head(const FirstAnswer& first, Reading& reading);
/// Boxes of the i-th sample from the least score on, without doubles where the graph has left them in.
[[nodiscard]] std::vector<Box> read_boxes(const RunOutputs& outputs, std::size_t i, const Reading& reading);

}  // namespace vernier
