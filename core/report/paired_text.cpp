// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/paired_text.h"

#include <fmt/format.h>

#include "core/measure/latency.h"
#include "core/measure/latency_compare.h"
#include "core/report/format.h"

namespace vernier {

std::string against_text(const std::optional<PairedRatio>& figure) {
    if (!figure) return {};
    return times(figure->ratio) + (figure->differs ? "" : " ~");
}

std::string interval_text(const std::optional<PairedRatio>& figure) {
    if (!figure) return {};
    return fmt::format("95 %: {} to {}", significant(figure->interval.lo), significant(figure->interval.hi));
}

std::string cold_start_parts(const Measurement& measurement) {
    return fmt::format("download {} + start {} + first run {} ms", significant(download_ms(measurement.size_bytes)),
                       significant(measurement.session_start_ms), significant(measurement.first_run_ms));
}

std::string missing_runs_text(const Latency& latency) {
    const std::uint64_t needed = runs_needed(0.99);
    if (latency.n >= needed) return {};
    return fmt::format("p99 needs {} runs: {} more", grouped(needed), grouped(needed - latency.n));
}

}  // namespace vernier
