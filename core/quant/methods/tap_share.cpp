// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/methods/tap_share.h"

#include <algorithm>

namespace vernier {
namespace {

/// One spatial axis of a convolution.
struct Axis {
    std::int64_t size = 0, taps = 1, stride = 1, dilation = 1, pad_begin = 0, pad_end = 0;

    [[nodiscard]] std::int64_t reach() const { return (taps - 1) * dilation + 1; }
    [[nodiscard]] std::int64_t positions() const { return (size + pad_begin + pad_end - reach()) / stride + 1; }

    /// SAME_UPPER and SAME_LOWER: as many positions as size / stride, rounded up; the odd pad goes to the end or the start.
    void pad_to_same(bool upper) {
        const std::int64_t all = std::max<std::int64_t>(0, ((size + stride - 1) / stride - 1) * stride + reach() - size);
        pad_begin = upper ? all / 2 : all - all / 2;
        pad_end = all - pad_begin;
    }

    [[nodiscard]] std::vector<double> shares() const {
        const std::int64_t count = positions();
        std::vector<double> result(static_cast<std::size_t>(taps), 0.0);
        for (std::int64_t tap = 0; tap < taps; ++tap) {
            std::int64_t inside = 0;
            for (std::int64_t o = 0; o < count; ++o) {
                const std::int64_t at = o * stride - pad_begin + tap * dilation;
                inside += at >= 0 && at < size;
            }
            result[static_cast<std::size_t>(tap)] = double(inside) / double(count);
        }
        return result;
    }
};

std::int64_t at_or(const std::vector<std::int64_t>& values, std::size_t index, std::int64_t otherwise) {
    return index < values.size() ? values[index] : otherwise;
}

/// The shares of one size of the input, and over how many output positions of a channel they are taken; none: not known.
struct Shares {
    std::vector<double> values;
    double positions = 0;
};

Shares shares_of(const onnx::NodeProto& conv, const std::vector<std::int64_t>& window, const std::vector<std::int64_t>& sizes) {
    const auto pads = attribute_ints(conv, "pads"), strides = attribute_ints(conv, "strides"), dilations = attribute_ints(conv, "dilations");
    const std::string automatic = attribute_string(conv, "auto_pad", "NOTSET");
    Shares shares{{1.0}, 1};
    for (std::size_t a = 0; a < window.size(); ++a) {
        Axis axis{sizes[a], window[a], at_or(strides, a, 1), at_or(dilations, a, 1), at_or(pads, a, 0), at_or(pads, a + window.size(), 0)};
        if (axis.size <= 0 || axis.taps <= 0 || axis.stride <= 0) return {};
        if (automatic.starts_with("SAME")) axis.pad_to_same(automatic == "SAME_UPPER");
        if (axis.positions() <= 0) return {};
        const auto along = axis.shares();
        std::vector<double> all;
        for (const double before : shares.values)
            for (const double here : along) all.push_back(before * here);
        shares.values = std::move(all);
        shares.positions *= double(axis.positions());
    }
    return shares;
}

}  // namespace

std::vector<double> tap_shares(const onnx::NodeProto& conv, const std::vector<std::int64_t>& window, const ValueType& input) {
    if (!input.has_shape || input.dims.size() != window.size() + 2) return {};
    std::vector<std::int64_t> sizes;
    for (std::size_t a = 2; a < input.dims.size(); ++a) sizes.push_back(input.dims[a].value);
    return shares_of(conv, window, sizes).values;
}

std::vector<double> tap_shares(const onnx::NodeProto& conv, const std::vector<std::int64_t>& window, const SeenShapes& input) {
    std::vector<double> sums;
    double positions = 0;
    for (const auto& [dims, runs] : input) {
        if (dims.size() != window.size() + 2) return {};
        const Shares shares = shares_of(conv, window, {dims.begin() + 2, dims.end()});
        const double weight = shares.positions * double(dims[0]) * double(runs);
        sums.resize(std::max(sums.size(), shares.values.size()), 0.0);
        for (std::size_t k = 0; k < shares.values.size(); ++k) sums[k] += weight * shares.values[k];
        positions += weight;
    }
    if (positions <= 0) return {};
    for (double& sum : sums) sum /= positions;
    return sums;
}

}  // namespace vernier
