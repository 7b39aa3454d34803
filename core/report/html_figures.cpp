// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/html_figures.h"

#include <fmt/format.h>

#include "core/report/figure_text.h"
#include "core/report/svg.h"

namespace vernier {

std::string figure_heads() {
    std::string out;
    for (const Figure* each : figures_in(in_report)) out += "<th>" + escaped(head_text(*each)) + "</th>";
    return out;
}

std::string figure_cells(const TrialView& trial) {
    std::string out;
    for (const Figure* each : figures_in(in_report)) {
        const std::string value = value_text(*each, trial);
        const auto against = each->against_of(trial);
        if (against) {
            const std::string interval = interval_text(*each, against);
            out += fmt::format("<td{}>{}<br><span class=\"note\">{}</span></td>", interval.empty() ? "" : " title=\"" + interval + "\"", value,
                               against_text(*each, against));
        } else {
            out += "<td>" + value + "</td>";
        }
    }
    return out;
}

std::string figure_notes(const TrialViews& trials) {
    std::string out = fmt::format("<p class=\"sub\">~ no measurable difference. Latencies are of warm runs; {}.</p>", escaped(notes_text(in_report)));
    for (const TrialView& trial : trials) {
        std::string parts;
        for (const Figure* each : figures_in(in_report))
            if (const std::string text = parts_text(*each, trial); !text.empty()) parts += text + ". ";
        out += fmt::format("<p class=\"sub\">{}: {}{}</p>", escaped(title_of(trial)), escaped(parts), escaped(missing_runs_text(trial)));
    }
    return out;
}

}  // namespace vernier
