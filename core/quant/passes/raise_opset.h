// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include <onnx/onnx_pb.h>

#include "core/quant/edit.h"

namespace vernier {

/// What onnx's opset converter takes for the same in a later opset and what is not. Both go through all bodies.

/// Before opset 13, Hardmax takes all axes from "axis" on as one; later it works along that axis alone. The converter knows this of
/// Softmax and LogSoftmax only:
///   Hardmax(x, axis)      =>      Reshape(Hardmax(Flatten(x, axis), axis=1), Shape(x))
/// The same in both opsets. edit: tells ranks and fresh names. For a model of an opset below 13.
void flatten_hardmax(onnx::GraphProto& graph, GraphEdit& edit);

/// Resize of opset 10, and Upsample before it, take x / scale for the place in the input, and the next whole number below (above
/// where an axis shrinks) for the nearest. From opset 11 on the default is the half pixel, and the converter does not say otherwise.
/// raised: a model of opset 11 or later that was below 11. Returns an empty text, or why a Resize cannot be said in the later opset.
[[nodiscard]] std::string keep_resize_places(onnx::GraphProto& raised);

/// The converter's message without the place in its source: what a person can read of it.
[[nodiscard]] std::string converter_problem(const std::string& message);

}  // namespace vernier
