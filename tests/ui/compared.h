// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/evidence/compare.h"
#include "tests/ui/small_session.h"

namespace vernier::test {

/// A measurement of simulated runs of cost ms and of samples of which the first wrong are answered wrongly.
Measurement simulated(const std::string& model, double cost, std::uint64_t size_bytes, std::size_t samples, std::size_t wrong);

/// A baseline of 1 ms and 1 MB against "static" (0.5 ms, a quarter of the size, 2 more wrong of 2,000) and "half" (the same time
/// and answers, half the size); limit: 0.5 points.
Comparison simulated_comparison(std::size_t samples = 2000);

/// Opens a session file with that comparison on the small model; the runs are named "all static" and "FP16".
bool open_compared(SmallSession& small, const Comparison& comparison);

}  // namespace vernier::test
