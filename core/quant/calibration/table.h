// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/quant/calibration/ranges.h"
#include "core/quant/recipe.h"

namespace vernier {

/// A number that a range method takes.
struct RangeOption {
    std::string_view name;  ///< its key in a recipe's "calibration": never rename, no other method may use it
    double standard;        ///< what it is when the recipe does not say
    double above, at_most;  ///< above < value <= at_most
};

/// What a range method reads of one tensor.
struct RangeInput {
    const Observed& observed;
    bool last = false;  ///< no node with weights reads what comes of it: what is cut off here is missing in the model's output
};

/// A way from kept statistics to a range. Recipe, command line, completion, manual page and window loop over these rows.
struct RangeMethod {
    std::string_view id;     ///< stored in recipes: never rename
    std::string_view title;  ///< "MinMax"
    std::string_view words;  ///< what it does, behind its name: "keeps every value that was seen"
    std::span<const RangeOption> options;
    Range (*range)(const RangeInput& input, const Calibration& calibration);
    bool tries_others = false;  ///< quantizing takes one of the others by what they answer (choose_ranges); range is what stands where nothing is run
};

/// All of them; the first is the default.
[[nodiscard]] std::span<const RangeMethod> range_methods();
/// Null when there is none of this name.
[[nodiscard]] const RangeMethod* find_range_method(std::string_view id);
[[nodiscard]] std::vector<std::string> range_method_ids();

/// What the recipe says of an option, or what it is by itself.
[[nodiscard]] double option_value(const Calibration& calibration, const RangeOption& option);
/// The method that a calibration comes to where nothing is run to choose one: itself, or in place of one that tries others, MSE with clipping
/// counted four times. Over 13 networks no single method loses less to the best of each in the worst case.
[[nodiscard]] Calibration settled(Calibration calibration);
/// The same calibration with each end of each range up to 2 % further out by chance, another one for each draw above 0 (never one of a recipe's):
/// how far a score depends on where the codes happen to fall. Ends where values pile up stay.
[[nodiscard]] Calibration widened(Calibration calibration, int draw);
/// True where more than half a percent of all values lie in the outermost bin of a side: a clamp's bound, which must stay exactly on a code.
[[nodiscard]] bool piles_up(const Observed& observed, bool upper);
/// Everything that was seen, and zero.
[[nodiscard]] Range seen_range(const Observed& observed);
/// The range by the method that was chosen: never wider than what was seen (but for widened ones), and all of it before the output, where nothing
/// makes good what is cut off. An end where values pile up stays where it is.
[[nodiscard]] Range range_of(const RangeInput& input, const Calibration& calibration);

}  // namespace vernier
