// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vernier {

/// A way to find the codes of weights. Recipe, command line, completion and manual page loop over these rows.
struct RoundingRow {
    std::string_view id;     ///< stored in recipes: never rename
    std::string_view words;  ///< what it does, behind its name
    bool by_samples = false;
};

[[nodiscard]] std::span<const RoundingRow> roundings();
/// Null when there is none of this name.
[[nodiscard]] const RoundingRow* find_rounding(std::string_view id);
[[nodiscard]] std::vector<std::string> rounding_ids();

}  // namespace vernier
