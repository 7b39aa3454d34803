// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

namespace vernier {

/// Rounding that compensates. What a row w of a weight loses in the outputs is (w - w')ᵀ H (w - w'), with H the second moments of what it
/// multiplies. With H = V Vᵀ, V upper triangular, that is the sum over columns i of
///   V[i,i]² (w[i] + sum_{j<i} V[j,i] / V[i,i] (w[j] - w'[j]) - w'[i])²
/// so each column is rounded after the columns before it have handed on what they lost. Source: Frantar et al. 2022 (GPTQ, whose
/// columns in their own order give the same numbers), Chen et al. 2025 (that it is Babai's nearest plane). The columns stay in their own
/// order: taking them by falling H[i,i] is known to break some networks.

/// V of a damped H, as what is needed of it.
struct Compensation {
    std::size_t columns = 0;
    std::vector<float> shares;      ///< [columns, columns]: row i holds V[j,i] / V[i,i] for j < i
    std::vector<float> importance;  ///< V[i,i]²: how much an error of a column counts when those before it are settled

    /// H [columns, columns], symmetric; 1 % of its mean diagonal is added to the diagonal. Empty (columns = 0) where H is all zero or not finite.
    [[nodiscard]] static Compensation of(std::vector<double> h, std::size_t columns);
};

/// Rounds the columns of some rows from the first to the last. weights [rows, columns].
/// begin(row, first, adjusted, importance): a block begins; adjusted are its weights with what the columns before it handed on.
/// round(row, column, adjusted): the value that is stored.
struct BlockRounding {
    std::size_t block = 0;  ///< 0: all columns are one block
    std::function<void(std::size_t row, std::size_t first, std::span<const float> adjusted, std::span<const float> importance)> begin = {};
    std::function<float(std::size_t row, std::size_t column, float adjusted)> round = {};
};
/// May call begin and round from several threads, for one row from one thread only.
void compensate(std::span<const float> weights, const Compensation& by, const BlockRounding& rounding);

/// (w - w')ᵀ H (w - w') of each row; both [rows, columns].
[[nodiscard]] std::vector<double> output_errors(std::span<const float> weights, std::span<const float> rounded, std::span<const double> h, std::size_t columns);

}  // namespace vernier
