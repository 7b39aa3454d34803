// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <limits>
#include <optional>
#include <vector>

#include "core/base/tensor.h"

namespace vernier {

/// How much of an output a quantized model keeps, dB, each part between -20 and 100. A few samples, or a few channels with large numbers
/// (boxes beside scores), own the error of all values together, so each counts alike here.
struct OutputScore {
    double by_sample = 0;                   ///< mean over runs of 10 log10(power / squared error)
    std::optional<double> by_channel = {};  ///< mean over channels of 10 log10(variance / squared error), of outputs of three axes and more
};

/// By output of the model; nothing for one that has no score.
using OutputScores = std::vector<std::optional<OutputScore>>;

/// One output of several runs, and what is held against it. Nothing where it has no floating values, or FP32 itself has none that are finite.
[[nodiscard]] std::optional<OutputScore> score_of(const std::vector<const Tensor*>& reference, const std::vector<const Tensor*>& other);

/// The mean of scores of the same outputs; those of an output that has none in one of them are left out.
[[nodiscard]] OutputScores mean_of(const std::vector<OutputScores>& scores);

/// by_sample of the output that keeps least; nothing where none has a score.
[[nodiscard]] std::optional<double> least_by_sample(const OutputScores& scores);

/// The least that a score of any output gains over another's; -infinity where one of both has less outputs than the other.
[[nodiscard]] double gain(const OutputScores& over, const OutputScores& scores);

}  // namespace vernier
