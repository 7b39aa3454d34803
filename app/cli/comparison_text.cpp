// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/comparison_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "app/cli/context.h"
#include "app/cli/latency_text.h"
#include "app/cli/metrics_text.h"
#include "core/evidence/figures.h"
#include "core/report/class_table.h"
#include "core/report/figure_text.h"
#include "core/report/format.h"
#include "core/report/outputs_table.h"
#include "core/report/verdict.h"

namespace vernier::cli {
namespace {

std::string gate_text(Outcome outcome) {
    switch (outcome) {
        case Outcome::passed: return "✓ passed";
        case Outcome::failed: return "✗ failed";
        case Outcome::inconclusive: return "? inconclusive";
        case Outcome::not_judged: return "-";
    }
    return "-";
}

/// What is known of some model: top-1 is no figure of a reader of texts.
std::vector<const Figure*> known_figures(const TrialViews& trials) {
    std::vector<const Figure*> shown = figures_in(in_compare);
    std::erase_if(shown, [&](const Figure* each) { return needs_samples(*each) && !is_told(*each, trials); });
    return shown;
}

/// One column a figure, and one more for how it stands to the baseline where the row names it.
std::string figures_text(const Comparison& comparison, const Style& style) {
    const std::vector<const Figure*> shown = known_figures(views_of(comparison));
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

/// Of a detector: where it lost.
std::string classes_text(const Comparison& comparison, const Style& style) {
    constexpr std::size_t kMost = 5;
    std::size_t left = 0;
    const std::vector<ClassRow> rows = class_rows(comparison, kMost, left);
    if (rows.empty()) return {};
    TextTable table({"<model", "<class (largest loss first)", ">objects", ">AP before", ">AP", "<change"});
    for (const ClassRow& row : rows) table.row({printable(row.model), printable(row.name), row.objects, row.before, row.after, row.change});
    const std::string rest = left > 0 ? fmt::format("  and {} more that changed (--json names all)\n", left) : "";
    return "\n" + table.text(style) + rest + "\n";
}

}  // namespace

std::string text_of(const ComparedFiles& compared, const Style& style) {
    const Comparison& comparison = compared.comparison;
    const Verdict verdict = verdict_of(comparison);
    std::string text = style.bold(printable(verdict.title)) + "\n" + wrapped(printable(verdict.text), 100, "  ") + "\n\n";
    text += figures_text(comparison, style) + "\n" + latency_text(comparison, style);
    for (const CandidateComparison& candidate : comparison.candidates)
        for (const GateLine& line : candidate.gate_lines)
            text += fmt::format("  {}, {}: {}: {}\n", printable(title_of(candidate)), line.what, name(line.outcome), line.text);
    text += metrics_text(views_of(comparison), style) + classes_text(comparison, style) + outputs_text(comparison, style);
    text += style.dim(
        fmt::format("  ~ no measurable difference. noise ±{} %, {}", significant(100 * comparison.noise_floor, 2), measured_with(views_of(comparison))));
    return text + "\n\n" + cli::text_of(compared.findings, style);
}

int exit_code_of(Outcome outcome) { return outcome == Outcome::failed ? 1 : outcome == Outcome::inconclusive ? 2 : 0; }

}  // namespace vernier::cli
