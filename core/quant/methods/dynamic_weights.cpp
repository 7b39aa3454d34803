// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/methods/dynamic_weights.h"

#include <algorithm>
#include <cmath>

namespace vernier {

std::vector<float> transposed(std::span<const float> matrix, std::size_t rows, std::size_t columns) {
    std::vector<float> result(matrix.size());
    for (std::size_t row = 0; row < rows; ++row)
        for (std::size_t column = 0; column < columns; ++column) result[column * rows + row] = matrix[row * columns + column];
    return result;
}

bool all_finite(std::span<const float> values) {
    return std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); });
}

}  // namespace vernier
