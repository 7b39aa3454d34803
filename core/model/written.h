// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <onnx/onnx_pb.h>

#include "core/model/model.h"

namespace vernier {

/// A copy of the model's proto as it is in the file, external initializers inline. Its local functions are functions still,
/// while Model::proto() and the nodes of the Model have what they do in the place of their calls, and its sparse constants are sparse.
[[nodiscard]] onnx::ModelProto written_proto(const Model& model);

}  // namespace vernier
