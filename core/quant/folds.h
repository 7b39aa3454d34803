// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "core/quant/edit.h"

namespace vernier {

/// Constant sub-graphs as weights: what exporters leave between a stored weight and its consumer (Transpose, Cast from half,
/// Mul of two constants, DequantizeLinear, ...) is computed before planning, for the nodes that were chosen for a method.
/// The sub-graph's own nodes stay in the edit until the end: a node that stays in float reads them again, as it was opened.

/// A node that was chosen, and what its weights shall take.
struct FoldFor {
    int item = -1;
    int weight_bits = 32;
    bool explicit_choice = false;
};

/// A constant that a chosen node reads in place of a computed one.
struct Fold {
    int item = -1, slot = -1;
    std::string computed, folded;
};

struct Folds {
    std::vector<Fold> reads;
    std::set<int> chain;                 ///< items that compute folded constants
    std::map<int, std::string> reasons;  ///< by item that was chosen: why its weight is not taken as a constant
};

/// Folds what chosen nodes read. A result that is much larger than the constants it is made of (Expand, ConstantOfShape, low-rank
/// products) stays as it is, and so does by default a weight that would take more bytes than it has (INT8 codes for FP16).
[[nodiscard]] Folds fold_constants(GraphEdit& edit, std::span<const FoldFor> chosen);

/// Items of the sub-graphs that something still reads, given which items stay in float.
[[nodiscard]] std::set<int> live_chain(const GraphEdit& edit, const Folds& folds, const std::function<bool(int item)>& stays_float);

/// After the methods were written: nodes that stay in float read their sub-graphs again; sub-graphs that nothing reads go.
void unfold(GraphEdit& edit, const Folds& folds, const std::function<bool(int item)>& stays_float);

}  // namespace vernier
