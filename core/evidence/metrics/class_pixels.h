// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/evidence/metrics/records.h"
#include "core/evidence/tasks/segmentation.h"

namespace vernier {

using SamplePixels = std::vector<ClassPixels>;

/// Pixels of each class over all samples, each taken so many times.
[[nodiscard]] std::vector<ClassPixels> summed(const std::vector<SamplePixels>& all, std::span<const std::uint32_t> times);

/// Mean over the classes that targets or answers have of the share of their pixels that both have, in percent; NaN where there are none.
[[nodiscard]] double mean_iou(const std::vector<SamplePixels>& all, std::span<const std::uint32_t> times);

}  // namespace vernier
