// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace vernier {

/// The code points of a UTF-8 text, each as a text; bytes that are none stand for themselves.
[[nodiscard]] std::vector<std::string> letters_of(std::string_view text);

}  // namespace vernier
