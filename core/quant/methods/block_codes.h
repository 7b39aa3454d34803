// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace vernier {

/// A matrix [rows, columns] in codes of 4 bits, each row in blocks along its columns, of which the last may be shorter:
///   w'[r, c] = scale[r, b] * (code[r, c] - zero[r, b]),  b = c / block
/// A scale may be negative: a symmetric block then reaches 8 steps above zero and 7 below.
struct BlockCodes {
    std::size_t rows = 0, columns = 0, block = 32;
    std::vector<std::uint8_t> codes;  ///< [rows, columns], 0 to 15
    std::vector<float> scales;        ///< [rows, blocks]
    std::vector<std::uint8_t> zeros;  ///< [rows, blocks], 0 to 15; 8 in symmetric blocks

    BlockCodes() = default;
    BlockCodes(std::size_t row_count, std::size_t column_count, std::size_t block_size);
    [[nodiscard]] std::size_t blocks() const { return (columns + block - 1) / block; }
    [[nodiscard]] float value(std::size_t row, std::size_t column) const;
    [[nodiscard]] std::vector<float> values() const;  ///< [rows, columns]
    bool operator==(const BlockCodes&) const = default;
};

/// How blocks are rounded.
struct BlockForm {
    std::size_t block = 32;
    bool zero_points = false;  ///< else each is symmetric, with 8 for zero
    bool fitted = true;        ///< the scale that loses least; else the one that reaches the largest weight
    bool summed = false;       ///< a row is what one output sums over: where fitted, codes let its errors cancel
};

/// One block's scale and zero point.
struct BlockScale {
    float scale = 1;
    std::uint8_t zero = 8;
};

/// The scale of a block of up to 128 finite weights. Fitted: of a row of candidates the one with the least
///   sum_i importance[i] * (w[i] - w'[i])^2
/// and then the scale that is best for its codes (least squares). importance: one number a weight, or none for 1 each.
/// A block whose numbers are all zero, or too small for a scale in normal range, has scale 1.
[[nodiscard]] BlockScale fit_block(std::span<const float> weights, std::span<const float> importance, const BlockForm& form);

/// The code of a weight: rounded to nearest even, 0 to 15.
[[nodiscard]] std::uint8_t block_code(float weight, BlockScale scale);

/// Rounds all of a matrix, on all processors: to nearest, with the scale of each block (fit_block). Fitted: a scale then grows until the codes keep the power
/// of their weights, <w, w> = <w, w'>. Fitted and summed: what rounding loses of the sum of a row is made up for column by column as samples would show that
/// the numbers which a row multiplies have a mean (as behind Relu): without any, and without more bytes. Source: the same idea as SQuant (Guo et al. 2022), by
/// compensation (compensate.h) for numbers that have a third of their power in common.
[[nodiscard]] BlockCodes quantize_blocks(std::span<const float> matrix, std::size_t rows, std::size_t columns, const BlockForm& form);

/// Codes as MatMulNBits reads them: [rows, blocks, block / 2] bytes, the first of two codes in the lower half, zeros behind a short block.
[[nodiscard]] std::vector<std::uint8_t> packed_blocks(const BlockCodes& codes);
/// Codes as GatherBlockQuantized reads them: [rows, columns / 2] bytes; columns is even.
[[nodiscard]] std::vector<std::uint8_t> packed_rows(const BlockCodes& codes);
/// Codes as tensors of UINT4 and INT4 (less 8) hold them, one behind the other.
[[nodiscard]] std::vector<std::uint8_t> packed_flat(std::span<const std::uint8_t> codes);
[[nodiscard]] std::vector<std::uint8_t> packed_signed(std::span<const std::uint8_t> codes);
/// Zero points: [rows, (blocks + 1) / 2] bytes.
[[nodiscard]] std::vector<std::uint8_t> packed_zeros(const BlockCodes& codes);

}  // namespace vernier
