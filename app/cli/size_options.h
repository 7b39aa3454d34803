// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/model/sizes.h"

namespace vernier::cli {

class OptionSet;

/// --dim and --shape: what open axes of the model's inputs count as.
struct SizeOptions {
    std::vector<std::string> dims, shapes;

    void declare(OptionSet& options);
    /// Throws Error{usage} for texts that are no sizes.
    [[nodiscard]] SizeChoices read() const;
};

}  // namespace vernier::cli
