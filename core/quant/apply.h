// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <onnx/onnx_pb.h>

#include "core/quant/prepare.h"

namespace vernier {

/// Writes a plan: the methods by their statistics, on a copy of the prepared graph. writing.ranges holds what observe() gave.
[[nodiscard]] onnx::ModelProto apply(const Writing& writing);

}  // namespace vernier
