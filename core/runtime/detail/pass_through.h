// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Private to core/runtime: sessions with an operator of ours behind some tensors.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "core/runtime/detail/ort.h"

namespace vernier::detail {

/// Sees the values that pass. Called from the thread that runs; several threads at once are possible.
class Onlooker {
public:
    virtual ~Onlooker() = default;
    /// id: of the tensor; values: count elements, of which it may change some.
    virtual void see(std::size_t id, void* values, std::size_t count, std::span<const std::int64_t> dims) = 0;
};

/// A custom operator that gives its input as its output, in the same buffer, and where it goes. No optimization looks
/// through it.
struct PassThrough {
    const char* op_type = "";
    ElementType element = ElementType::float32;  ///< of all the tensors
    std::map<std::string, std::size_t> ids;      ///< from 0, by the tensor that it stands behind
    std::unique_ptr<Onlooker> onlooker;          ///< may be null
};

/// Opens a model with the operator behind its tensors, those of bodies too. The session keeps the model.
[[nodiscard]] std::unique_ptr<Session> open_passing(RuntimePtr runtime, std::shared_ptr<const onnx::ModelProto> model, const std::filesystem::path& folder,
                                                    const Target& target, PassThrough passing);

}  // namespace vernier::detail
