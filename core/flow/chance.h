// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "core/base/finding.h"
#include "core/measure/measure.h"

namespace vernier {

/// The finding `at-chance` where the first model of a measurement answers no better than one that knows nothing, or `label-order` where its answers
/// follow the labels under other numbers. Then the data or their preprocessing are wrong, and what other files lose cannot be seen. Nothing where there
/// are too few samples to say so.
[[nodiscard]] std::optional<Finding> chance_finding(const Measurement& first);

}  // namespace vernier
