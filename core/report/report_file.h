// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

#include "core/flow/measure_files.h"

namespace vernier {

/// What a comparison can be written as.
enum class ReportForm {
    html,  ///< core/report/html.h
    csv,   ///< core/report/csv.h
    json   ///< the document, with all that is held of samples and runs: evidence (core/report/evidence.h)
};

/// By the ending of a name, small or large. Throws Error{usage} for any other, which names those that there are.
[[nodiscard]] ReportForm report_form(const std::filesystem::path& path);

/// The same for a name that may have any ending: HTML then.
[[nodiscard]] ReportForm report_form_or_html(const std::filesystem::path& path);

/// The whole file's text.
[[nodiscard]] std::string report_text(const ComparedFiles& compared, ReportForm form);

}  // namespace vernier
