// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layers/pair_overflow.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

namespace vernier {
namespace {

constexpr int kMost = 32767, kLeast = -32768, kLargestCode = 255;

/// What clipping adds to a pair's sum.
int overflow(int sum) { return sum > kMost ? kMost - sum : sum < kLeast ? kLeast - sum : 0; }

/// A Conv's plane of two axes; one axis has a height of 1.
struct Plane {
    std::array<std::int64_t, 2> in{1, 1}, out{1, 1}, kernel{1, 1}, pad{0, 0}, stride{1, 1}, dilation{1, 1};
};

Plane plane_of(const PairProduct& product, std::span<const std::int64_t> dims, std::span<const std::int64_t> output_dims) {
    Plane plane;
    const std::size_t axes = product.dims.size() - 2, skip = 2 - axes;
    for (std::size_t a = 0; a < axes; ++a) {
        plane.in[skip + a] = dims[2 + a];
        plane.out[skip + a] = output_dims[2 + a];
        plane.kernel[skip + a] = product.dims[2 + a];
        if (!product.pads.empty()) plane.pad[skip + a] = product.pads[a];
        if (!product.strides.empty()) plane.stride[skip + a] = product.strides[a];
        if (!product.dilations.empty()) plane.dilation[skip + a] = product.dilations[a];
    }
    return plane;
}

/// The code that one weight of a Conv meets at an output.
struct Reach {
    std::int64_t channel = 0, y = 0, x = 0;  ///< where it is read for output (0, 0)
};

}  // namespace

PairOverflow::PairOverflow(PairProduct product) : product_(std::move(product)) {
    const std::vector<std::int64_t>& dims = product_.dims;
    std::int64_t channels = 0, taps = 1;
    if (product_.conv) {
        for (std::size_t a = 2; a < dims.size(); ++a) taps *= dims[a];
        channels = dims[0];
        k_ = dims[1] * taps;
    } else {
        k_ = dims[product_.transposed ? 1 : 0];
        channels = dims[product_.transposed ? 0 : 1];
    }
    const auto weight = [&](std::int64_t channel, std::int64_t k) {
        const std::int64_t at = product_.conv         ? (channel * dims[1] + k % dims[1]) * taps + k / dims[1]
                                : product_.transposed ? channel * k_ + k
                                                      : k * channels + channel;
        return static_cast<int>(product_.weights[static_cast<std::size_t>(at)]);
    };
    pairs_.resize(static_cast<std::size_t>(channels));
    for (std::int64_t channel = 0; channel < channels; ++channel)
        for (std::int64_t k = 0; k + 1 < k_; k += 2) {
            const Pair pair{k, k + 1, weight(channel, k), weight(channel, k + 1)};
            const bool same_sign = (pair.w0 < 0) == (pair.w1 < 0);
            if (!same_sign || overflow(kLargestCode * (pair.w0 + pair.w1)) == 0) continue;
            pairs_[static_cast<std::size_t>(channel)].push_back(pair);
            ++risky_;
        }
}

ClippedPairs PairOverflow::add(std::span<const std::uint8_t> codes, std::span<const std::int64_t> dims, std::span<float> outputs,
                               std::span<const std::int64_t> output_dims) const {
    ClippedPairs sums = product_.conv ? add_conv(codes, dims, outputs, output_dims) : add_product(codes, outputs);
    sums.values = outputs.size();
    sums.pairs = outputs.size() * static_cast<std::uint64_t>(k_ / 2);
    return sums;
}

ClippedPairs PairOverflow::add_product(std::span<const std::uint8_t> codes, std::span<float> outputs) const {
    ClippedPairs sums;
    const std::size_t channels = pairs_.size(), k = static_cast<std::size_t>(k_);
    for (std::size_t row = 0; k > 0 && row < codes.size() / k; ++row)
        for (std::size_t channel = 0; channel < channels; ++channel) {
            int delta = 0;
            std::uint64_t clipped = 0;
            for (const Pair& pair : pairs_[channel]) {
                const int over = overflow(codes[row * k + static_cast<std::size_t>(pair.first)] * pair.w0 +
                                          codes[row * k + static_cast<std::size_t>(pair.second)] * pair.w1);
                delta += over;
                clipped += over != 0 ? 1 : 0;
            }
            sums.clipped += clipped;
            sums.touched += clipped > 0 ? 1 : 0;
            outputs[row * channels + channel] += static_cast<float>(delta) * scale(channel);
        }
    return sums;
}

ClippedPairs PairOverflow::add_conv(std::span<const std::uint8_t> codes, std::span<const std::int64_t> dims, std::span<float> outputs,
                                    std::span<const std::int64_t> output_dims) const {
    ClippedPairs sums;
    const Plane plane = plane_of(product_, dims, output_dims);
    const std::int64_t inputs = product_.dims[1], area = plane.in[0] * plane.in[1], out_area = plane.out[0] * plane.out[1];
    const auto channels = static_cast<std::int64_t>(pairs_.size());
    std::vector<int> delta(static_cast<std::size_t>(out_area));
    std::vector<bool> touched(delta.size());
    for (std::int64_t n = 0; n < dims[0]; ++n)
        for (std::int64_t channel = 0; channel < channels; ++channel) {
            const std::vector<Pair>& pairs = pairs_[static_cast<std::size_t>(channel)];
            if (pairs.empty()) continue;
            const std::int64_t from = n * dims[1] + channel / (channels / product_.group) * inputs;
            const auto reach = [&](std::int64_t k) {
                const std::int64_t tap = k / inputs;
                return Reach{from + k % inputs, tap / plane.kernel[1] * plane.dilation[0] - plane.pad[0],
                             tap % plane.kernel[1] * plane.dilation[1] - plane.pad[1]};
            };
            const auto code = [&](const Reach& at, std::int64_t y, std::int64_t x) -> int {
                const std::int64_t row = at.y + y * plane.stride[0], column = at.x + x * plane.stride[1];
                if (row < 0 || row >= plane.in[0] || column < 0 || column >= plane.in[1]) return product_.zero_point;
                return codes[static_cast<std::size_t>(at.channel * area + row * plane.in[1] + column)];
            };
            std::fill(delta.begin(), delta.end(), 0);
            std::fill(touched.begin(), touched.end(), false);
            for (const Pair& pair : pairs) {
                const Reach first = reach(pair.first), second = reach(pair.second);
                for (std::int64_t y = 0; y < plane.out[0]; ++y)
                    for (std::int64_t x = 0; x < plane.out[1]; ++x) {
                        const int over = overflow(code(first, y, x) * pair.w0 + code(second, y, x) * pair.w1);
                        if (over == 0) continue;
                        const auto at = static_cast<std::size_t>(y * plane.out[1] + x);
                        delta[at] += over;
                        touched[at] = true;
                        ++sums.clipped;
                    }
            }
            sums.touched += static_cast<std::uint64_t>(std::count(touched.begin(), touched.end(), true));
            float* const out = outputs.data() + (n * channels + channel) * out_area;
            for (std::size_t i = 0; i < delta.size(); ++i) out[i] += static_cast<float>(delta[i]) * scale(static_cast<std::size_t>(channel));
        }
    return sums;
}

}  // namespace vernier
