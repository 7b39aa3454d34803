// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/runtime/detail/ort.h"

namespace vernier::detail {

/// The target's plug-in library; empty where its provider is the runtime's own.
[[nodiscard]] std::string plug_in_of(const Target& target);

/// Whatever their letters' case, with "ExecutionProvider" behind or without.
[[nodiscard]] bool same_provider(std::string_view one, std::string_view other);

/// The last error that the runtime logged in this thread, made readable: some calls that fail give no reason of their own. Empties it.
[[nodiscard]] std::string take_logged_error();

/// Providers of a plug-in library that have a device here, by their short names. Registers the library once.
/// Throws Error{runtime_missing} where it cannot be loaded.
[[nodiscard]] std::vector<std::string> plug_in_providers(const Library& library, const std::string& path);

/// Adds a plug-in's provider to session options. Throws Error{runtime_missing} where it has no device, or not the one that its option
/// "device" (cpu, gpu, npu) asks for; without that option the first device is taken.
void append_plug_in(const Library& library, OrtSessionOptions* options, const Target& target);

}  // namespace vernier::detail
