// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace vernier {

/// What is chosen for a set of nodes as a whole: to stay in float, or the other method.
struct SearchUnit {
    enum class Pin { none, in_float, quantized };  ///< what the user chose stands

    double float_ms = 0, quantized_ms = 0;  ///< time of its own nodes in either method, without conversions
    double error = 0;                       ///< what quantizing it alone adds; below zero counts as none
    Pin pin = Pin::none;
};

inline constexpr int kOutside = -1;  ///< of a boundary: a node that always stays in float, an input or an output of the model

/// A tensor between units. A producer in float is quantized once where any consumer is quantized; a quantized producer is converted
/// back once where any consumer is in float.
struct SearchBoundary {
    int producer = kOutside;          ///< index of a unit
    std::vector<int> consumers = {};  ///< indices of units
    double quantize_ms = 0, dequantize_ms = 0;
    bool each_consumer = false;  ///< the runtime converts it for each consumer anew
};

/// What a choice for each unit costs and loses, as far as it is known before any recipe is measured.
struct SearchGraph {
    std::vector<SearchUnit> units = {};
    std::vector<SearchBoundary> boundaries = {};
    std::vector<std::pair<int, int>> ties = {};  ///< units that must be chosen alike
    /// The first can only be quantized where the second is: a Concat, whose operands come in codes of one scale. Given up where pins
    /// speak against it.
    std::vector<std::pair<int, int>> needs = {};
};

using UnitSet = std::vector<bool>;  ///< by unit: true = quantized

/// Time of a choice: of the units' own nodes, and of conversions between them.
struct TimeParts {
    double units = 0, conversions = 0;
    [[nodiscard]] double sum() const { return units + conversions; }
};
[[nodiscard]] TimeParts time_parts(const SearchGraph& graph, const UnitSet& quantized);
[[nodiscard]] inline double time_of(const SearchGraph& graph, const UnitSet& quantized) { return time_parts(graph, quantized).sum(); }
/// The sum of what its units add alone.
[[nodiscard]] double error_of(const SearchGraph& graph, const UnitSet& quantized);

/// A choice of which no other is better for some price of error.
struct FrontPoint {
    UnitSet quantized;
    double ms = 0, error = 0;  ///< as predicted by the graph
};

/// All corners of the lower hull of (error, time) over all choices, the least error first: for each price of error the exact optimum by a
/// minimum cut. Each set is part of the next one, and there are at most one more of them than units. Throws Error{usage} where ties
/// join units that are pinned to different methods.
[[nodiscard]] std::vector<FrontPoint> front(const SearchGraph& graph);

/// The set with one unit more, and what is tied to it and what it needs; nothing where one of these is pinned to float.
[[nodiscard]] std::optional<UnitSet> with_unit(const SearchGraph& graph, UnitSet quantized, std::size_t unit);

/// Adds units to a set, the most time saved first, as long as the sum of errors stays within the budget. For what lies between the corners of the hull.
[[nodiscard]] FrontPoint filled(const SearchGraph& graph, UnitSet quantized, double error_budget);

}  // namespace vernier
