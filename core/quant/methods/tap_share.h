// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/quant/calibration/ranges.h"
#include "core/quant/edit.h"

namespace vernier {

/// One spatial axis of a convolution's input.
struct ConvAxis {
    std::int64_t size = 0, taps = 1, stride = 1, dilation = 1, pad_begin = 0, pad_end = 0;

    [[nodiscard]] std::int64_t reach() const { return (taps - 1) * dilation + 1; }
    [[nodiscard]] std::int64_t positions() const { return (size + pad_begin + pad_end - reach()) / stride + 1; }
};

/// The spatial axes of a convolution over an input of these sizes; window is the weight's dims from axis 2 on. Empty where a size is
/// not known or leaves no output.
[[nodiscard]] std::vector<ConvAxis> conv_axes(const onnx::NodeProto& conv, const std::vector<std::int64_t>& window, const std::vector<std::int64_t>& sizes);

/// Those of the Conv that a ConvTranspose turns around: its input (size) is the output of the ConvTranspose, its output (positions) the input, whose
/// sizes are given. Tap k of input position q is at output position q * stride - pad_begin + k * dilation. Empty also where the size of the output is
/// chosen otherwise than by pads (auto_pad, output_shape).
[[nodiscard]] std::vector<ConvAxis> transposed_axes(const onnx::NodeProto& node, const std::vector<std::int64_t>& window,
                                                    const std::vector<std::int64_t>& sizes);

/// For each tap of a convolution's window, in the order of the weight's spatial axes: the share of output positions at
/// which the tap reads the input and not the border of zeros. Empty when the input's size is not known.
///   share[k] = #{o : 0 <= o * stride - pad_begin + k * dilation < size} / out, multiplied over the axes
/// Of a ConvTranspose: at which the tap brings a number of the input. window is the weight's dims from axis 2 on.
[[nodiscard]] std::vector<double> tap_shares(const onnx::NodeProto& conv, const std::vector<std::int64_t>& window, const ValueType& input);
/// The same, on average over the output positions of the shapes in which calibration saw the input.
[[nodiscard]] std::vector<double> tap_shares(const onnx::NodeProto& conv, const std::vector<std::int64_t>& window, const SeenShapes& input);

}  // namespace vernier
