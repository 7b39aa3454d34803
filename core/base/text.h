// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace vernier {

/// ASCII letters in lower case; all other bytes as they are.
[[nodiscard]] inline std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return result;
}

/// Length of the UTF-8 character that begins at text[0], or 0 when it is not one. text is not empty.
[[nodiscard]] std::size_t utf8_character(std::string_view text);
[[nodiscard]] bool valid_utf8(std::string_view text);

}  // namespace vernier
