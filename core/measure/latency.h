// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "core/measure/measure.h"

namespace vernier {

/// Milliseconds on a steady clock.
using Clock = std::function<double()>;
[[nodiscard]] Clock steady_clock_ms();

/// Waits until this process burns no processor time any more, at most a quarter of a second. The threads of a session's pool
/// spin for some 40 ms after a run, and would take a processor from the next block, which belongs to another session.
void settle_pools();

/// How many runs a percentile needs: ten that lie beyond it (1,000 for p99, 100 for p90).
[[nodiscard]] std::uint64_t runs_needed(double p);

/// Single runs after a pause, over all launches, below which their median is not known.
inline constexpr std::uint64_t kPausesNeeded = 8;
[[nodiscard]] std::uint64_t pauses_of(const Latency& latency);

/// Percentiles and mean of all warm runs, and the interval of p50 over launches.
[[nodiscard]] Latency summarise(std::vector<Launch> launches);

/// The time to fetch a file of this size at 400 Mbit/s, an assumed rate.
[[nodiscard]] double download_ms(std::uint64_t size_bytes);

/// Download, session start and first run, in ms.
[[nodiscard]] double cold_start_ms(const Measurement& measurement);

}  // namespace vernier
