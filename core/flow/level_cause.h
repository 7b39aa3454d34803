// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/audit/audit.h"
#include "core/model/model.h"

namespace vernier {

/// Why a node of a quantized file gives other numbers with than without the runtime's graph optimizations, as sentences: what the runtime makes
/// of it, and what breaks in that. Empty where that cannot be told. audit: of the same file.
[[nodiscard]] std::string level_cause(const Model& file, NodeId node, const Audit& audit);

}  // namespace vernier
