// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/latency_findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "core/base/number_text.h"
#include "core/base/timed.h"
#include "core/measure/latency.h"
#include "core/measure/launch_plan.h"

namespace vernier {
namespace {

void name_two_speeds(const std::vector<Measurement>& measurements, std::vector<Finding>& findings) {
    const auto found = std::find_if(measurements.begin(), measurements.end(), [](const Measurement& each) { return each.latency.two_speeds.has_value(); });
    if (found == measurements.end()) return;
    const Interval& speeds = *found->latency.two_speeds;
    findings.push_back(
        {.severity = Severity::warning,
         .code = "two-speeds",
         .text = fmt::format("takes {} or {}, and next to nothing between: this machine runs at two speeds.", time_text(speeds.lo), time_text(speeds.hi)),
         .remedy = "Its p50 depends on how long each speed lasted. Speed-ups are taken from pairs of runs at the same speed. For a steady "
                   "p50 fix the clock (governor \"performance\") or end other work.",
         .file = found->model.string()});
}

void name_few_launches(const std::vector<Measurement>& measurements, std::vector<Finding>& findings) {
    const std::size_t launches = measurements.front().latency.launches.size();
    if (launches == 0 || launches >= kUsualLaunches) return;
    double start = 0;
    for (const Measurement& each : measurements) start = std::max(start, each.session_start_ms + each.first_run_ms);
    findings.push_back(
        {.code = "few-launches",
         .text = fmt::format("Each model was started {} times instead of {}, since a start takes up to {} ms.", launches, kUsualLaunches, significant(start)),
         .remedy = "Intervals are wider; give more time with --seconds."});
}

void name_few_runs(const std::vector<Measurement>& measurements, std::vector<Finding>& findings) {
    const std::uint64_t needed = runs_needed(0.99);
    const auto fewest =
        std::min_element(measurements.begin(), measurements.end(), [](const Measurement& a, const Measurement& b) { return a.latency.n < b.latency.n; });
    if (fewest->latency.n >= needed) return;
    findings.push_back({.code = "few-runs",
                        .text = fmt::format("had {} timed runs, and p99 needs {}.", grouped(fewest->latency.n), grouped(needed)),
                        .remedy = "Give more time with --seconds.",
                        .file = fewest->model.string()});
}

}  // namespace

std::vector<Finding> latency_findings(const std::vector<Measurement>& measurements) {
    std::vector<Finding> findings;
    if (measurements.empty()) return findings;
    name_two_speeds(measurements, findings);
    name_few_launches(measurements, findings);
    name_few_runs(measurements, findings);
    return findings;
}

}  // namespace vernier
