// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/quant/recipe.h"

namespace vernier::ui {

/// A rule that names nodes by their ids, "#12" or "#3..9": first and last id. Nothing for any other rule.
[[nodiscard]] std::optional<std::pair<NodeId, NodeId>> node_range(std::string_view select);

/// The recipe in which the nodes have this method as their override, or (method empty) no override any more.
/// Overrides are kept as rules "#12" behind all other rules, rising; eight and more neighbours of one method
/// become "#3..10", so that the choice for a large selection stays a short recipe.
[[nodiscard]] Recipe with_choice(Recipe recipe, const std::vector<NodeId>& nodes, std::optional<Method> method);

/// The same for the granularity of the nodes' weights, beside their methods.
[[nodiscard]] Recipe with_granularity(Recipe recipe, const std::vector<NodeId>& nodes, bool per_channel, const std::vector<Choice>& choices);

/// Sets a rule for a selector: an equal selector's rule is replaced, a new one goes behind the other rules
/// and before the overrides of nodes. Overrides of covered nodes go away, since the user asked for all of them.
[[nodiscard]] Recipe with_rule(Recipe recipe, const std::string& select, Method method, const std::vector<bool>& covered);

/// The recipe with this default and neither rules nor overrides.
[[nodiscard]] Recipe with_whole_model(Recipe recipe, Method method);

/// The same recipe without what finds its nodes again in another file: a recipe that was saved and read again equals itself so.
[[nodiscard]] Recipe without_anchors(Recipe recipe);

/// True when some node is to become something else than FP32.
[[nodiscard]] bool changes_anything(const std::vector<Choice>& choices);

/// A few words for a run's row: "INT8 static", "INT8 static, 11 nodes FP32", "FP32, 3 nodes INT8 static, 1 node FP16".
[[nodiscard]] std::string recipe_title(const Recipe& recipe, const std::vector<Choice>& choices);

}  // namespace vernier::ui
