// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/runtime/detail/ort.h"
#include "core/runtime/provider.h"

namespace vernier::detail {

/// A provider's name as the library spells it. Throws Error{runtime_missing} that names those which it has.
[[nodiscard]] std::string spelled_provider(const Library& library, const std::string& name);

/// Adds the target's provider; the CPU's is always there, and takes what no other one does. Throws Error{runtime_missing}.
void append_provider(const Library& library, OrtSessionOptions* options, const Target& target);

/// Why a provider cannot be used, with what the runtime logged of it.
[[nodiscard]] Error unusable_provider(const Library& library, const std::string& provider, const std::string& reason);

/// Opens a session: a refusal on another provider than the CPU's names it, since the file may be sound.
template <class Open>
auto naming_provider(const Target& target, const Open& open) {
    try {
        return open();
    } catch (const Error& error) {
        if (is_on_cpu(target) || error.kind() != ErrorKind::bad_model) throw;
        throw Error(ErrorKind::bad_model, "the provider " + target.provider + " refuses it: " + error.what(), error.where(),
                    "Another provider may take it (--provider cpu).");
    }
}

}  // namespace vernier::detail
