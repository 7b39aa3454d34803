// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/quant/calibration/ranges.h"
#include "core/quant/edit.h"

namespace vernier {

/// For each tap of a convolution's window, in the order of the weight's spatial axes: the share of output positions at
/// which the tap reads the input and not the border of zeros. Empty when the input's size is not known.
///   share[k] = #{o : 0 <= o * stride - pad_begin + k * dilation < size} / out, multiplied over the axes
/// window is the weight's dims from axis 2 on.
[[nodiscard]] std::vector<double> tap_shares(const onnx::NodeProto& conv, const std::vector<std::int64_t>& window, const ValueType& input);
/// The same, on average over the output positions of the shapes in which calibration saw the input.
[[nodiscard]] std::vector<double> tap_shares(const onnx::NodeProto& conv, const std::vector<std::int64_t>& window, const SeenShapes& input);

}  // namespace vernier
