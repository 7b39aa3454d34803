// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/measure/metrics.h"
#include "core/measure/sample_sums.h"

namespace vernier {

/// The sums that SQNR and cosine share: signal, error, dot and energy (core/measure/metrics.h).
extern const OutputSums kDistance;
[[nodiscard]] OutputDistance distance_of(const SampleSums& sums);

}  // namespace vernier
