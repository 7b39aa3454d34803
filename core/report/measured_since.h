// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/base/finding.h"
#include "core/evidence/compare.h"

namespace vernier {

/// The findings of `quantize` after its file was measured: what they timed in passing gives way to the measured figure, and what
/// it contradicts ("nothing-to-gain" of a file that is faster) is not said any more.
[[nodiscard]] std::vector<Finding> measured_since(std::vector<Finding> findings, const CandidateComparison& candidate, const Measurement& baseline);

}  // namespace vernier
