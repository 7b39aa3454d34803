// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/letters.h"

#include <algorithm>
#include <cstddef>

namespace vernier {
namespace {

/// Bytes that a code point takes by its first one; 1 for what begins none.
std::size_t length_of(unsigned char first) { return first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF8 ? 4 : 1; }

bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

}  // namespace

std::vector<std::string> letters_of(std::string_view text) {
    std::vector<std::string> letters;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t length = length_of(static_cast<unsigned char>(text[at]));
        const bool whole = at + length <= text.size() &&
                           std::all_of(text.begin() + static_cast<std::ptrdiff_t>(at) + 1, text.begin() + static_cast<std::ptrdiff_t>(at + length), continues);
        if (!whole) length = 1;
        letters.emplace_back(text.substr(at, length));
        at += length;
    }
    return letters;
}

}  // namespace vernier
