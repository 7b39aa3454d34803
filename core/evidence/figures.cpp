// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evidence/figures.h"

#include <algorithm>
#include <functional>
#include <iterator>

#include "core/base/error.h"
#include "core/evidence/latency_compare.h"
#include "core/evidence/metrics/table.h"
#include "core/measure/latency.h"
#include "core/measure/statistics.h"

namespace vernier {
namespace {

std::optional<double> positive(double value) { return value > 0 ? std::optional(value) : std::nullopt; }

std::optional<double> megabytes_of(std::uint64_t bytes) { return static_cast<double>(bytes) / 1e6; }

std::optional<Against> ratio(const std::optional<PairedRatio>& paired) {
    if (!paired) return std::nullopt;
    return Against{Against::Kind::ratio, paired->ratio, paired->interval, paired->differs};
}

/// The speed-up that the gate judges. Where there are too few pairs to know, it is one with the interval {1, 1}.
std::optional<Against> speedup(const TrialView& trial) {
    const CandidateComparison& candidate = *trial.compared;
    if (!candidate.paired.p50 && candidate.speedup_interval == Interval{1, 1}) return std::nullopt;
    return Against{Against::Kind::ratio, candidate.speedup, candidate.speedup_interval, candidate.latency_differs};
}

std::vector<Part> cold_start_parts(const TrialView& trial) {
    return {{"download", download_ms(trial.measured.size_bytes)}, {"start", trial.measured.session_start_ms}, {"first run", trial.measured.first_run_ms}};
}

/// 95 %, t over launches; the value itself is a median of theirs, which the interval holds in any case. Nothing below three launches.
std::optional<Interval> of_launches(const TrialView& trial, double value, const std::function<std::optional<double>(const Launch&)>& figure) {
    constexpr std::size_t kFewest = 3;
    std::vector<double> values;
    for (const Launch& launch : trial.measured.latency.launches)
        if (const auto each = figure(launch)) values.push_back(*each);
    if (values.size() < kFewest) return std::nullopt;
    const Interval interval = mean_t_interval(values).interval;
    return Interval{std::max(0.0, std::min(interval.lo, value)), std::max(interval.hi, value)};
}

std::optional<Interval> cold_start_interval(const TrialView& trial) {
    const double download = download_ms(trial.measured.size_bytes);
    return of_launches(trial, cold_start_ms(trial.measured),
                       [download](const Launch& launch) { return download + launch.session_start_ms + launch.first_run_ms; });
}

std::optional<Interval> memory_interval(const TrialView& trial) {
    return of_launches(trial, static_cast<double>(trial.measured.peak_rss_bytes) / 1e6,
                       [](const Launch& launch) { return static_cast<double>(launch.peak_rss_bytes) / 1e6; });
}

std::optional<Interval> pause_interval(const TrialView& trial) {
    if (!positive(trial.measured.latency.after_pause)) return std::nullopt;
    return of_launches(trial, trial.measured.latency.after_pause, [](const Launch& launch) -> std::optional<double> {
        if (launch.after_pause_ms.empty()) return std::nullopt;
        return median(launch.after_pause_ms);
    });
}

/// Size, time and memory. Figures of answers are rows of core/evidence/metrics.
constexpr Figure kFigures[] = {
    {.id = "size",
     .title = "File size",
     .column = "size",
     .unit = "MB",
     .form = Form::megabytes,
     .places = in_measure | in_compare | in_runs | in_report | in_charts,
     .chart = 3,
     .against_column = "size",
     .value = [](const TrialView& trial) { return megabytes_of(trial.measured.size_bytes); },
     .against =
         [](const TrialView& trial) {
             return std::optional(Against{Against::Kind::ratio, trial.compared->size_ratio});
         }},
    {.id = "session_start",
     .title = "Session start",
     .column = "start",
     .unit = "ms",
     .places = in_measure | in_report,
     .value = [](const TrialView& trial) { return std::optional(trial.measured.session_start_ms); },
     .interval =
         [](const TrialView& trial) {
             return of_launches(trial, trial.measured.session_start_ms, [](const Launch& launch) { return launch.session_start_ms; });
         },
     .against = [](const TrialView& trial) { return ratio(trial.compared->paired.session_start); }},
    {.id = "first_run",
     .title = "First run",
     .column = "first run",
     .unit = "ms",
     .places = in_report,
     .value = [](const TrialView& trial) { return std::optional(trial.measured.first_run_ms); },
     .interval =
         [](const TrialView& trial) { return of_launches(trial, trial.measured.first_run_ms, [](const Launch& launch) { return launch.first_run_ms; }); },
     .against = [](const TrialView& trial) { return ratio(trial.compared->paired.first_run); }},
    {.id = "p50",
     .title = "Latency p50",
     .column = "p50",
     .unit = "ms",
     .places = in_measure | in_compare | in_runs | in_report | in_charts,
     .chart = 1,
     .family = "latency",
     .against_column = "speed",
     .own_limit = "--min-speedup",
     .value = [](const TrialView& trial) { return std::optional(trial.measured.latency.p50); },
     .interval = [](const TrialView& trial) { return proper(trial.measured.latency.p50_interval); },
     .against = speedup},
    {.id = "p90",
     .title = "Latency p90",
     .column = "p90",
     .unit = "ms",
     .places = in_measure | in_times | in_report | in_charts,
     .chart = 4,
     .family = "latency",
     .value = [](const TrialView& trial) { return trial.measured.latency.p90; },
     .interval = [](const TrialView& trial) { return trial.measured.latency.p90_interval; },
     .against = [](const TrialView& trial) { return ratio(trial.compared->paired.p90); },
     .runs_needed = [] { return runs_needed(0.9); }},
    {.id = "p99",
     .title = "Latency p99",
     .column = "p99",
     .unit = "ms",
     .places = in_measure | in_times | in_runs | in_report | in_board_chart | in_sheet_chart,
     .chart = 4,
     .family = "latency",
     .value = [](const TrialView& trial) { return trial.measured.latency.p99; },
     .interval = [](const TrialView& trial) { return trial.measured.latency.p99_interval; },
     .against = [](const TrialView& trial) { return ratio(trial.compared->paired.p99); },
     .runs_needed = [] { return runs_needed(0.99); }},
    {.id = "mean",
     .title = "Mean latency",
     .column = "mean",
     .unit = "ms",
     .places = in_measure | in_times | in_report,
     .family = "latency",
     .value = [](const TrialView& trial) { return std::optional(trial.measured.latency.mean); },
     .interval = [](const TrialView& trial) { return trial.measured.latency.mean_interval; },
     .against = [](const TrialView& trial) { return ratio(trial.compared->paired.mean); }},
    {.id = "after_pause",
     .title = "First call after a pause",
     .column = "after a pause",
     .unit = "ms",
     .places = in_measure | in_times | in_report | in_report_chart | in_board_chart,
     .chart = 5,
     .note = "single runs with cold caches",
     .value = [](const TrialView& trial) { return positive(trial.measured.latency.after_pause); },
     .interval = pause_interval,
     .against = [](const TrialView& trial) { return ratio(trial.compared->paired.after_pause); },
     .runs_needed = [] { return kPausesNeeded; },
     .runs = [](const TrialView& trial) { return pauses_of(trial.measured.latency); }},
    {.id = "cold_start",
     .title = "Cold start",
     .column = "cold start",
     .unit = "ms",
     .places = in_times | in_report | in_charts,
     .chart = 6,
     .note = "download at an assumed 400 Mbit/s + session start + first run",
     .value = [](const TrialView& trial) { return std::optional(cold_start_ms(trial.measured)); },
     .interval = cold_start_interval,
     .against = [](const TrialView& trial) { return ratio(trial.compared->paired.cold_start); },
     .parts = cold_start_parts},
    {.id = "memory",
     .title = "Peak memory",
     .column = "memory",
     .unit = "MB",
     .form = Form::megabytes,
     .places = in_times | in_report,
     .value = [](const TrialView& trial) { return megabytes_of(trial.measured.peak_rss_bytes); },
     .interval = memory_interval,
     .against = [](const TrialView& trial) { return ratio(trial.compared->paired.memory); }},
};

std::vector<Figure> all_figures() {
    std::vector<Figure> all(std::begin(kFigures), std::end(kFigures));
    for (const Metric* metric : metrics()) all.push_back(metric->figure);
    return all;
}

}  // namespace

std::optional<Against> Figure::against_of(const TrialView& trial) const {
    return against == nullptr || trial.compared == nullptr ? std::nullopt : against(trial);
}

std::uint64_t Figure::runs_missing(const TrialView& trial) const {
    if (runs_needed == nullptr || value(trial)) return 0;
    const std::uint64_t needed = runs_needed(), n = runs == nullptr ? trial.measured.latency.n : runs(trial);
    if (runs != nullptr && n == 0) return 0;  // it was not measured at all
    return n < needed ? needed - n : 0;
}

std::span<const Figure> figures() {
    static const std::vector<Figure> all = all_figures();
    return all;
}

const Figure& figure(std::string_view id) {
    const auto all = figures();
    const auto found = std::find_if(all.begin(), all.end(), [&](const Figure& each) { return each.id == id; });
    if (found == all.end()) throw Error(ErrorKind::internal, "there is no figure " + std::string(id), {});
    return *found;
}

}  // namespace vernier
