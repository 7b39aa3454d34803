// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include "core/measure/measure.h"

namespace vernier {

/// Yes or no by a single score, of a sample with the label 1 or 0.
struct Decision {
    double score = 0;
    bool yes = false;      ///< its label
    bool decided = false;  ///< the score reaches the threshold
};

/// Of the samples that have a label. The threshold is 0.5 where all scores of the baseline's answers lie in [0, 1], else 0 (of logits).
/// Nothing where answers have no single score each, one is not finite, or a label is neither 0 nor 1.
[[nodiscard]] std::optional<std::vector<Decision>> decisions_of(const Answers& own, const Answers& baseline);

}  // namespace vernier
