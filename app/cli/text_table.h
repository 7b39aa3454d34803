// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace vernier::cli {

/// Colours of a terminal, or none of them.
struct Style {
    bool colour = false;
    [[nodiscard]] std::string bold(std::string_view text) const { return paint("1", text); }
    [[nodiscard]] std::string dim(std::string_view text) const { return paint("2", text); }
    [[nodiscard]] std::string good(std::string_view text) const { return paint("32", text); }
    [[nodiscard]] std::string bad(std::string_view text) const { return paint("31", text); }
    [[nodiscard]] std::string warn(std::string_view text) const { return paint("33", text); }

private:
    [[nodiscard]] std::string paint(std::string_view code, std::string_view text) const;
};

/// Columns of text, padded to equal width. The first character of a heading says how a column is set:
/// '<' left, '>' right.
class TextTable {
public:
    explicit TextTable(std::vector<std::string> headings);
    void row(std::vector<std::string> cells);
    /// Lines with two blanks before each; the heading is dim. Cells above limit columns are cut in the middle.
    [[nodiscard]] std::string text(const Style& style, std::size_t limit = 48) const;

private:
    std::vector<std::string> headings_;
    std::vector<bool> right_;
    std::vector<std::vector<std::string>> rows_;
};

/// Columns that UTF-8 text takes on a terminal, one a code point.
[[nodiscard]] std::size_t columns(std::string_view text);
/// Text with "…" in its middle when it is wider than limit columns.
[[nodiscard]] std::string elided(std::string_view text, std::size_t limit);
/// Control characters written out (core/base/plain_text.h): names come from files that nobody has checked.
[[nodiscard]] std::string printable(std::string_view text);
/// Text broken at blanks so that no line is wider than width; each line begins with indent. A unit stays with its number.
[[nodiscard]] std::string wrapped(std::string_view text, std::size_t width, std::string_view indent);

}  // namespace vernier::cli
