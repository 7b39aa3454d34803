// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/base/finding.h"
#include "core/measure/measure.h"

namespace vernier {

/// What makes latencies less certain: two speeds of the machine (`two-speeds`), fewer launches than usual (`few-launches`),
/// too few runs for p99 (`few-runs`).
[[nodiscard]] std::vector<Finding> latency_findings(const std::vector<Measurement>& measurements);

}  // namespace vernier
