// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/latency_text.h"

#include <fmt/format.h>

#include "core/report/format.h"
#include "core/report/paired_text.h"
#include "core/report/verdict.h"

namespace vernier::cli {
namespace {

/// "0.223 1.02x ~"; the place of the tilde is kept free, so that the figures stand in line.
std::string cell(const std::string& value, const std::optional<PairedRatio>& against) {
    if (!against) return value;
    const std::string ratio = against_text(against);
    return value + " " + ratio + (against->differs ? "  " : "");
}

void add_row(TextTable& table, const Measurement& each, const CandidateComparison* candidate) {
    const PairedFigures none;
    const PairedFigures& against = candidate == nullptr ? none : candidate->paired;
    const Latency& latency = each.latency;
    table.row({printable(title_of(each)), cell(significant(latency.p90), against.p90), cell(significant(latency.p99), against.p99),
               cell(significant(latency.mean), against.mean), cell(latency.after_pause > 0 ? significant(latency.after_pause) : "-", against.after_pause),
               cell(significant(cold_start_ms(each)), against.cold_start), cell(megabytes(each.peak_rss_bytes), against.memory)});
}

std::string note_of(const Measurement& each) {
    const std::string missing = missing_runs_text(each.latency);
    return fmt::format("  {}: cold start = {}{}\n", printable(title_of(each)), cold_start_parts(each), missing.empty() ? "" : "; " + missing);
}

}  // namespace

std::string latency_text(const Comparison& comparison, const Style& style) {
    TextTable table({"<model", ">p90 ms", ">p99 ms", ">mean ms", ">after a pause", ">cold start", ">memory MB"});
    add_row(table, comparison.baseline, nullptr);
    for (const CandidateComparison& candidate : comparison.candidates) add_row(table, candidate.measurement, &candidate);
    std::string notes = note_of(comparison.baseline);
    for (const CandidateComparison& candidate : comparison.candidates) notes += note_of(candidate.measurement);
    notes += "  after a pause: single runs with cold caches; the download is at an assumed 400 Mbit/s\n";
    return table.text(style) + style.dim(notes) + "\n";
}

}  // namespace vernier::cli
