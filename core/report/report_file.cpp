// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/report_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/report/csv.h"
#include "core/report/documents.h"
#include "core/report/evidence.h"
#include "core/report/html.h"

namespace vernier {
namespace {

std::string json_text(const ComparedFiles& compared) {
    return to_json(compared, has_samples(compared.comparison)).dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

struct Row {
    ReportForm form;
    std::string_view ending;
    std::string (*text)(const ComparedFiles&);
};

constexpr std::array<Row, 3> kForms{{
    {ReportForm::html, ".html", render_html},
    {ReportForm::csv, ".csv", [](const ComparedFiles& compared) { return render_csv(compared.comparison); }},
    {ReportForm::json, ".json", json_text},
}};

const Row* row_of(const std::filesystem::path& path) {
    const std::string ending = lower(path.extension().string());
    const auto found = std::find_if(kForms.begin(), kForms.end(), [&](const Row& row) { return row.ending == ending; });
    return found == kForms.end() ? nullptr : &*found;
}

}  // namespace

ReportForm report_form(const std::filesystem::path& path) {
    if (const Row* row = row_of(path)) return row->form;
    std::string endings;
    for (const Row& row : kForms) endings += fmt::format("{}{}", endings.empty() ? "" : &row == &kForms.back() ? " or " : ", ", row.ending);
    throw Error(ErrorKind::usage, "the ending says no kind of report", {.file = path.string()}, fmt::format("Let the name end with {}.", endings));
}

ReportForm report_form_or_html(const std::filesystem::path& path) {
    const Row* row = row_of(path);
    return row == nullptr ? ReportForm::html : row->form;
}

std::string report_text(const ComparedFiles& compared, ReportForm form) {
    for (const Row& row : kForms)
        if (row.form == form) return row.text(compared);
    throw Error(ErrorKind::internal, "no such kind of report");
}

}  // namespace vernier
