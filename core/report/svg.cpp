// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "core/base/plain_text.h"

namespace vernier {
namespace {

constexpr int kRow = 24;
constexpr int kLabelWidth = 160;  // of labels at 12 px
constexpr int kTextWidth = 140;   // of the figures at 11.5 px, monospace
constexpr std::size_t kLabelChars = 26;
constexpr const char* kGrey = "#8a919e";

std::string row_label(const std::string& label, int y, bool bold) { return label_svg(label, {0, y, kLabelChars}, bold); }

/// Maps values to pixels.
struct Axis {
    double lo = 0, hi = 1;
    int left = 0, right = 1;
    [[nodiscard]] double at(double value) const { return left + (value - lo) / (hi - lo) * (right - left); }
};

Axis axis_of(std::vector<double> values, bool from_zero, int width) {
    if (values.empty()) values = {0, 1};
    if (from_zero) values.push_back(0);
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    double lo = *least, hi = *most;
    const double room = hi > lo ? (hi - lo) * 0.06 : std::max(0.5, hi * 0.1);
    lo -= room;
    hi += room;
    return {lo, hi, kLabelWidth + 10, width - kTextWidth - 12};
}

std::string open_svg(int width, std::size_t rows) {
    const int height = static_cast<int>(rows) * kRow + 8;
    return fmt::format("<svg viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" role=\"img\">", width, height);
}

std::string mark(double x, int y, const DotRow& row) {
    if (row.baseline) return fmt::format("<rect x=\"{:.1f}\" y=\"{}\" width=\"10\" height=\"10\" fill=\"{}\"/>", x - 5, y - 5, kGrey);
    return fmt::format("<circle cx=\"{:.1f}\" cy=\"{}\" r=\"{}\" fill=\"{}\"/>", x, y, row.best ? 6 : 5, row.colour);
}

}  // namespace

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : plain_text(text)) {
        switch (c) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            case '\'': out += "&#39;"; break;
            default: out += c;
        }
    }
    return out;
}

std::string label_svg(const std::string& label, const LabelPlace& place, bool bold) {
    std::string shown = label;
    std::size_t points = 0;
    for (const char c : shown) points += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1U : 0U;
    if (points == shown.size() && points > place.chars) shown = shown.substr(0, place.chars / 2 - 1) + "…" + shown.substr(shown.size() - place.chars / 2);
    return fmt::format("<text x=\"{}\" y=\"{}\" class=\"label{}\"><title>{}</title>{}</text>", place.x, place.y + 4, bold ? " best" : "", escaped(label),
                       escaped(shown));
}

std::string dot_chart(const std::vector<DotRow>& rows, int width) {
    std::vector<double> values;
    for (const DotRow& row : rows)
        if (row.known) values.insert(values.end(), {row.value, row.lo.value_or(row.value), row.hi.value_or(row.value)});
    const Axis axis = axis_of(values, false, width);
    std::string out = open_svg(width, rows.size());
    for (const DotRow& row : rows)
        if (row.baseline && row.known)
            out += fmt::format("<line x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"0\" y2=\"{1}\" class=\"base\"/>", axis.at(row.value), rows.size() * kRow + 4);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const DotRow& row = rows[i];
        const int y = static_cast<int>(i) * kRow + kRow / 2 + 2;
        out += row_label(row.label, y, row.best);
        if (row.lo && row.hi)
            out += fmt::format("<line x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{}\" y2=\"{}\" stroke=\"{}\" stroke-width=\"3\" stroke-linecap=\"round\"/>",
                               axis.at(*row.lo), axis.at(*row.hi), y, y, row.baseline ? kGrey : row.colour);
        if (row.known) out += mark(axis.at(row.value), y, row);
        out += fmt::format("<text x=\"{}\" y=\"{}\" class=\"figure{}\">{}</text>", width - kTextWidth, y + 4, row.best ? " best" : "", escaped(row.text));
    }
    return out + "</svg>";
}

std::string change_chart(const std::vector<ChangeRow>& rows, const std::string& colour, int width) {
    std::vector<double> values;
    for (const ChangeRow& row : rows) values.insert(values.end(), {row.before, row.after});
    const Axis axis = axis_of(values, true, width - 40);
    std::string out = open_svg(width, rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const ChangeRow& row = rows[i];
        const int y = static_cast<int>(i) * kRow + kRow / 2 + 2;
        const double from = axis.at(row.before), to = axis.at(row.after);
        out += row_label(row.label, y, false);
        out += fmt::format("<line x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{}\" y2=\"{}\" stroke=\"#dfe3e8\" stroke-width=\"6\"/>", from, to, y, y);
        out += fmt::format("<rect x=\"{:.1f}\" y=\"{}\" width=\"10\" height=\"10\" fill=\"{}\"/>", from - 5, y - 5, kGrey);
        out += fmt::format("<circle cx=\"{:.1f}\" cy=\"{}\" r=\"5\" fill=\"{}\"/>", to, y, colour);
        out += fmt::format("<text x=\"{}\" y=\"{}\" class=\"figure\">{}</text>", width - kTextWidth - 40, y + 4, escaped(row.text));
    }
    return out + "</svg>";
}

}  // namespace vernier
