// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/model/model.h"
#include "core/quant/calibration/ranges.h"
#include "core/quant/dialect.h"
#include "core/quant/method.h"

namespace vernier {

/// Id of the first row of range_methods().
[[nodiscard]] std::string default_ranges();

/// How calibration turns samples into ranges.
struct Calibration {
    std::string method = default_ranges();                    ///< id of a row of range_methods() (calibration/table.h)
    std::map<std::string, double, std::less<>> options = {};  ///< of range methods, by name, where they are not the standard ones
    std::uint64_t samples = 100;                              ///< 0 = the whole calibration split
    std::map<std::string, Range> given = {};                  ///< ranges of tensors by name, in place of what the samples say
    bool operator==(const Calibration&) const = default;
};

/// How codes of weights are found and stored.
struct WeightCodes {
    std::string rounding = "fitted";  ///< id of a row of roundings() (methods/roundings.h)
    std::uint64_t block = 32;         ///< INT4: how many weights share a scale, one of kBlocks
    bool zero_points = false;         ///< INT4: each block has a zero point too
    bool operator==(const WeightCodes&) const = default;
};
inline constexpr std::array<std::uint64_t, 4> kBlocks = {16, 32, 64, 128};

/// One ordered rule; the later wins. A choice made by click is a rule "#12".
struct Rule {
    std::string select;  ///< selector text
    std::optional<Method> method;
    std::optional<bool> per_channel;
    /// For rules "#12" of a saved recipe: what finds the node again in a re-exported model.
    std::string node_name = {};
    std::string node_op = {};
    std::string node_hash = {};                   ///< hash of the neighbourhood (ops of node, producers, consumers; weight shape)
    std::uint64_t node_place = 0, node_like = 0;  ///< which of so many nodes with this hash, in graph order, from 0; 0 of 0 = not known
    bool operator==(const Rule&) const = default;
};

/// {"vernier_recipe": 1, "default": {"method": ..., "per_channel": ...}, "rules": [...], "calibration": {...}, "weights": {...}, "dialect": "s8s8",
/// "weight_range": "full", "skip_passes": [...]}; the last four only where they are not the usual ones
struct Recipe {
    Method default_method = Method::fp32;
    bool per_channel = true;
    std::vector<Rule> rules;
    Calibration calibration;
    WeightCodes weights = {};
    Dialect dialect = Dialect::u8s8;               ///< of all nodes in static INT8
    WeightRange weight_range = WeightRange::safe;  ///< likewise
    std::vector<std::string> skip_passes = {};     ///< rewritings that are left out (passes/table.cpp), to find what one of them changes
    bool operator==(const Recipe&) const = default;
};

[[nodiscard]] Json to_json(const Recipe& recipe);
/// Throws Error{bad_data} that names the key; unknown keys are an error with near names.
[[nodiscard]] Recipe recipe_from_json(const Json& json);
[[nodiscard]] Recipe read_recipe(const std::filesystem::path& path);
/// Adds name, op and hash to the "#12" rules, so that the recipe finds its nodes again.
[[nodiscard]] Recipe anchored(Recipe recipe, const Model& model);
/// Rewrites "#12" rules whose anchor is found at another id; throws Error{bad_data} when a node cannot be found again.
[[nodiscard]] Recipe reanchored(Recipe recipe, const Model& model);

/// What a node shall become, and who said so.
struct Choice {
    Method method = Method::fp32;
    bool per_channel = true;
    std::int32_t rule = -1;  ///< index into Recipe::rules; -1 = the default
    [[nodiscard]] bool explicit_choice() const { return rule >= 0; }
    bool operator==(const Choice&) const = default;
};

/// One choice a node, by NodeId. Throws Error{usage} (column and near names) for a selector that is wrong or matches nothing.
[[nodiscard]] std::vector<Choice> resolve(const Recipe& recipe, const Model& model);

}  // namespace vernier
