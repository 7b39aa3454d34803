// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/session_report.h"

#include "core/report/documents.h"
#include "core/report/html.h"
#include "ui/session/session.h"

namespace vernier::ui {

std::string reportHtml(const Session& session) {
    if (!session.comparison()) {
        return {};
    }
    ComparedFiles compared = compared_from(*session.comparison(), session.comparisonJson());
    std::size_t candidate = 0;
    for (const Run& run : session.runs()) {
        if (!run.comparison || candidate == compared.comparison.candidates.size()) {
            continue;
        }
        // A report calls a model by its file: let that be the title that the run has now.
        QString file = run.title;
        file.replace(QLatin1Char('/'), QLatin1Char('-'));
        compared.comparison.candidates[candidate++].measurement.model = (file + QStringLiteral(".onnx")).toStdString();
    }
    return render_html(compared);
}

}  // namespace vernier::ui
