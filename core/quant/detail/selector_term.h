// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/quant/selector.h"

namespace vernier {

/// A parsed selector: a tree of terms.
struct Selector::Term {
    enum class Kind { all, depthwise, word, op, name, block, ids, method, weight, macs, params, up, down, both, either, negation };
    enum class Compare { less, less_equal, equal, greater_equal, greater };

    Kind kind = Kind::all;
    std::vector<std::string> patterns = {};  ///< word, op, name, block
    NodeId first = 0, last = 0;              ///< ids, last included
    Method method = Method::fp32;
    Compare compare = Compare::greater;
    double amount = 0;                                    ///< weight in bytes, macs, params
    std::vector<std::shared_ptr<const Term>> parts = {};  ///< up, down, both, either, negation
};

namespace detail {

/// Keys before ":" and quantities before a comparison, as the language knows them.
inline constexpr std::array<std::string_view, 6> kSelectorKeys = {"op", "name", "block", "up", "down", "method"};
inline constexpr std::array<std::string_view, 3> kSelectorQuantities = {"weight", "macs", "params"};
inline constexpr std::array<std::string_view, 5> kSelectorWords = {"all", "depthwise", "and", "or", "not"};

/// Parses the whole text. Throws Error{usage} that points at the column.
[[nodiscard]] std::shared_ptr<const Selector::Term> parse_selector(std::string_view text);

/// Matches with * (any characters) and ? (one character); linear in time but for repeated stars (then n * m).
[[nodiscard]] bool glob_match(std::string_view pattern, std::string_view text, bool ignore_case);

}  // namespace detail
}  // namespace vernier
