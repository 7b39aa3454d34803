// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/measure/interval.h"
#include "core/measure/measure.h"

namespace vernier {

struct Trial;

/// How well a detector finds the objects of one class: COCO's average precision, percent.
struct ClassPrecision {
    std::int64_t class_index = 0;
    std::string name = {};                   ///< that the dataset gives; may be empty
    std::uint64_t objects = 0, samples = 0;  ///< samples that hold some of them
    double ap = 0, ap50 = 0;                 ///< overlaps 0.50 to 0.95, and 0.50
    std::optional<double> change = {};       ///< of ap, points against the baseline; nothing for the baseline itself
    std::optional<Interval> interval = {};   ///< 95 % of the change, paired; nothing where too few samples hold the class
    [[nodiscard]] bool differs() const { return interval && (interval->lo > 0 || interval->hi < 0); }
    bool operator==(const ClassPrecision&) const = default;
};

/// Samples that hold a class, below which no interval is made of it: a bootstrap of fewer is too narrow.
inline constexpr std::uint64_t kClassSamples = 10;

/// Of each class that has objects, those that lost most first, else by their index. Empty for what is no detector. own may be the baseline itself.
[[nodiscard]] std::vector<ClassPrecision> class_precisions(const Answers& own, const Answers& baseline);

/// Puts them, with the names of the dataset, into a trial; the baseline may be the trial itself. Each of a thousand draws sorts nothing, but of many
/// classes this takes seconds: once for a comparison that is shown.
void fill_classes(Trial& trial, const Trial& baseline);

/// "per_class" of documents: class, name, objects, samples, ap and ap50 in percent, and of a candidate change (points), interval and differs.
[[nodiscard]] Json to_json(const std::vector<ClassPrecision>& classes);
[[nodiscard]] std::vector<ClassPrecision> class_precisions_from_json(const Json& json);

}  // namespace vernier
