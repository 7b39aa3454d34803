// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

namespace vernier {

/// Lists and objects in each other that the text of a file may have; our own have fewer than ten.
inline constexpr int kDeepestJson = 200;

/// True for JSON text that nests deeper: copying, comparing and writing it would take the stack of the process.
[[nodiscard]] inline bool nests_too_deeply(std::string_view text) {
    int depth = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quoted) {
            if (c == '\\')
                ++i;
            else if (c == '"')
                quoted = false;
        } else if (c == '"') {
            quoted = true;
        } else if (c == '[' || c == '{') {
            if (++depth > kDeepestJson) return true;
        } else if (c == ']' || c == '}') {
            --depth;
        }
    }
    return false;
}

}  // namespace vernier
