// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/flow/measure_files.h"

namespace vernier::test {

/// A measurement with these figures, of a file called name.
[[nodiscard]] Measurement measured(const std::string& name, double p50, std::uint64_t bytes, double top1);

/// A baseline of 10 ms, 1 MB and 90 % on 1,000 samples; candidates are added by the test.
[[nodiscard]] ComparedFiles baseline_only();

/// Adds a candidate; its speed interval is 2 % to both sides, its accuracy interval half a point.
CandidateComparison& add_candidate(ComparedFiles& compared, const std::string& name, double p50, std::uint64_t bytes, double top1);

}  // namespace vernier::test
