// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evidence/figures.h"

#include <algorithm>
#include <iterator>

#include "core/base/error.h"
#include "core/evidence/latency_compare.h"
#include "core/measure/latency.h"
#include "core/measure/statistics.h"

namespace vernier {
namespace {

std::optional<double> positive(double value) { return value > 0 ? std::optional(value) : std::nullopt; }

std::optional<double> megabytes_of(std::uint64_t bytes) { return static_cast<double>(bytes) / 1e6; }

std::optional<Interval> proper(const Interval& interval) { return interval.hi > interval.lo ? std::optional(interval) : std::nullopt; }

Interval percent_of(const Interval& share) { return {100 * share.lo, 100 * share.hi}; }

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

std::optional<Against> top1_points(const TrialView& trial) {
    const CandidateComparison& candidate = *trial.compared;
    if (!candidate.top1_delta_points) return std::nullopt;
    const Interval& interval = candidate.top1_delta_interval;
    return Against{Against::Kind::points, *candidate.top1_delta_points, interval, interval.lo > 0 || interval.hi < 0};
}

std::vector<Part> cold_start_parts(const TrialView& trial) {
    return {{"download", download_ms(trial.measured.size_bytes)}, {"start", trial.measured.session_start_ms}, {"first run", trial.measured.first_run_ms}};
}

/// The worst output, where it is not the SQNR of another one that tells how the candidate stands.
const OutputFigures* worst_output(const TrialView& trial) {
    return trial.compared == nullptr || trial.measured.outputs.empty() ? nullptr : &trial.measured.outputs.front();
}

std::string worst_output_text(const TrialView& trial) {
    const OutputFigures* worst = worst_output(trial);
    return worst == nullptr ? std::string() : text_of(*worst);
}

std::optional<double> output_sqnr(const TrialView& trial) {
    const OutputFigures* worst = worst_output(trial);
    if (worst != nullptr && !worst->sqnr_db && is_broken(*worst)) return std::nullopt;
    return trial.compared == nullptr ? std::nullopt : trial.compared->output_sqnr_db;
}

std::optional<Interval> output_sqnr_interval(const TrialView& trial) {
    const auto sqnr = output_sqnr(trial);
    for (const OutputFigures& output : trial.measured.outputs)
        if (sqnr && output.sqnr_db == sqnr) return proper(output.sqnr_interval);
    return std::nullopt;
}

constexpr unsigned kCharts = in_report_chart | in_board_chart | in_sheet_chart;

constexpr Figure kFigures[] = {
    {.id = "size", .title = "File size", .column = "size", .unit = "MB", .form = Form::megabytes,
     .places = in_measure | in_compare | in_runs | in_report | kCharts, .chart = 3, .against_column = "size",
     .value = [](const TrialView& trial) { return megabytes_of(trial.measured.size_bytes); },
     .against = [](const TrialView& trial) { return std::optional(Against{Against::Kind::ratio, trial.compared->size_ratio}); }},
    {.id = "session_start", .title = "Session start", .column = "start", .unit = "ms", .places = in_measure | in_report,
     .value = [](const TrialView& trial) { return std::optional(trial.measured.session_start_ms); },
     .against = [](const TrialView& trial) { return ratio(trial.compared->paired.session_start); }},
    {.id = "first_run", .title = "First run", .column = "first run", .unit = "ms", .places = in_report,
     .value = [](const TrialView& trial) { return std::optional(trial.measured.first_run_ms); },
     .against = [](const TrialView& trial) { return ratio(trial.compared->paired.first_run); }},
    {.id = "p50", .title = "Latency p50", .column = "p50", .unit = "ms", .places = in_measure | in_compare | in_runs | in_report | kCharts, .chart = 1,
     .family = "latency", .against_column = "speed", .own_limit = "--min-speedup",
     .value = [](const TrialView& trial) { return std::optional(trial.measured.latency.p50); },
     .interval = [](const TrialView& trial) { return proper(trial.measured.latency.p50_interval); },
     .against = speedup},
    {.id = "p90", .title = "Latency p90", .column = "p90", .unit = "ms", .places = in_measure | in_times | in_report, .family = "latency",
     .value = [](const TrialView& trial) { return trial.measured.latency.p90; },
     .against = [](const TrialView& trial) { return ratio(trial.compared->paired.p90); },
     .runs_needed = [] { return runs_needed(0.9); }},
    {.id = "p99", .title = "Latency p99", .column = "p99", .unit = "ms",
     .places = in_measure | in_times | in_runs | in_report | in_board_chart | in_sheet_chart, .chart = 4, .family = "latency",
     .value = [](const TrialView& trial) { return trial.measured.latency.p99; },
     .against = [](const TrialView& trial) { return ratio(trial.compared->paired.p99); },
     .runs_needed = [] { return runs_needed(0.99); }},
    {.id = "mean", .title = "Mean latency", .column = "mean", .unit = "ms", .places = in_measure | in_times | in_report, .family = "latency",
     .value = [](const TrialView& trial) { return std::optional(trial.measured.latency.mean); },
     .against = [](const TrialView& trial) { return ratio(trial.compared->paired.mean); }},
    {.id = "after_pause", .title = "First call after a pause", .column = "after a pause", .unit = "ms",
     .places = in_measure | in_times | in_report | in_report_chart | in_board_chart, .chart = 5, .note = "single runs with cold caches",
     .value = [](const TrialView& trial) { return positive(trial.measured.latency.after_pause); },
     .against = [](const TrialView& trial) { return ratio(trial.compared->paired.after_pause); },
     .runs_needed = [] { return kPausesNeeded; },
     .runs = [](const TrialView& trial) { return pauses_of(trial.measured.latency); }},
    {.id = "cold_start", .title = "Cold start", .column = "cold start", .unit = "ms", .places = in_times | in_report | kCharts, .chart = 6,
     .note = "download at an assumed 400 Mbit/s + session start + first run",
     .value = [](const TrialView& trial) { return std::optional(cold_start_ms(trial.measured)); },
     .against = [](const TrialView& trial) { return ratio(trial.compared->paired.cold_start); },
     .parts = cold_start_parts},
    {.id = "memory", .title = "Peak memory", .column = "memory", .unit = "MB", .form = Form::megabytes, .places = in_times | in_report,
     .value = [](const TrialView& trial) { return megabytes_of(trial.measured.peak_rss_bytes); },
     .against = [](const TrialView& trial) { return ratio(trial.compared->paired.memory); }},
    {.id = "top1", .title = "Top-1", .column = "top-1", .unit = "%", .form = Form::percent, .better = Better::higher,
     .places = in_measure | in_compare | in_runs | in_report | kCharts, .chart = 2, .family = "accuracy", .slot = "answers", .against_column = "points", .own_limit = "--max-drop",
     .value = [](const TrialView& trial) { return trial.measured.accuracy ? std::optional(trial.measured.accuracy->top1) : std::nullopt; },
     .interval = [](const TrialView& trial) { return trial.measured.accuracy ? proper(trial.measured.accuracy->top1_interval) : std::nullopt; },
     .against = top1_points,
     .instead = worst_output_text},
    {.id = "top5", .title = "Top-5", .column = "top-5", .unit = "%", .form = Form::percent, .better = Better::higher, .places = in_measure | in_report,
     .family = "accuracy",
     .value = [](const TrialView& trial) { return trial.measured.accuracy ? std::optional(trial.measured.accuracy->top5) : std::nullopt; }},
    {.id = "agreement", .title = "Agreement", .column = "agreement", .unit = "%", .form = Form::percent, .better = Better::higher,
     .places = in_compare | in_runs | in_report | kCharts, .chart = 2, .slot = "answers", .own_limit = "--min-agreement", .relative = true, .self = 100,
     .value = [](const TrialView& trial) { return trial.compared == nullptr ? std::nullopt : trial.compared->agreement; },
     .interval = [](const TrialView& trial) {
         const CandidateComparison* candidate = trial.compared;
         return candidate == nullptr || !candidate->agreement || candidate->answered == 0
                    ? std::nullopt : std::optional(percent_of(wilson_interval(candidate->same, candidate->answered)));
     }},
    {.id = "sqnr", .title = "SQNR of the worst output", .column = "SQNR", .unit = "dB", .form = Form::decibels, .better = Better::higher,
     .places = in_compare | in_runs | in_report | kCharts, .chart = 2, .slot = "answers", .own_limit = "--min-sqnr", .relative = true,
     .value = output_sqnr, .interval = output_sqnr_interval, .instead = worst_output_text},
    {.id = "cosine", .title = "Cosine of the worst output", .column = "cosine", .unit = "", .form = Form::cosine, .better = Better::higher,
     .relative = true, .self = 1,
     .value = [](const TrialView& trial) {
         return output_sqnr(trial) ? trial.compared->output_cosine : std::nullopt;
     }},
};

}  // namespace

std::optional<Against> Figure::against_of(const TrialView& trial) const {
    return against == nullptr || trial.compared == nullptr ? std::nullopt : against(trial);
}

std::uint64_t Figure::runs_missing(const TrialView& trial) const {
    if (runs_needed == nullptr || value(trial)) return 0;
    const std::uint64_t needed = runs_needed(), n = runs == nullptr ? trial.measured.latency.n : runs(trial);
    if (runs != nullptr && n == 0) return 0;   // it was not measured at all
    return n < needed ? needed - n : 0;
}

std::span<const Figure> figures() { return kFigures; }

const Figure& figure(std::string_view id) {
    const auto found = std::find_if(std::begin(kFigures), std::end(kFigures), [&](const Figure& each) { return each.id == id; });
    if (found == std::end(kFigures)) throw Error(ErrorKind::internal, "there is no figure " + std::string(id), {});
    return *found;
}

}  // namespace vernier
