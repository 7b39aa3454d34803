// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/measure/sample_sums.h"

namespace vernier {

/// The KL divergence of a distribution over classes from another, in nats: sum of p log(p / q) over the classes (Kullback and Leibler 1951).
/// p and q are as long, with one number a class; both finite.

/// Of scores whose softmax are the distributions: logits, or logarithms of probabilities. A score of -infinity is a probability of 0.
template <class Number>
[[nodiscard]] double kl_of_logits(std::span<const Number> p, std::span<const Number> q);

/// Of probabilities. One of 0 in q stands for less than 1e-9, which a rounded one may be.
template <class Number>
[[nodiscard]] double kl_of_probabilities(std::span<const Number> p, std::span<const Number> q);

/// True for numbers from 0 to 1 whose sum is 1, both as near as half precision gives them.
template <class Number>
[[nodiscard]] bool is_distribution(std::span<const Number> row);

/// Of an output of one sample whose values along an axis are distributions (the last axis, else the second), or logarithms of them: sums[0] is the
/// sum of the divergences of its rows, values their number. Nothing where the reference's are none. dims: of the output.
[[nodiscard]] std::optional<SampleSums> row_divergence(std::span<const double> reference, std::span<const double> values, std::span<const std::int64_t> dims);

}  // namespace vernier
