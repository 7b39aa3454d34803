// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>
#include <set>
#include <string>

#include "core/runtime/runtime.h"

namespace vernier {

/// The tensors that a model computes in half precision, those of bodies too, by the types of constants, inputs and operators.
/// all: constants and inputs too.
[[nodiscard]] std::set<std::string> half_tensors(const onnx::ModelProto& model, bool all = false);

/// A quantized file, opened so that each tensor that it computes in half precision holds halves. The runtime's CPU kernels
/// compute most of them in float and so hide what a GPU would lose. Tensors that are half in the opened file (fp32) already
/// are left as they are. Null where there are no others.
[[nodiscard]] std::unique_ptr<Session> open_in_true_half(const RuntimePtr& runtime, const std::filesystem::path& file, const std::filesystem::path& fp32,
                                                         const Target& target);
/// The same for a model in memory.
[[nodiscard]] std::unique_ptr<Session> open_in_true_half(const RuntimePtr& runtime, const std::shared_ptr<const onnx::ModelProto>& model,
                                                         const std::filesystem::path& fp32, const Target& target);

}  // namespace vernier
