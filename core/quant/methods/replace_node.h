// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <onnx/onnx_pb.h>

#include "core/quant/edit.h"

namespace vernier {

/// Puts another node in the place of an item, which keeps its index and origin; producers and readers stay right.
void replace_node(GraphEdit& edit, int index, onnx::NodeProto node);

}  // namespace vernier
