// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/quant/edit.h"

namespace vernier {

/// What nodes that work on each element alone make of a tensor: a function of one number, by its values at probe_points().
struct ElementFunction {
    std::string from;            ///< the tensor that it is a function of
    std::vector<int> nodes;      ///< items between the two, none of whose results anything else reads; the last one makes the result
    std::vector<double> values;  ///< one a probe point
};

/// Computed tensors that an item's result may be a function of, the nearest first, through at most so many nodes.
[[nodiscard]] std::vector<std::string> tensors_before(const GraphEdit& edit, int item, std::size_t most_nodes);
/// Nothing outside reads what lies between these items, the last of which makes the result, and all of them lie in one graph.
[[nodiscard]] bool is_closed(const GraphEdit& edit, const std::vector<int>& nodes);

[[nodiscard]] double logistic(double x);
[[nodiscard]] double gelu_by_tanh(double x);
[[nodiscard]] double gelu_by_erf(double x);

/// Numbers at which functions are held against each other: densely where activations bend, and far out on both sides; ascending.
[[nodiscard]] std::span<const double> probe_points();

/// Every function that ends in this item's output, of FP32 tensors, the shortest first; with constants of one number only. Empty where the item is none.
[[nodiscard]] std::vector<ElementFunction> functions_into(const GraphEdit& edit, int item);

}  // namespace vernier
