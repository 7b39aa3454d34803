// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace vernier {

/// Number of single-character insertions, deletions, substitutions and swaps of neighbours that turn a into b
/// (optimal string alignment; case matters not). Stops counting above limit and returns limit + 1.
[[nodiscard]] int edit_distance(std::string_view a, std::string_view b, int limit);

/// Up to count candidates that look like word, nearest first: few edits, or one contains the other.
[[nodiscard]] std::vector<std::string> near_names(std::string_view word, const std::vector<std::string>& candidates, std::size_t count = 3);

/// Up to count candidates that a pattern with * and ? would match after few edits (see edit_distance; a swap counts as two),
/// those with the fewest edits first. Never so many edits that little of the pattern is left.
[[nodiscard]] std::vector<std::string> near_matches(std::string_view pattern, const std::vector<std::string>& candidates, std::size_t count = 3);

/// "did you mean op:Conv or op:ConvTranspose?"; empty when words is empty. prefix goes before each word.
[[nodiscard]] std::string did_you_mean(const std::vector<std::string>& words, std::string_view prefix = "");

}  // namespace vernier
