// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/methods/block_codes.h"

#include <algorithm>
#include <array>
#include <cfloat>
#include <cmath>

#include "core/base/parallel.h"

namespace vernier {
namespace {

constexpr std::size_t kMostInBlock = 128, kLanes = 8;
constexpr float kToEven = 12582912.f;  ///< 1.5 * 2^23: added and taken away, it rounds a smaller number to nearest even
constexpr float kCodes = 15;           ///< steps between the ends
constexpr std::uint8_t kMiddle = 8;    ///< zero of a symmetric block
constexpr std::uint8_t kCodeBits = 15;
constexpr std::size_t kRowsAtOnce = 64;
/// How much of the power of what a row multiplies its numbers have in common: of a normal variable behind Relu the mean has 1/pi.
constexpr double kCommon = 0.318;

/// A block with zeros of no importance behind it, so that loops take whole lanes.
struct Padded {
    std::array<float, kMostInBlock> weights{}, importance{};
    std::size_t size = 0;  ///< a multiple of kLanes
    float least = 0, most = 0;
};

Padded padded(std::span<const float> weights, std::span<const float> importance) {
    Padded block;
    block.size = (weights.size() + kLanes - 1) / kLanes * kLanes;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        block.weights[i] = weights[i];
        block.importance[i] = importance.empty() ? 1.f : importance[i];
        block.least = std::min(block.least, weights[i]);
        block.most = std::max(block.most, weights[i]);
    }
    return block;
}

/// Codes less their zero point lie in [low, high].
struct Grid {
    float scale = 1, low = -8, high = 7;
};

float steps(float weight, const Grid& grid, float inverse) { return (std::clamp(weight * inverse, grid.low, grid.high) + kToEven) - kToEven; }

/// What rounding to a grid loses, and what the best scale for its codes is made of.
struct Fit {
    float error = 0, product = 0, power = 0;  ///< sum h (w - w')^2, sum h w q, sum h q^2
};

Fit fit_of(const Padded& block, const Grid& grid) {
    const float inverse = 1 / grid.scale;
    std::array<float, kLanes> error{}, product{}, power{};
    for (std::size_t i = 0; i < block.size; i += kLanes) {
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
            const float weight = block.weights[i + lane], importance = block.importance[i + lane];
            const float q = steps(weight, grid, inverse), away = weight - grid.scale * q;
            error[lane] += importance * away * away;
            product[lane] += importance * weight * q;
            power[lane] += importance * q * q;
        }
    }
    Fit fit;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        fit.error += error[lane];
        fit.product += product[lane];
        fit.power += power[lane];
    }
    return fit;
}

bool usable(float scale) { return std::fabs(scale) >= FLT_MIN && std::isfinite(1 / scale) && std::isfinite(scale * kMiddle); }

/// The better of two grids for a block, with the scale that is best for the codes of each.
class Search {
public:
    explicit Search(const Padded& block) : block_(block) {}

    void take(Grid grid) {
        if (!usable(grid.scale)) return;
        const Fit fit = fit_of(block_, grid);
        keep(grid, fit.error);
        grid.scale = fit.power > 0 ? fit.product / fit.power : 0;
        if (usable(grid.scale)) keep(grid, fit_of(block_, grid).error);
    }

    [[nodiscard]] const Grid& best() const { return best_; }
    [[nodiscard]] bool found() const { return found_; }

private:
    void keep(const Grid& grid, float error) {
        if (found_ && !(error < least_)) return;
        best_ = grid;
        least_ = error;
        found_ = true;
    }

    const Padded& block_;
    Grid best_;
    float least_ = 0;
    bool found_ = false;
};

BlockScale to_scale(const Grid& grid) { return {grid.scale, static_cast<std::uint8_t>(-grid.low)}; }

/// The whole span on the grid, zero included, cut to a share of it.
Grid asymmetric(const Padded& block, float share) {
    const float low = block.least * share, high = block.most * share, scale = high / kCodes - low / kCodes;
    if (!usable(scale)) return {0};
    const float zero = std::clamp(std::nearbyint(-low / scale), 0.f, kCodes);
    return {scale, -zero, kCodes - zero};
}

/// The largest weight on code -8, which reaches one step farther than 7.
Grid symmetric(const Padded& block, float reach, bool turned) {
    const float largest = block.most > -block.least ? block.most : block.least;
    return {(turned ? largest : -largest) / reach, -8, 7};
}

Grid nearest_grid(const Padded& block, bool zero_points) { return zero_points ? asymmetric(block, 1) : symmetric(block, 8, false); }

void search(Search& found, const Padded& block, bool zero_points) {
    if (zero_points) {
        for (float share = 1; share > 0.62f; share -= 0.03f) found.take(asymmetric(block, share));
        return;
    }
    for (float reach = 7; reach < 12.1f; reach += 0.4f) {
        found.take(symmetric(block, reach, false));
        found.take(symmetric(block, reach, true));
    }
}

}  // namespace

BlockCodes::BlockCodes(std::size_t row_count, std::size_t column_count, std::size_t block_size)
    : rows(row_count), columns(column_count), block(block_size), codes(row_count * column_count, kMiddle), scales(row_count * blocks(), 1.f),
      zeros(row_count * blocks(), kMiddle) {}

float BlockCodes::value(std::size_t row, std::size_t column) const {
    const std::size_t at = row * blocks() + column / block;
    return scales[at] * static_cast<float>(static_cast<int>(codes[row * columns + column]) - static_cast<int>(zeros[at]));
}

std::vector<float> BlockCodes::values() const {
    std::vector<float> all(codes.size());
    for (std::size_t row = 0; row < rows; ++row)
        for (std::size_t column = 0; column < columns; ++column) all[row * columns + column] = value(row, column);
    return all;
}

