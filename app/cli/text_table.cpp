// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/text_table.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <sstream>
#include <string_view>
#include <utility>

#include "core/base/plain_text.h"

namespace vernier::cli {
namespace {

bool starts_code_point(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }

/// Byte position of the code point with this number.
std::size_t byte_of(std::string_view text, std::size_t code_point) {
    std::size_t seen = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (!starts_code_point(text[i])) continue;
        if (seen == code_point) return i;
        ++seen;
    }
    return text.size();
}

std::string padded(const std::string& cell, std::size_t width, bool right) {
    const std::string blanks(width - std::min(width, columns(cell)), ' ');
    return right ? blanks + cell : cell + blanks;
}

/// The words of a text; a unit stays with its number.
std::vector<std::string> words_of(std::string_view text) {
    static const std::set<std::string_view> kUnits = {"%", "ms", "s", "KB", "MB", "GB", "dB"};
    std::istringstream stream{std::string(text)};
    std::vector<std::string> words;
    for (std::string word; stream >> word;) {
        const std::string_view bare = std::string_view(word).substr(0, word.find_last_not_of(".,;:)") + 1);
        const bool joins = kUnits.contains(bare) && !words.empty() && std::isdigit(static_cast<unsigned char>(words.back().back())) != 0;
        if (joins)
            words.back() += " " + word;
        else
            words.push_back(word);
    }
    return words;
}

}  // namespace

std::string Style::paint(std::string_view code, std::string_view text) const {
    if (!colour || text.empty()) return std::string(text);
    return "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m";
}

TextTable::TextTable(std::vector<std::string> headings) {
    for (std::string& heading : headings) {
        right_.push_back(heading.front() == '>');
        headings_.push_back(heading.substr(1));
    }
}

void TextTable::row(std::vector<std::string> cells) {
    cells.resize(headings_.size());
    rows_.push_back(std::move(cells));
}

std::string TextTable::text(const Style& style, std::size_t limit) const {
    std::vector<std::size_t> widths;
    for (const std::string& heading : headings_) widths.push_back(columns(heading));
    std::vector<std::vector<std::string>> shown;
    for (const auto& row : rows_) {
        auto& cells = shown.emplace_back();
        for (std::size_t i = 0; i < row.size(); ++i) {
            const bool last = i + 1 == row.size();
            cells.push_back(last ? printable(row[i]) : elided(printable(row[i]), limit));
            if (!last || right_[i]) widths[i] = std::max(widths[i], columns(cells[i]));
        }
    }
    const auto line = [&](const std::vector<std::string>& cells) {
        std::string out = " ";
        for (std::size_t i = 0; i < cells.size(); ++i) out += " " + padded(cells[i], widths[i], right_[i]) + " ";
        out.erase(out.find_last_not_of(' ') + 1);
        return out;
    };
    std::string out = style.dim(line(headings_)) + "\n";
    for (const auto& cells : shown) out += line(cells) + "\n";
    return out;
}

std::size_t columns(std::string_view text) { return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts_code_point)); }

std::string elided(std::string_view text, std::size_t limit) {
    const std::size_t count = columns(text);
    if (count <= limit) return std::string(text);
    const std::size_t tail = limit / 2;
    const std::size_t head = limit - tail - 1;
    return std::string(text.substr(0, byte_of(text, head))) + "…" + std::string(text.substr(byte_of(text, count - tail)));
}

std::string printable(std::string_view text) { return plain_text(text); }

std::string wrapped(std::string_view text, std::size_t width, std::string_view indent) {
    std::string out, line{indent};
    bool empty = true;
    for (const std::string& word : words_of(text)) {
        if (!empty && columns(line) + 1 + columns(word) > width) {
            out += line + "\n";
            line = std::string(indent);
            empty = true;
        }
        line += (empty ? "" : " ") + word;
        empty = false;
    }
    return out + line;
}

}  // namespace vernier::cli
