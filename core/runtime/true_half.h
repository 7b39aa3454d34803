// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <set>
#include <string>

#include "core/runtime/runtime.h"

namespace vernier {

/// A session in which each of these computed float16 tensors holds halves, as on a GPU. In an ordinary session the runtime's
/// CPU kernels compute most half-precision nodes in float, and the conversions between them are removed: what half
/// precision loses or turns into infinity is not seen. Names may be those of bodies (If, Loop, Scan). Keeps the model.
/// Throws as Session::open.
[[nodiscard]] std::unique_ptr<Session> open_in_true_half(RuntimePtr runtime, std::shared_ptr<const onnx::ModelProto> model, const Target& target,
                                                         const std::set<std::string>& tensors);

}  // namespace vernier
