// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <memory>

#include "app/cli/commands/table.h"
#include "app/cli/context.h"
#include "app/cli/latency_text.h"
#include "app/cli/measure_options.h"
#include "app/cli/metrics_text.h"
#include "app/cli/options.h"
#include "core/base/file.h"
#include "core/evidence/figures.h"
#include "core/evidence/gate_text.h"
#include "core/evidence/limits.h"
#include "core/report/documents.h"
#include "core/report/figure_text.h"
#include "core/report/format.h"
#include "core/report/html.h"
#include "core/report/outputs_table.h"
#include "core/report/verdict.h"

namespace vernier::cli {
namespace {

struct Options {
    std::string baseline, report;
    std::vector<std::string> candidates, limits, gates;
    RunChoices run;
    std::optional<double> max_drop, min_speedup, min_agreement, min_sqnr;
};

int exit_code_of(Outcome outcome) { return outcome == Outcome::failed ? 1 : outcome == Outcome::inconclusive ? 2 : 0; }

std::string gate_text(Outcome outcome) {
    switch (outcome) {
        case Outcome::passed: return "✓ passed";
        case Outcome::failed: return "✗ failed";
        case Outcome::inconclusive: return "? inconclusive";
        case Outcome::not_judged: return "-";
    }
    return "-";
}

/// One column a figure, and one more for how it stands to the baseline where the row names it.
std::string figures_text(const Comparison& comparison, const Style& style) {
    const std::vector<const Figure*> shown = figures_in(in_compare);
    std::vector<std::string> heads = {"<model"};
    for (const Figure* each : shown) {
        heads.push_back(">" + head_text(*each));
        if (!each->against_column.empty()) heads.push_back(">" + std::string(each->against_column));
    }
    heads.push_back("<gate");
    TextTable table(heads);
    for (const TrialView& trial : views_of(comparison)) {
        std::vector<std::string> cells = {title_of(trial)};
        for (const Figure* each : shown) {
            cells.push_back(each->relative && trial.compared == nullptr ? "" : value_text(*each, trial));
            if (!each->against_column.empty()) cells.push_back(against_text(*each, trial));
        }
        cells.push_back(trial.compared == nullptr ? "baseline" : gate_text(trial.compared->gate));
        table.row(std::move(cells));
    }
    return table.text(style);
}

/// Where there is more than one output: each against the baseline's of the same name.
std::string outputs_text(const Comparison& comparison, const Style& style) {
    constexpr std::size_t kMost = 20;
    const std::vector<OutputRow> rows = output_rows(comparison);
    const auto single = [](const CandidateComparison& each) { return each.measurement.outputs.size() < 2; };
    if (rows.empty() || std::all_of(comparison.candidates.begin(), comparison.candidates.end(), single)) return {};
    TextTable table({"<model", "<output (worst first)", "<type", ">error", ">cosine", "<finite"});
    for (std::size_t i = 0; i < std::min(rows.size(), kMost); ++i)
        table.row({printable(rows[i].model), printable(rows[i].output), rows[i].type, printable(rows[i].error), rows[i].cosine, rows[i].finite});
    const std::string rest = rows.size() > kMost ? fmt::format("  and {} more (--json names all)\n", rows.size() - kMost) : "";
    return "\n" + table.text(style) + rest + "\n";
}

std::string text_of(const ComparedFiles& compared, const Style& style) {
    const Comparison& comparison = compared.comparison;
    const Verdict verdict = verdict_of(comparison);
    std::string text = style.bold(printable(verdict.title)) + "\n" + wrapped(printable(verdict.text), 100, "  ") + "\n\n";
    text += figures_text(comparison, style) + "\n" + latency_text(comparison, style);
    for (const CandidateComparison& candidate : comparison.candidates)
        for (const GateLine& line : candidate.gate_lines)
            text += fmt::format("  {}, {}: {}: {}\n", printable(title_of(candidate)), line.what, name(line.outcome), line.text);
    text += metrics_text(views_of(comparison), style) + outputs_text(comparison, style);
    const Measurement& base = comparison.baseline.measurement;
    text += style.dim(fmt::format("  ~ no measurable difference. noise ±{} %, {}", significant(100 * comparison.noise_floor, 2), measured_with(base)));
    return text + "\n\n" + cli::text_of(compared.findings, style);
}

/// "p90=1.2" as a limit of a gate.
void add_old_limit(Gate& gate, const std::string& text) {
    const std::size_t equals = text.find('=');
    const std::string id = text.substr(0, equals);
    const auto all = figures();
    const auto named = std::find_if(all.begin(), all.end(), [&](const Figure& each) { return each.id == id && can_limit(each); });
    if (named == all.end())
        throw Error(ErrorKind::usage, fmt::format("no figure \"{}\" can be limited", printable(id)), {}, "These can: " + limit_names() + ".");
    double bound = 0;
    const char* const end = text.data() + text.size();
    const char* const begin = equals == std::string::npos ? end : text.data() + equals + 1;
    const auto [rest, problem] = std::from_chars(begin, end, bound);
    if (problem != std::errc() || rest != end || !std::isfinite(bound))
        throw Error(ErrorKind::usage, fmt::format("\"{}\" names no limit", printable(text)), {}, "Write a figure and a number, such as p90=1.2.");
    gate.limits[id] = bound;
}

int compare(Context& context, const Options& options) {
    std::vector<std::filesystem::path> models = {options.baseline};
    models.insert(models.end(), options.candidates.begin(), options.candidates.end());
    Gate gate;
    gate.max_drop_points = options.max_drop;
    gate.min_speedup = options.min_speedup;
    gate.min_agreement = options.min_agreement;
    gate.min_sqnr_db = options.min_sqnr;
    for (const std::string& limit : options.limits) add_old_limit(gate, limit);
    for (const std::string& limit : options.gates) add_limit(gate, limit, !options.run.metric_command.empty());
    if (gate.min_agreement.value_or(0) > 100) throw Error(ErrorKind::usage, "agreement is a percentage", {}, "Give a number from 0 to 100.");
    const ComparedFiles compared = compare_files(context.runtime(), {models, options.run.data, options.run.read(), gate, options.report}, context.job());
    if (!options.report.empty()) write_file(options.report, render_html(compared));
    context.result(to_json(compared, options.run.raw), [&](const Style& style) { return text_of(compared, style); });
    return exit_code_of(worst_outcome(compared.comparison));
}

Run declare(OptionSet& set) {
    auto options = std::make_shared<Options>();
    set.argument("BASELINE", options->baseline, "ONNX file that the others are compared with, as a rule the FP32 model");
    set.arguments("CANDIDATE", options->candidates, "ONNX files to judge");
    options->run.declare(set);
    set.list("--gate", options->gates, "LIMIT",
             "Gate: a limit on any figure or metric: 'p99<=20' (itself), 'macro_f1 drop<=0.5' (points below the baseline), 'p90 ratio>=1.2'");
    set.number("--max-drop", options->max_drop, "POINTS", "Gate: top-1 may fall by this many points at most", true);
    set.number("--min-speedup", options->min_speedup, "X", "Gate: p50 must be this many times that of the baseline or better", false);
    set.number("--min-agreement", options->min_agreement, "P", "Gate: at least this percent of samples must get the baseline's answer", true);
    set.number("--min-sqnr", options->min_sqnr, "DB", "Gate: the SQNR of each output must be at least this many dB", true);
    set.list("--limit", options->limits, "FIGURE=X",
             "Gate: a limit against the baseline on another figure, such as p90=1.2 (times as fast), size=0.5 or memory=0.9 (of the baseline's), cosine=0.99");
    set.text("--report", options->report, "FILE.html", "Write the comparison as one HTML file");
    return [options](Context& context) { return compare(context, *options); };
}

}  // namespace

const Command kCompare = {"compare", "Measure candidates against a baseline, and judge them by a gate",
                          "All files are measured by one harness, interleaved in random order, and compared in pairs with 95 % intervals. A limit is "
                          "passed when the whole interval is on the right side of it, failed when the whole interval is on the wrong side, else the "
                          "gate is inconclusive.\n\n"
                          "Exit code: 1 when a candidate fails a limit, else 2 when one is inconclusive, else 0. Without a limit nothing is judged.",
                          "vernier-cli compare model.onnx small.onnx --data model.dataset.json --max-drop 0.5 --min-speedup 1.5\n"
                          "vernier-cli compare model.onnx small.onnx --data samples.npz --min-sqnr 20\n"
                          "vernier-cli compare model.onnx small.onnx --data images --gate 'balanced_accuracy drop<=0.5' --gate 'p99<=20'\n"
                          "vernier-cli compare model.onnx a.onnx b.onnx --data images --report comparison.html",
                          declare};

}  // namespace vernier::cli
