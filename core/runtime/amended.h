// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "core/runtime/runtime.h"

namespace vernier {

/// Reads a float tensor while a session runs, and may change it: what reads it gets what it left. Called in the order of the graph.
using Amender = std::function<void(std::span<float> values, std::span<const std::int64_t> dims)>;

/// A session in which each named float tensor passes through its amender, on the CPU. No optimization looks through it. Keeps the model.
/// Throws as Session::open_observed.
[[nodiscard]] std::unique_ptr<Session> open_amended(RuntimePtr runtime, std::shared_ptr<const onnx::ModelProto> model, const std::filesystem::path& folder,
                                                    const Target& target, const std::map<std::string, Amender>& amenders);

}  // namespace vernier
