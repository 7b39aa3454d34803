// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/methods/tap_share.h"

#include <algorithm>

namespace vernier {
namespace {

/// SAME_UPPER and SAME_LOWER: as many positions as size / stride, rounded up; the odd pad goes to the end or the start.
void pad_to_same(ConvAxis& axis, bool upper) {
    const std::int64_t all = std::max<std::int64_t>(0, ((axis.size + axis.stride - 1) / axis.stride - 1) * axis.stride + axis.reach() - axis.size);
    axis.pad_begin = upper ? all / 2 : all - all / 2;
    axis.pad_end = all - axis.pad_begin;
}

std::vector<double> shares_along(const ConvAxis& axis) {
    const std::int64_t count = axis.positions();
    std::vector<double> result(static_cast<std::size_t>(axis.taps), 0.0);
    for (std::int64_t tap = 0; tap < axis.taps; ++tap) {
        std::int64_t inside = 0;
        for (std::int64_t o = 0; o < count; ++o) {
            const std::int64_t at = o * axis.stride - axis.pad_begin + tap * axis.dilation;
            inside += at >= 0 && at < axis.size;
        }
        result[static_cast<std::size_t>(tap)] = double(inside) / double(count);
    }
    return result;
}

std::int64_t at_or(const std::vector<std::int64_t>& values, std::size_t index, std::int64_t otherwise) {
    return index < values.size() ? values[index] : otherwise;
}

/// The shares of one size of the input, and over how many output positions of a channel they are taken; none: not known.
struct Shares {
    std::vector<double> values;
    double positions = 0;
};

Shares shares_of(const onnx::NodeProto& conv, const std::vector<std::int64_t>& window, const std::vector<std::int64_t>& sizes) {
    const bool transposed = conv.op_type() == "ConvTranspose";
    const std::vector<ConvAxis> axes = transposed ? transposed_axes(conv, window, sizes) : conv_axes(conv, window, sizes);
    if (axes.size() != window.size()) return {};
    Shares shares{{1.0}, 1};
    for (const ConvAxis& axis : axes) {
        const double positions = double(transposed ? axis.size : axis.positions());  // a tap is in as many pairs of input and output either way
        std::vector<double> all;
        for (const double before : shares.values)
            for (const double here : shares_along(axis)) all.push_back(before * here * double(axis.positions()) / positions);
        shares.values = std::move(all);
        shares.positions *= positions;
    }
    return shares;
}

}  // namespace

std::vector<ConvAxis> conv_axes(const onnx::NodeProto& conv, const std::vector<std::int64_t>& window, const std::vector<std::int64_t>& sizes) {
    const auto pads = attribute_ints(conv, "pads"), strides = attribute_ints(conv, "strides"), dilations = attribute_ints(conv, "dilations");
    const std::string automatic = attribute_string(conv, "auto_pad", "NOTSET");
    std::vector<ConvAxis> axes;
    for (std::size_t a = 0; a < window.size(); ++a) {
        ConvAxis axis{sizes[a], window[a], at_or(strides, a, 1), at_or(dilations, a, 1), at_or(pads, a, 0), at_or(pads, a + window.size(), 0)};
        if (axis.size <= 0 || axis.taps <= 0 || axis.stride <= 0) return {};
        if (automatic.starts_with("SAME")) pad_to_same(axis, automatic == "SAME_UPPER");
        if (axis.positions() <= 0) return {};
        axes.push_back(axis);
    }
    return axes;
}

std::vector<ConvAxis> transposed_axes(const onnx::NodeProto& node, const std::vector<std::int64_t>& window, const std::vector<std::int64_t>& sizes) {
    const std::string automatic = attribute_string(node, "auto_pad", "NOTSET");
    if ((automatic != "NOTSET" && automatic != "VALID") || !attribute_ints(node, "output_shape").empty()) return {};
    const auto pads = attribute_ints(node, "pads"), strides = attribute_ints(node, "strides"), dilations = attribute_ints(node, "dilations"),
               further = attribute_ints(node, "output_padding");
    std::vector<ConvAxis> axes;
    for (std::size_t a = 0; a < window.size(); ++a) {
        ConvAxis axis{0, window[a], at_or(strides, a, 1), at_or(dilations, a, 1), at_or(pads, a, 0), at_or(pads, a + window.size(), 0)};
        if (sizes[a] <= 0 || axis.taps <= 0 || axis.stride <= 0) return {};
        axis.size = (sizes[a] - 1) * axis.stride + axis.reach() + at_or(further, a, 0) - axis.pad_begin - axis.pad_end;
        if (axis.size <= 0 || axis.positions() != sizes[a]) return {};
        axes.push_back(axis);
    }
    return axes;
}

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
