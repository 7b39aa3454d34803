// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/measure/measure.h"

namespace vernier {

/// Yes or no by a single score, of a sample with the label 1 or 0, or of one of its steps.
struct Decision {
    double score = 0;
    bool yes = false;          ///< its label
    bool decided = false;      ///< the score reaches the threshold
    std::uint32_t sample = 0;  ///< below Decisions::samples: that of a step, by which draws of samples take all of its steps
};
struct Decisions {
    std::vector<Decision> all;
    std::size_t samples = 0;
};

/// From which on a single score is yes where the dataset does not say it: 0.5 where all scores of the baseline's answers lie in [0, 1], else 0 (of logits).
[[nodiscard]] double decision_threshold(const Answers& baseline);

/// Of the samples that have a label, or of the steps that have one, at the threshold of the answers. Nothing where answers have no single score each, one is
/// not finite, or a label is neither 0 nor 1.
[[nodiscard]] std::optional<Decisions> decisions_of(const Answers& own, const Answers& baseline);

/// For rows of metrics: how many of so many decisions are right, or like another's.
struct CountedDecisions {
    double right = 0, all = 0;
};
[[nodiscard]] SampleSums sums_of(const CountedDecisions& counted);
/// Of their share in percent: Wilson's where each sample is one decision, else t over samples.
[[nodiscard]] std::optional<Interval> decision_share_interval(const std::vector<SampleSums>& samples);

}  // namespace vernier
