// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/plain_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "core/base/text.h"

namespace vernier {
namespace {

std::uint32_t code_point(std::string_view character) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(character[i])); };
    if (character.size() == 1) return byte(0);
    std::uint32_t point = byte(0) & (0xFFU >> (character.size() + 1));
    for (std::size_t i = 1; i < character.size(); ++i) point = point << 6U | (byte(i) & 0x3FU);
    return point;
}

/// Joiners (U+200C, U+200D) are part of words and pictures. Controls, line and paragraph separators, and the format characters of Unicode (general category Cf)
/// that move or hide text.
bool is_hidden(std::uint32_t point) {
    return point < 0x20 || (point >= 0x7F && point < 0xA0) || point == 0xAD || point == 0x61C || point == 0x200B || point == 0x200E || point == 0x200F ||
           (point >= 0x2028 && point <= 0x202E) || (point >= 0x2060 && point <= 0x206F) || point == 0xFEFF || (point >= 0xFFF9 && point <= 0xFFFB) ||
           (point >= 0xE0000 && point <= 0xE007F);
}

bool starts_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }

std::size_t offset_of(std::string_view text, std::size_t character) {
    std::size_t at = 0;
    for (std::size_t seen = 0; at < text.size(); ++at)
        if (starts_character(text[at]) && seen++ == character) break;
    return at;
}

}  // namespace

std::string plain_text(std::string_view text) {
    std::string plain;
    while (!text.empty()) {
        const std::size_t length = utf8_character(text);
        const std::string_view character = text.substr(0, std::max<std::size_t>(length, 1));
        if (length == 0) {
            plain += fmt::format("<{:02X}>", static_cast<unsigned char>(character[0]));
        } else if (const std::uint32_t point = code_point(character); is_hidden(point)) {
            plain += fmt::format("<U+{:04X}>", point);
        } else {
            plain += character;
        }
        text.remove_prefix(character.size());
    }
    return plain;
}

std::string plain_title(std::string_view text, std::size_t most) {
    std::string plain = plain_text(text);
    const auto count = static_cast<std::size_t>(std::count_if(plain.begin(), plain.end(), starts_character));
    if (count <= most || most == 0) return plain;
    const std::size_t tail = most / 2, head = most - tail - 1;
    return plain.substr(0, offset_of(plain, head)) + "…" + plain.substr(offset_of(plain, count - tail));
}

}  // namespace vernier
