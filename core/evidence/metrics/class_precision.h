// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/measure/interval.h"
#include "core/measure/measure.h"

namespace vernier {

/// How well a detector finds the objects of one class: COCO's average precision, percent.
struct ClassPrecision {
    std::int64_t class_index = 0;
    std::uint64_t objects = 0, samples = 0;  ///< samples that hold some of them
    double ap = 0, ap50 = 0;                 ///< overlaps 0.50 to 0.95, and 0.50
    std::optional<double> change = {};       ///< of ap, points against the baseline; nothing for the baseline itself
    std::optional<Interval> interval = {};   ///< 95 % of the change, paired; nothing where too few samples hold the class
    [[nodiscard]] bool differs() const { return interval && (interval->lo > 0 || interval->hi < 0); }
};

/// Samples that hold a class, below which no interval is made of it: a bootstrap of fewer is too narrow.
inline constexpr std::uint64_t kClassSamples = 10;

/// Of each class that has objects, those that lost most first, else by their index. Empty for what is no detector. own may be the baseline itself.
[[nodiscard]] std::vector<ClassPrecision> class_precisions(const Answers& own, const Answers& baseline);

}  // namespace vernier
