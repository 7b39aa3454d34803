// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "core/evidence/paired.h"

namespace vernier {

/// Every figure of time and memory of a candidate against the baseline; nothing where there are too few runs or launches.
/// Times are the baseline's over the candidate's (above 1: faster), memory is the candidate's over the baseline's.
struct PairedFigures {
    std::optional<PairedRatio> p50, p90, p99, mean;
    std::optional<PairedRatio> after_pause;  ///< first call after a pause
    std::optional<PairedRatio> session_start, first_run;
    std::optional<PairedRatio> cold_start;  ///< download, session start and first run together
    std::optional<PairedRatio> memory;
};

[[nodiscard]] PairedFigures compare_latency(const Measurement& baseline, const Measurement& candidate);

}  // namespace vernier
