// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/quant/edit.h"

namespace vernier {

/// The constant that makes NaN or infinity in a tensor: the nearest one before it that holds such values; empty when none does,
/// so that the samples are to blame.
struct OddSource {
    std::string constant, node;
};
[[nodiscard]] OddSource odd_source(const GraphEdit& edit, const std::string& tensor);

}  // namespace vernier
