// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace vernier {

/// [rows, columns] to [columns, rows].
[[nodiscard]] std::vector<float> transposed(std::span<const float> matrix, std::size_t rows, std::size_t columns);

[[nodiscard]] bool all_finite(std::span<const float> values);

/// Share of the numbers other than zero that codes of 8 bits round to zero, with one scale for each of `blocks` equal parts.
inline constexpr double kMostZeroed = 0.3;
[[nodiscard]] double zeroed_share(std::span<const float> values, std::size_t blocks);

/// How many scales a table needs that is read row by row: one where no row drowns beside the largest, else one a row, or none
/// holds it (or would save nothing, for rows of a few numbers).
enum class TableScales { one, one_a_row, none };
[[nodiscard]] TableScales table_scales(std::span<const float> values, std::size_t rows);

}  // namespace vernier
