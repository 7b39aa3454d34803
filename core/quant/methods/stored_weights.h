// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/finding.h"
#include "core/quant/prepare.h"

namespace vernier {

/// What methods that store weights in codes, and compute in float, ask of a weight.

/// Why a node's input is no weight that codes can hold: computed, no float32, a vector, empty, in codes already, not finite. Empty
/// where it is one.
[[nodiscard]] std::string why_no_codes(const Prepared& prepared, int item, int slot);

/// A weight that a node in float reads too would be stored twice.
[[nodiscard]] bool is_read_in_float(const GraphEdit& edit, const std::string& name, const std::set<int>& chosen);

/// Of nodes that bring their weights back to float on each run. what: "INT8".
[[nodiscard]] Finding dequantized_finding(std::string_view what, std::size_t nodes);

/// For each item why it stays in float; empty where it does not. What stays so may read a weight in float that others share, so
/// each is asked again until nothing changes; chosen: those for which nothing was said so far.
using WhyNot = std::function<std::string(int item, const std::set<int>& chosen)>;
[[nodiscard]] std::vector<std::string> settled_reasons(const std::vector<int>& items, const WhyNot& why_not);

}  // namespace vernier
