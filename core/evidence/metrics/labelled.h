// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/measure/measure.h"

namespace vernier {

/// Answers of the samples that have a label, for metrics of classes.
struct Labelled {
    std::vector<std::uint32_t> sample;  ///< position in the answers
    std::vector<std::uint32_t> label;
    std::vector<std::int32_t> predicted;  ///< -1: no answer (NaN), which is wrong
    std::uint32_t classes = 0;            ///< all labels and predictions lie below
};
/// Nothing without classes or without a label.
[[nodiscard]] std::optional<Labelled> labelled_of(const Answers& answers);

/// Turns the scores of a sample into probabilities: as they are, or their softmax.
class Probabilities {
public:
    /// They are probabilities where all scores of the baseline's answers lie in [0, 1] and sum to 1 (within 0.01).
    Probabilities(const Answers& own, const Answers& baseline);
    /// False where scores were not kept (all together pass 64 MB) or one of a labelled sample is not finite.
    [[nodiscard]] bool known(const Labelled& labelled) const;
    /// Of a class of the sample at this position in the answers.
    [[nodiscard]] double of(std::uint32_t sample, std::uint32_t class_index) const;

private:
    const Answers& own_;
    bool softmax_ = false;
    std::vector<double> largest_, sum_;  ///< of softmax: the largest score of a sample, and the sum of exponentials less it
};

}  // namespace vernier
