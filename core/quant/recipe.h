// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/model/model.h"
#include "core/quant/dialect.h"
#include "core/quant/method.h"

namespace vernier {

/// How calibration turns samples into ranges.
struct Calibration {
    std::string method = "minmax";                            ///< id of a row of range_methods() (calibration/table.h)
    std::map<std::string, double, std::less<>> options = {};  ///< of range methods, by name, where they are not the standard ones
    std::uint64_t samples = 100;                              ///< 0 = the whole calibration split
    bool operator==(const Calibration&) const = default;
};

/// One ordered rule; the later wins. A choice made by click is a rule "#12".
struct Rule {
    std::string select;  ///< selector text
    std::optional<Method> method;
    std::optional<bool> per_channel;
    /// For rules "#12" of a saved recipe: what finds the node again in a re-exported model.
    std::string node_name = {};
    std::string node_op = {};
    std::string node_hash = {};  ///< hash of the neighbourhood (ops of node, producers, consumers; weight shape)
    bool operator==(const Rule&) const = default;
};

/// {"vernier_recipe": 1, "default": {"method": ..., "per_channel": ...}, "rules": [...], "calibration": {...}, "dialect": "s8s8", "weight_range": "full",
/// "skip_passes": [...]}; the last three only where they are not the usual ones
struct Recipe {
    Method default_method = Method::fp32;
    bool per_channel = true;
    std::vector<Rule> rules;
    Calibration calibration;
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
