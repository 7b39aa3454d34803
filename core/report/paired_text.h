// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "core/measure/paired.h"

namespace vernier {

/// "1.23x", or "1.01x ~" where there is no measurable difference; empty where it is not known.
[[nodiscard]] std::string against_text(const std::optional<PairedRatio>& figure);

/// "95 %: 1.20 to 1.26"; empty where it is not known.
[[nodiscard]] std::string interval_text(const std::optional<PairedRatio>& figure);

/// "download 20.0 + start 4.00 + first run 1.00 ms".
[[nodiscard]] std::string cold_start_parts(const Measurement& measurement);

/// "p99 needs 1,000 runs: 600 more"; empty where nothing is missing.
[[nodiscard]] std::string missing_runs_text(const Latency& latency);

}  // namespace vernier
