// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/latency_text.h"

#include <fmt/format.h>

#include "core/evidence/figures.h"
#include "core/report/figure_text.h"
#include "core/report/providers.h"

namespace vernier::cli {
namespace {

/// "0.223 1.23x faster".
std::string cell(const Figure& figure, const TrialView& trial) {
    const std::string against = against_text(figure, trial);
    return value_text(figure, trial) + (against.empty() ? "" : " ") + against;
}

/// How it was made, what the runtime ran of it, what its figures are the sums of, and what they lack.
std::string note_of(const TrialView& trial) {
    std::string text;
    const auto add = [&](const std::string& words) {
        if (!words.empty()) text += (text.empty() ? "" : "; ") + words;
    };
    if (trial.compared != nullptr && trial.compared->origin) add(trial.compared->origin->text());
    if (const std::string ran = ran_text(trial.measured); !ran.empty()) add("ran " + ran);
    for (const Figure* each : figures_in(in_times)) add(parts_text(*each, trial));
    add(missing_runs_text(trial));
    return fmt::format("  {}: {}\n", printable(title_of(trial)), text);
}

}  // namespace

std::string latency_text(const Comparison& comparison, const Style& style) {
    std::vector<std::string> heads = {"<model"};
    for (const Figure* each : figures_in(in_times)) heads.push_back(">" + head_text(*each));
    TextTable table(heads);
    std::string notes;
    for (const TrialView& trial : views_of(comparison)) {
        std::vector<std::string> cells = {printable(title_of(trial))};
        for (const Figure* each : figures_in(in_times)) cells.push_back(cell(*each, trial));
        table.row(std::move(cells));
        notes += note_of(trial);
    }
    return table.text(style) + style.dim(notes + "  " + notes_text(in_times) + "\n") + "\n";
}

std::string measured_with(const TrialViews& trials) {
    const Target& run = trials.front().measured.run;
    const Host& host = trials.front().measured.host;
    std::string text = fmt::format("ONNX Runtime {}, {}, {} thread{}", run.library.version, providers_text(trials), run.threads, run.threads == 1 ? "" : "s");
    for (const std::string& word : {host.cpu, int8_flags(host)})
        if (!word.empty()) text += ", " + printable(word);
    return text;
}

}  // namespace vernier::cli
