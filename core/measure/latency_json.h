// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/json.h"
#include "core/measure/measure.h"

namespace vernier {

/// [low, high].
[[nodiscard]] Json interval_json(const Interval& interval);
[[nodiscard]] Interval interval_from_json(const Json& json);

/// p50, p90, p99, mean, n, p50_interval, p99_runs_missing, after_pause, two_speeds, launches; blocks only with samples.
[[nodiscard]] Json latency_json(const Latency& latency, bool with_samples);
/// Reads what earlier versions wrote as well, which has no launches.
[[nodiscard]] Latency latency_from_json(const Json& json);

/// The parts of a cold start in ms, and their sum.
[[nodiscard]] Json cold_start_json(const Measurement& measurement);

}  // namespace vernier
