// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/evidence/bootstrap.h"
#include "core/measure/measure.h"

namespace vernier {

/// Mean over the classes that have objects, and over the first so many of COCO's thresholds of overlap, of the mean of the interpolated precision at
/// the recalls 0, 0.01, ... 1, in percent (pycocotools, accumulate). Not defined without objects.
[[nodiscard]] std::optional<Statistic> mean_average_precision(const Answers& own, const Answers& baseline, std::size_t thresholds);

/// The same of one class.
struct ClassStatistic {
    std::int64_t class_index = 0;
    std::uint64_t objects = 0, samples = 0;  ///< samples that hold some of them
    Statistic precision, precision50;        ///< over all of COCO's thresholds, and at the first one
};

/// Of each class that has objects, by its index. All together are taken for the work of one, so that intervals of many classes cost no more.
[[nodiscard]] std::vector<ClassStatistic> class_average_precisions(const Answers& own, const Answers& baseline);

}  // namespace vernier
