// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/session_report.h"

#include "core/report/documents.h"
#include "core/report/html.h"
#include "ui/session/trials.h"

namespace vernier::ui {

std::string reportHtml(const Trials& trials) {
    if (!trials.comparison()) {
        return {};
    }
    ComparedFiles compared = compared_from(*trials.comparison(), trials.comparisonJson());
    std::size_t candidate = 0;
    for (const Run& run : trials.runs()) {
        if (!run.comparison || candidate == compared.comparison.candidates.size()) {
            continue;
        }
        compared.comparison.candidates[candidate++].title = run.title.toStdString();
    }
    return render_html(compared);
}

}  // namespace vernier::ui
