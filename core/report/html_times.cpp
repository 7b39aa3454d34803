// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/html_times.h"

#include <fmt/format.h>

#include "core/report/format.h"
#include "core/report/paired_text.h"
#include "core/report/svg.h"
#include "core/report/verdict.h"

namespace vernier {
namespace {

std::string cell(const std::string& value, const std::optional<PairedRatio>& against) {
    const std::string ratio = against_text(against);
    if (ratio.empty()) return "<td>" + value + "</td>";
    return fmt::format("<td title=\"{}\">{}<br><span class=\"note\">{}</span></td>", interval_text(against), value, ratio);
}

}  // namespace

std::string time_heads() {
    return "<th>p50 ms</th><th>p90 ms</th><th>p99 ms</th><th>mean ms</th><th>after a pause ms</th><th>start ms</th><th>first run ms</th>"
           "<th>cold start ms</th><th>memory MB</th>";
}

std::string time_cells(const Measurement& measured, const CandidateComparison* candidate) {
    const PairedFigures none;
    const PairedFigures& against = candidate == nullptr ? none : candidate->paired;
    const Latency& latency = measured.latency;
    return cell(significant(latency.p50), against.p50) + cell(significant(latency.p90), against.p90) + cell(significant(latency.p99), against.p99) +
           cell(significant(latency.mean), against.mean) + cell(latency.after_pause > 0 ? significant(latency.after_pause) : "-", against.after_pause) +
           cell(significant(measured.session_start_ms), against.session_start) + cell(significant(measured.first_run_ms), against.first_run) +
           cell(significant(cold_start_ms(measured)), against.cold_start) + cell(megabytes(measured.peak_rss_bytes), against.memory);
}

std::string time_notes(const Comparison& comparison) {
    std::string out = "<p class=\"sub\">~ no measurable difference. p50, p90, p99 and mean are of warm runs; after a pause: single runs with cold caches.</p>";
    const auto add = [&](const Measurement& measured) {
        out += fmt::format("<p class=\"sub\">{}: cold start = {}. {}</p>", escaped(title_of(measured)), cold_start_parts(measured),
                           escaped(missing_runs_text(measured.latency)));
    };
    add(comparison.baseline);
    for (const CandidateComparison& candidate : comparison.candidates) add(candidate.measurement);
    return out;
}

}  // namespace vernier
