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

double zeroed_share(std::span<const float> values, std::size_t blocks) {
    std::size_t used = 0, zeroed = 0;
    const std::size_t size = blocks == 0 ? 0 : values.size() / blocks;
    for (std::size_t b = 0; b < blocks; ++b) {
        const auto block = values.subspan(b * size, size);
        float largest = 0;
        for (const float value : block) largest = std::max(largest, std::fabs(value));
        for (const float value : block) {
            used += value != 0;
            zeroed += value != 0 && std::fabs(value) < largest / 254.f;
        }
    }
    return used == 0 ? 0 : double(zeroed) / double(used);
}

TableScales table_scales(std::span<const float> values, std::size_t rows) {
    constexpr double kMostRowsLost = 0.02, kNoisePart = 0.1;  // of a row's power
    constexpr std::size_t kFewestColumns = 4;
    if (rows == 0 || values.empty()) return TableScales::one;
    const std::size_t columns = values.size() / rows;
    float largest = 0;
    for (const float value : values) largest = std::max(largest, std::fabs(value));
    const double noise = double(largest) / 127 * double(largest) / 127 / 12;
    std::size_t used = 0, lost = 0;
    for (std::size_t r = 0; r < rows; ++r) {
        double power = 0;
        for (const float value : values.subspan(r * columns, columns)) power += double(value) * value / double(columns);
        used += power > 0;
        lost += power > 0 && noise > kNoisePart * power;
    }
    if (double(lost) <= kMostRowsLost * double(used) && zeroed_share(values, 1) <= kMostZeroed) return TableScales::one;
    return columns >= kFewestColumns && zeroed_share(values, rows) <= kMostZeroed ? TableScales::one_a_row : TableScales::none;
}

bool all_finite(std::span<const float> values) {
    return std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); });
}

}  // namespace vernier
