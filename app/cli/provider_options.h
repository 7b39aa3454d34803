// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/measure/targeted_model.h"
#include "core/runtime/provider.h"

namespace vernier::cli {

class OptionSet;

/// --provider and --ep-library.
struct ProviderOptions {
    std::string provider, ep_library;

    void declare(OptionSet& options);
    /// The target on this provider. Throws Error{usage} for a text that names none, Error{runtime_missing} where it cannot be used.
    [[nodiscard]] Target read(const RuntimePtr& runtime, const Target& target) const;
    /// Words "FILE" or "FILE@PROVIDER"; what names an existing file is one. Throws as read().
    [[nodiscard]] std::vector<TargetedModel> read(const RuntimePtr& runtime, const std::vector<std::string>& words, const Target& target) const;
};

}  // namespace vernier::cli
