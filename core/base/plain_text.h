// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace vernier {

/// A name as it can be shown beside other words: control characters, those that turn the direction of text around or break lines, those
/// that cannot be seen, and bytes that are no UTF-8 are written as "<U+202E>" ("<FF>" for a byte). All else is as it was.
[[nodiscard]] std::string plain_text(std::string_view text);

/// The same of a title, with at most this many characters: of a longer one the middle is left out ("…").
inline constexpr std::size_t kMostTitle = 120;
[[nodiscard]] std::string plain_title(std::string_view text, std::size_t most = kMostTitle);

}  // namespace vernier
