// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace vernier {

/// [rows, columns] to [columns, rows].
[[nodiscard]] std::vector<float> transposed(std::span<const float> matrix, std::size_t rows, std::size_t columns);

[[nodiscard]] bool all_finite(std::span<const float> values);

}  // namespace vernier
