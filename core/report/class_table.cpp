// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/class_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/report/format.h"
#include "core/report/svg.h"

namespace vernier {
namespace {

constexpr std::size_t kInReport = 10;

std::string change_text(const ClassPrecision& each) {
    if (!each.interval) return fmt::format("{} ({} samples: too few)", signed_points(*each.change), grouped(each.samples));
    return fmt::format("{}{} ({} to {})", signed_points(*each.change), each.differs() ? "" : " ~", signed_points(each.interval->lo),
                       signed_points(each.interval->hi));
}

}  // namespace

std::vector<ClassRow> class_rows(const Comparison& comparison, std::size_t most, std::size_t& left) {
    std::vector<ClassRow> rows;
    left = 0;
    for (const CandidateComparison& candidate : comparison.candidates) {
        std::size_t shown = 0;
        for (const ClassPrecision& each : candidate.per_class) {
            if (!each.change || *each.change == 0) continue;
            if (shown++ >= most) {
                ++left;
                continue;
            }
            rows.push_back({title_of(candidate), each.name.empty() ? fmt::format("class {}", each.class_index) : each.name, grouped(each.objects),
                            fmt::format("{:.2f}", each.ap - *each.change), fmt::format("{:.2f}", each.ap), change_text(each)});
        }
    }
    return rows;
}

std::string classes_html(const Comparison& comparison) {
    std::size_t left = 0;
    const std::vector<ClassRow> rows = class_rows(comparison, kInReport, left);
    if (rows.empty()) return {};
    std::string out =
        "<section><div class=\"head\"><h2>Classes</h2><span class=\"note\">AP 0.50:0.95 in %, points against the baseline (95 %); the largest losses first; ~ "
        "no "
        "measurable difference</span></div><table><tr><th>model</th><th>class</th><th>objects</th><th>baseline</th><th>AP</th><th>change</th></tr>";
    for (const ClassRow& row : rows) {
        out += "<tr>";
        for (const std::string* cell : {&row.model, &row.name, &row.objects, &row.before, &row.after, &row.change}) out += "<td>" + escaped(*cell) + "</td>";
        out += "</tr>";
    }
    out += "</table>";
    if (left > 0) out += fmt::format("<p class=\"sub\">and {} more that changed</p>", left);
    return out + "</section>";
}

}  // namespace vernier
