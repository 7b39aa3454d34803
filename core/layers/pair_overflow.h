// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace vernier {

/// An integer product of U8 activations and S8 weights.
struct PairProduct {
    std::vector<std::int8_t> weights = {};
    std::vector<std::int64_t> dims = {};  ///< of the weights: [channels, inputs / group, spatial...] of a Conv, [k, n] of a product
    bool conv = true;
    bool transposed = false;  ///< of a product: weights are [n, k]
    std::int64_t group = 1;
    std::vector<std::int64_t> pads = {}, strides = {}, dilations = {};  ///< of a Conv, one or two spatial axes; empty: 0, 1, 1
    std::vector<float> scales = {1};                                    ///< of the product's sums: input scale times weight scale, one or one a channel
    std::uint8_t zero_point = 0;                                        ///< code of the zeros at a border
};

/// What the 16 bits clipped.
struct ClippedPairs {
    std::uint64_t pairs = 0, clipped = 0;
    std::uint64_t values = 0, touched = 0;  ///< outputs, and those of them that a clipped pair changed
};

/// x86 CPUs without VNNI (VPMADDUBSW) multiply U8 by S8 codes in neighbouring pairs along k and sum each pair in 16 bits, clipped at 32767 and
/// -32768 without a word. k runs over taps, and inside of these over input channels, as in quant/methods/pair_safe.h. Depthwise convolutions have
/// another kernel.
class PairOverflow {
public:
    explicit PairOverflow(PairProduct product);
    /// Pairs of weights that can clip at all: those of one sign whose sum is above 128.
    [[nodiscard]] std::size_t risky() const { return risky_; }
    /// Adds to the exact outputs what clipping changes. codes: of the activation, [n, channels, spatial...] or [..., k].
    [[nodiscard]] ClippedPairs add(std::span<const std::uint8_t> codes, std::span<const std::int64_t> dims, std::span<float> outputs,
                                   std::span<const std::int64_t> output_dims) const;

private:
    struct Pair {
        std::int64_t first = 0, second = 0;  ///< k
        int w0 = 0, w1 = 0;
    };
    [[nodiscard]] ClippedPairs add_product(std::span<const std::uint8_t> codes, std::span<float> outputs) const;
    [[nodiscard]] ClippedPairs add_conv(std::span<const std::uint8_t> codes, std::span<const std::int64_t> dims, std::span<float> outputs,
                                        std::span<const std::int64_t> output_dims) const;
    [[nodiscard]] float scale(std::size_t channel) const { return product_.scales.size() == 1 ? product_.scales[0] : product_.scales.at(channel); }

    PairProduct product_;
    std::int64_t k_ = 0;
    std::vector<std::vector<Pair>> pairs_;  ///< by output channel
    std::size_t risky_ = 0;
};

}  // namespace vernier
