// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/measure/measure.h"
#include "core/measure/sample_sums.h"

namespace vernier {

/// A step of a sample, with what its target says of it.
struct Step {
    double score = 0;
    bool yes = false;      ///< its target
    bool decided = false;  ///< the score reaches the threshold
};

[[nodiscard]] SampleRecord record_of(const std::vector<Step>& steps);
[[nodiscard]] std::vector<Step> steps_of(const SampleRecord& record);

/// Steps that two models decide alike.
struct AlikeSteps {
    double same = 0, steps = 0;
};
[[nodiscard]] SampleRecord record_of(const AlikeSteps& alike);
[[nodiscard]] AlikeSteps alike_steps_of(const SampleRecord& record);

}  // namespace vernier