BlockScale fit_block(std::span<const float> weights, std::span<const float> importance, const BlockForm& form) {
    const Padded block = padded(weights, importance);
    const Grid nearest = nearest_grid(block, form.zero_points);
    if (!usable(nearest.scale)) return {};
    if (!form.fitted) return to_scale(nearest);
    Search found(block);
    found.take(nearest);
    search(found, block, form.zero_points);
    return to_scale(found.best());
}

std::uint8_t block_code(float weight, BlockScale scale) {
    const Grid grid{scale.scale, -static_cast<float>(scale.zero), kCodes - static_cast<float>(scale.zero)};
    return static_cast<std::uint8_t>(steps(weight, grid, 1 / grid.scale) + static_cast<float>(scale.zero));
}

namespace {

/// The scale with which codes keep the power of their weights. The one of least squares is too small by as much as rounding loses: every product
/// shrinks, and from layer to layer more.
float unshrunk(std::span<const float> weights, std::span<const std::uint8_t> codes, BlockScale scale) {
    double power = 0, product = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        power += double(weights[i]) * weights[i];
        product += double(weights[i]) * (static_cast<int>(codes[i]) - static_cast<int>(scale.zero));
    }
    const auto grown = static_cast<float>(power / product);
    return product * scale.scale > 0 && usable(grown) ? grown : scale.scale;
}

/// What of the sum that the columns before a column lost is made up for there, for H = (1 - c) I + c 1 1ᵀ (compensate.h): c / (1 + c m), with m columns behind
/// it.
std::vector<double> shares_of_sum(std::size_t columns) {
    std::vector<double> shares(columns);
    for (std::size_t i = 0; i < columns; ++i) shares[i] = kCommon / (1 + kCommon * static_cast<double>(columns - 1 - i));
    return shares;
}

/// One row, block by block.
void round_row(std::span<const float> row, const BlockForm& form, std::span<const double> shares, std::size_t at, BlockCodes& result) {
    double lost = 0;  // sum of w - w'
    for (std::size_t first = 0, b = 0; first < row.size(); first += form.block, ++b) {
        const auto weights = row.subspan(first, std::min(form.block, row.size() - first));
        const std::span<std::uint8_t> codes(result.codes.data() + at * row.size() + first, weights.size());
        BlockScale scale = fit_block(weights, {}, form);
        const bool zeros = std::all_of(weights.begin(), weights.end(), [](float weight) { return weight == 0; });
        double rest = lost;
        for (std::size_t i = 0; i < weights.size(); ++i) {
            const double share = shares.empty() || zeros ? 0 : shares[first + i];
            codes[i] = block_code(static_cast<float>(weights[i] + share * rest), scale);
            rest += weights[i] - double(scale.scale) * (static_cast<int>(codes[i]) - static_cast<int>(scale.zero));
        }
        if (form.fitted) scale.scale = unshrunk(weights, codes, scale);
        for (std::size_t i = 0; i < weights.size(); ++i) lost += weights[i] - double(scale.scale) * (static_cast<int>(codes[i]) - static_cast<int>(scale.zero));
        result.scales[at * result.blocks() + b] = scale.scale;
        result.zeros[at * result.blocks() + b] = scale.zero;
    }
}

}  // namespace

BlockCodes quantize_blocks(std::span<const float> matrix, std::size_t rows, std::size_t columns, const BlockForm& form) {
    BlockCodes result(rows, columns, form.block);
    const std::vector<double> shares = form.summed && form.fitted ? shares_of_sum(columns) : std::vector<double>();
    parallel_for((rows + kRowsAtOnce - 1) / kRowsAtOnce, 0, [&](std::size_t part) {
        for (std::size_t row = part * kRowsAtOnce; row < std::min(rows, (part + 1) * kRowsAtOnce); ++row)
            round_row(matrix.subspan(row * columns, columns), form, shares, row, result);
    });
    return result;
}

namespace {

/// Two numbers a byte, the first in the lower half; each row begins with a byte of its own.
std::vector<std::uint8_t> packed(std::span<const std::uint8_t> values, std::size_t columns, std::size_t bytes_a_row) {
    const std::size_t rows = columns == 0 ? 0 : values.size() / columns;
    std::vector<std::uint8_t> bytes(rows * bytes_a_row, 0);
    for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t i = 0; i < columns; ++i) {
            std::uint8_t& byte = bytes[row * bytes_a_row + i / 2];
            byte = static_cast<std::uint8_t>(byte | values[row * columns + i] << (i % 2 * 4));
        }
    }
    return bytes;
}

}  // namespace

std::vector<std::uint8_t> packed_blocks(const BlockCodes& codes) { return packed(codes.codes, codes.columns, codes.blocks() * codes.block / 2); }

std::vector<std::uint8_t> packed_rows(const BlockCodes& codes) { return packed(codes.codes, codes.columns, codes.columns / 2); }

std::vector<std::uint8_t> packed_flat(std::span<const std::uint8_t> codes) { return packed(codes, codes.size(), (codes.size() + 1) / 2); }

std::vector<std::uint8_t> packed_signed(std::span<const std::uint8_t> codes) {
    std::vector<std::uint8_t> signed_codes(codes.begin(), codes.end());
    for (std::uint8_t& code : signed_codes) code = static_cast<std::uint8_t>((code - kMiddle) & kCodeBits);
    return packed_flat(signed_codes);
}

std::vector<std::uint8_t> packed_zeros(const BlockCodes& codes) { return packed(codes.zeros, codes.blocks(), (codes.blocks() + 1) / 2); }

}  // namespace vernier
