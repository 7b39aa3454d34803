// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/latency_text.h"

#include <fmt/format.h>

#include "core/evidence/figures.h"
#include "core/report/figure_text.h"

namespace vernier::cli {
namespace {

/// "0.223 1.23x faster".
std::string cell(const Figure& figure, const TrialView& trial) {
    const std::string against = against_text(figure, trial);
    return value_text(figure, trial) + (against.empty() ? "" : " ") + against;
}

std::string note_of(const TrialView& trial) {
    std::string text;
    for (const Figure* each : figures_in(in_times))
        if (const std::string parts = parts_text(*each, trial); !parts.empty()) text += (text.empty() ? "" : "; ") + parts;
    const std::string missing = missing_runs_text(trial);
    return fmt::format("  {}: {}{}{}\n", printable(title_of(trial)), text, text.empty() || missing.empty() ? "" : "; ", missing);
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

std::string measured_with(const Measurement& measurement) {
    const Target& run = measurement.run;
    const Host& host = measurement.host;
    std::string text = fmt::format("ONNX Runtime {}, {}, {} thread{}", run.library.version, run.provider, run.threads, run.threads == 1 ? "" : "s");
    for (const std::string& word : {host.cpu, int8_flags(host)})
        if (!word.empty()) text += ", " + printable(word);
    return text;
}

}  // namespace vernier::cli
