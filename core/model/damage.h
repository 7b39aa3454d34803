// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <optional>

#include "core/base/error.h"
#include "core/model/model.h"

namespace vernier {

/// Opens an ONNX file to be looked at. What does not hold together in its graph (a tensor without its bytes, a cycle, an
/// operator that nobody knows, a version that is too new) is left out of the indexes and told by serious findings "damaged";
/// types are then those that the file declares. Such a model may be neither run nor rewritten: damage_of says so.
/// Throws Error{not_found, bad_model} for a file in which there is nothing to look at.
[[nodiscard]] ModelPtr open_to_look(const std::filesystem::path& path, const Job& job = {});

/// The error with which open_model refuses this model; nothing for a sound one.
[[nodiscard]] const std::optional<Error>& damage_of(const Model& model);

}  // namespace vernier
