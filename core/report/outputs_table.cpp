// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/outputs_table.h"

#include <fmt/format.h>

#include "core/report/svg.h"

namespace vernier {
namespace {

std::string finite_text(const OutputFigures& output) {
    if (output.finite()) return output.problem.empty() ? "yes" : "-";
    return fmt::format("{} on {} of {} samples", output.nan > 0 ? "NaN" : "infinity", output.nan > 0 ? output.nan : output.infinite, output.samples);
}

}  // namespace

std::vector<OutputRow> output_rows(const Comparison& comparison) {
    std::vector<OutputRow> rows;
    for (const CandidateComparison& candidate : comparison.candidates)
        for (const OutputFigures& output : candidate.measurement.outputs)
            rows.push_back({title_of(candidate), output.name, std::string(name(output.type)), text_of(output),
                            output.cosine ? fmt::format("{:.5f}", *output.cosine) : "-", finite_text(output)});
    return rows;
}

std::string outputs_html(const Comparison& comparison) {
    const std::vector<OutputRow> rows = output_rows(comparison);
    if (rows.empty()) return {};
    std::string out =
        "<section><div class=\"head\"><h2>Outputs against the baseline</h2><span class=\"note\">the worst of each model first</span></div>"
        "<table><tr><th>model</th><th class=\"text\">output</th><th class=\"text\">type</th><th>error</th><th>cosine</th><th>finite</th></tr>";
    for (const OutputRow& row : rows)
        out += fmt::format("<tr><td>{}</td><td class=\"text\">{}</td><td class=\"text\">{}</td><td>{}</td><td>{}</td><td>{}</td></tr>", escaped(row.model),
                           escaped(row.output), escaped(row.type), escaped(row.error), row.cosine, escaped(row.finite));
    return out + "</table></section>";
}

}  // namespace vernier
