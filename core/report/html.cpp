// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/html.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/report/class_table.h"
#include "core/report/figure_text.h"
#include "core/report/format.h"
#include "core/report/html_curves.h"
#include "core/report/html_figures.h"
#include "core/report/html_rows.h"
#include "core/report/latency_curves.h"
#include "core/report/metric_table.h"
#include "core/report/outputs_table.h"
#include "core/report/page_style.h"
#include "core/report/providers.h"
#include "core/report/time_by_kind.h"
#include "core/report/verdict.h"

namespace vernier {
namespace {

constexpr const char* kStyle = R"(h2{margin:0}
.verdict{margin:20px 0 24px;padding:14px 20px;border-left:4px solid #8a919e;background:#f3f4f6;overflow-wrap:anywhere}
.verdict.good{border-color:#009e73;background:#edf6f3}
.verdict.bad{border-color:#d55e00;background:#fcf1ea}
.grid{display:grid;grid-template-columns:548px 548px;column-gap:32px;row-gap:28px}
.head{display:flex;justify-content:space-between;align-items:baseline;margin-bottom:6px}
.note{color:#697386;font-size:11px}
.best{font-weight:700;fill:#1d2433}
.base{stroke:#8a919e;stroke-width:1.2;stroke-dasharray:3 3}
th:first-child,td:first-child{text-align:left;padding-left:0;overflow-wrap:anywhere}td:last-child{white-space:nowrap}
.flips{width:auto;margin:2px 0 8px}.flips td{border:1px solid #d9dde3;text-align:center;padding:8px 22px;color:#697386;font-size:11px}
.flips b{display:block;font-size:17px;color:#1d2433}.flips .lost b{color:#d55e00}.flips .gained b{color:#0072b2}
ul{margin:6px 0 0;padding-left:18px}
section{margin-top:28px}
footer{margin-top:28px;padding-top:10px;border-top:1px solid #d9dde3;color:#697386;font:11px/1.6 ui-monospace,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
@media print{main{padding:0;zoom:.9}section,.grid>div{break-inside:avoid}.verdict{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
)";

std::string short_hash(const std::string& hash) { return hash.size() > 12 ? hash.substr(0, 12) : hash; }

std::string joined(const std::vector<std::string>& words, std::string_view between) {
    std::string text;
    for (const std::string& word : words)
        if (!word.empty()) text += (text.empty() ? "" : std::string(between)) + word;
    return text;
}

const CandidateComparison* best_candidate(const ComparedFiles& compared, const Verdict& verdict) {
    return verdict.best < 0 ? nullptr : &compared.comparison.candidates[static_cast<std::size_t>(verdict.best)];
}

std::string subtitle(const ComparedFiles& compared, const Verdict& verdict) {
    const Measurement& base = compared.comparison.baseline.measurement;
    std::vector<std::string> parts = {base.model.filename().string()};
    const CandidateComparison* best = best_candidate(compared, verdict);
    if (best != nullptr && best->origin) parts.push_back(best->origin->text());
    parts.push_back(fmt::format("ONNX Runtime {}, {}, {} thread{}", base.run.library.version, providers_text(views_of(compared.comparison)), base.run.threads,
                                base.run.threads == 1 ? "" : "s"));
    parts.push_back(joined({base.host.cpu, int8_flags(base.host)}, ", "));
    return joined(parts, " · ");
}

std::string verdict_html(const Verdict& verdict) {
    const char* tone = !verdict.worth ? "" : *verdict.worth ? " good" : " bad";
    return fmt::format("<div class=\"verdict{}\"><b>{}.</b> {}</div>", tone, escaped(verdict.opening), escaped(verdict.sentences));
}

std::string chart_html(const std::string& title, std::string_view note, const std::string& chart) {
    return fmt::format("<div><div class=\"head\"><h2>{}</h2><span class=\"note\">{}</span></div>{}</div>", escaped(title), note, chart);
}

/// "Latency p50, ms (95 % interval)".
std::string chart_head(const Figure& figure, const TrialViews& trials) {
    const bool intervals = std::any_of(trials.begin(), trials.end(), [&](const TrialView& trial) { return figure.interval_of(trial).has_value(); });
    const std::string more = joined({std::string(figure.note), intervals ? "95 % interval" : ""}, ", ");
    return chart_title(figure, trials.front().measured.samples) + (more.empty() ? "" : " (" + more + ")");
}

std::string charts_html(const ComparedFiles& compared, const Verdict& verdict) {
    constexpr int kWidth = 548;
    const TrialViews trials = views_of(compared.comparison);
    std::string out = "<div class=\"grid\">";
    for (const Figure* each : charts_in(in_report_chart, trials))
        out += chart_html(chart_head(*each, trials), better_text(each->better), dot_chart(figure_rows(compared, *each, verdict.best), kWidth));
    if (const LatencyCurves curves = latency_curves(trials); !curves.curves.empty())
        out += chart_html(curves_title(), curves_note(curves), curves_chart(compared, curves, verdict.best, kWidth));
    return out + "</div>";
}

std::string times_html(const ComparedFiles& compared, const Verdict& verdict) {
    const CandidateComparison* best = best_candidate(compared, verdict);
    if (best == nullptr) return {};
    const char* const title = "Where the time went: before (square) → after (dot)";
    std::vector<ChangeRow> rows;
    const ScaledTime time = scaled_time(compared.comparison.baseline.measurement, best->measurement);
    if (!time.distrust.empty()) return chart_html(title, "", "<p class=\"sub\">" + escaped(time.distrust) + "</p>");
    for (const KindTime& kind : time.kinds)
        rows.push_back({kind.kind, kind.before, kind.after, fmt::format("{} → {} ms", significant(kind.before), significant(kind.after))});
    if (rows.empty()) return {};
    return chart_html(title, time.scaled ? "ms a run, profiled, scaled to the measured p50" : "ms a run, profiled", change_chart(rows, colour_of(*best), 548));
}

std::string flips_html(const ComparedFiles& compared, const Verdict& verdict) {
    const CandidateComparison* best = best_candidate(compared, verdict);
    if (best == nullptr || best->measurement.samples == 0) return {};
    const Flips& flips = best->flips;
    if (flips.samples() == 0 && !best->agreement) return {};
    std::string out = fmt::format("<div><div class=\"head\"><h2>Answers that changed ({} samples)</h2></div>", grouped(best->measurement.samples));
    if (flips.samples() > 0)
        out += fmt::format(
            "<table class=\"flips\"><tr><td><b>{}</b>right in both</td><td class=\"lost\"><b>{}</b>lost</td></tr>"
            "<tr><td class=\"gained\"><b>{}</b>gained</td><td><b>{}</b>wrong in both</td></tr></table>",
            grouped(flips.right_both), grouped(flips.lost), grouped(flips.gained), grouped(flips.wrong_both));
    if (best->agreement) out += fmt::format("<p class=\"sub\">Agreement with the baseline: {} %</p>", significant(*best->agreement, 4));
    return out + "</div>";
}

std::string figures_row(const TrialView& trial) {
    const std::string recipe = trial.compared == nullptr ? "baseline" : trial.compared->origin ? trial.compared->origin->text() : "";
    const std::string ran = ran_text(trial.measured);
    return fmt::format("<tr><td>{}</td><td class=\"text\">{}{}</td>{}<td class=\"text\">{}</td></tr>", escaped(title_of(trial)), escaped(recipe),
                       ran.empty() ? "" : fmt::format("{}<span class=\"note\">ran: {}</span>", recipe.empty() ? "" : "<br>", ran), figure_cells(trial),
                       trial.compared == nullptr ? "" : name(trial.compared->gate));
}

std::string figures_html(const ComparedFiles& compared) {
    std::string out = "<section><div class=\"head\"><h2>All figures</h2></div><table><tr><th>model</th><th class=\"text\">recipe</th>" + figure_heads() +
                      "<th class=\"text\">gate</th></tr>";
    const TrialViews trials = views_of(compared.comparison);
    for (const TrialView& trial : trials) out += figures_row(trial);
    out += "</table>" + figure_notes(trials);
    for (const CandidateComparison& candidate : compared.comparison.candidates)
        for (const GateLine& line : candidate.gate_lines)
            out +=
                fmt::format("<p class=\"sub\">{}, {}: {} ({})</p>", escaped(title_of(candidate)), escaped(line.what), escaped(line.text), name(line.outcome));
    return out + "<p class=\"sub\">ran: operators that the runtime executed in a profiled run, by what they compute in.</p></section>";
}

std::string findings_html(const ComparedFiles& compared) {
    if (compared.findings.empty()) return {};
    std::string out = "<section><h2>Findings</h2><ul>";
    for (Finding finding : compared.findings) {
        if (!finding.file.empty()) finding.file = title_of_file(compared.comparison, finding.file);
        out += fmt::format("<li>{} <span class=\"note\">({}, {})</span></li>", escaped(sentences(finding)), name(finding.severity), escaped(finding.code));
    }
    return out + "</ul></section>";
}

std::string footer_html(const ComparedFiles& compared, const Verdict& verdict) {
    const Measurement& base = compared.comparison.baseline.measurement;
    std::vector<std::string> files = {"baseline sha256 " + short_hash(base.sha256)};
    for (const CandidateComparison& candidate : compared.comparison.candidates)
        files.push_back(title_of(candidate) + " " + short_hash(candidate.measurement.sha256));
    if (const CandidateComparison* best = best_candidate(compared, verdict); best != nullptr && best->origin) {
        const Origin& made = *best->origin;
        files.push_back("recipe " + short_hash(made.recipe_sha256));
        if (made.calibration_samples > 0) files.push_back(fmt::format("calibrated on {} samples of {}", made.calibration_samples, made.data_name));
    }
    if (base.samples > 0) files.push_back(fmt::format("data {} ({}), {} samples", base.data_name, short_hash(base.data_fingerprint), grouped(base.samples)));
    const std::string launches = base.latency.launches.empty() ? std::string() : fmt::format(" in {} launches", base.latency.launches.size());
    const std::vector<std::string> runs = {fmt::format("{} timed runs of the baseline{}, interleaved in random order", base.latency.n, launches),
                                           fmt::format("noise ±{} %", significant(100 * compared.comparison.noise_floor, 2)),
                                           "graph level " + std::string(name(base.run.level)),
                                           "host " + base.host.name,
                                           base.host.os,
                                           joined(base.host.cpu_flags, " "),
                                           base.host.governor.empty() ? "" : "governor " + base.host.governor,
                                           fmt::format("load {:.1f}", base.host.load),
                                           "Vernier " + base.vernier_version,
                                           base.date};
    return "<footer>" + escaped(joined(files, " · ")) + "<br>" + escaped(joined(runs, " · ")) + "</footer>";
}

}  // namespace

std::string render_html(const ComparedFiles& compared) {
    const Verdict verdict = verdict_of(compared.comparison);
    std::string out = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=1200\"><title>" +
                      escaped(verdict.title) + "</title><style>" + kPageStyle + kStyle + "</style></head><body><main>\n";
    out += "<h1>" + escaped(verdict.title) + "</h1><p class=\"sub\">" + escaped(subtitle(compared, verdict)) + "</p>\n";
    out += verdict_html(verdict) + "\n" + charts_html(compared, verdict) + "\n";
    const std::string below = times_html(compared, verdict) + flips_html(compared, verdict);
    if (!below.empty()) out += "<section class=\"grid\">" + below + "</section>\n";
    return out + figures_html(compared) + metrics_html(views_of(compared.comparison)) + classes_html(compared.comparison) + outputs_html(compared.comparison) +
           findings_html(compared) + footer_html(compared, verdict) + "\n</main></body></html>\n";
}

}  // namespace vernier
