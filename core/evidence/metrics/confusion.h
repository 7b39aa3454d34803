// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/evidence/bootstrap.h"
#include "core/measure/measure.h"

namespace vernier {

/// Of one class: samples that have it as their label, those that were answered with it, and those where both are so.
struct ClassCounts {
    double labels = 0, answers = 0, both = 0;
};

/// A figure of the counts of all classes, in percent.
[[nodiscard]] std::optional<Statistic> statistic_of_counts(const Answers& answers, double (*value)(std::span<const ClassCounts> classes));

}  // namespace vernier
