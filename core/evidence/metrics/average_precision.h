// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>

#include "core/evidence/bootstrap.h"
#include "core/measure/measure.h"

namespace vernier {

/// Mean over the classes that have objects, and over the first so many of COCO's thresholds of overlap, of the mean of the interpolated precision at
/// the recalls 0, 0.01, ... 1, in percent (pycocotools, accumulate). Not defined without objects.
[[nodiscard]] std::optional<Statistic> mean_average_precision(const Answers& own, const Answers& baseline, std::size_t thresholds);

}  // namespace vernier
