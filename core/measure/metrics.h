// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/tensor.h"
#include "core/measure/measure.h"

namespace vernier {

/// Numbers of an output as float32 (float16, bfloat16, double and integers are converted); empty for what has no numbers.
[[nodiscard]] std::vector<float> scores_of(const Tensor& output);

/// Arg max; the lowest index wins a tie, and NaN loses against every number. 0 for none.
[[nodiscard]] std::int32_t arg_max(std::span<const float> scores);

/// True when fewer than k other classes stand before label (higher score, or equal score and lower index).
[[nodiscard]] bool in_top(std::span<const float> scores, std::int64_t label, int k);

/// Adds one sample's scores to the sums that SQNR and cosine need. Values that are not finite on either side count as lost
/// signal: the reference's square is added to the error (1 where the reference itself is not finite and the other is not
/// equal to it).
void add_scores(OutputDistance& distance, std::span<const float> reference, std::span<const float> scores);

void add_values(OutputDistance& distance, std::span<const double> reference, std::span<const double> values);
/// 10 log10(signal / error) in dB; capped at 200 for equal outputs.
[[nodiscard]] double sqnr_db(const OutputDistance& distance);
/// Cosine of the angle between all outputs taken as one vector; 1 when both are zero.
[[nodiscard]] double cosine(const OutputDistance& distance);

/// True for scores of a classifier: floating, [samples, classes] with more than one class; further axes may be there when
/// they are 1 ([N, 1000, 1, 1] of a network that ends in a pool).
[[nodiscard]] bool is_class_scores(const Tensor& output, std::uint64_t samples);

/// True for one floating score a sample: [samples], [samples, 1], ...
[[nodiscard]] bool is_single_score(const Tensor& output, std::uint64_t samples);

}  // namespace vernier
