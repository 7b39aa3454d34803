// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <vector>

#include "core/base/cpu_time.h"
#include "core/model/model.h"

namespace vernier {

/// Bounds of a search.
struct HalvingBounds {
    int tries = 40;
    double seconds = 20;                                                   ///< of clock
    std::function<double()> clock = [] { return process_cpu_seconds(); };  ///< a busy machine must not end a search early
};

/// A set of nodes whose taking back repairs a file.
struct Repair {
    std::set<NodeId> nodes;
    bool smallest = true;  ///< false: the search ended at its bounds, and fewer nodes may do
    int tries = 0;
};

/// Finds the smallest set, taken from the front of order first, for which repairs() holds: the shortest front that repairs
/// ends with a node that is needed; that node is kept, and the search goes on in front of it until the kept ones repair
/// alone. About (needed + 1) * log2(nodes) tries. Nothing when taking all of them back does not repair.
[[nodiscard]] std::optional<Repair> smallest_repair(const std::vector<NodeId>& order, const std::function<bool(const std::set<NodeId>&)>& repairs,
                                                    const HalvingBounds& bounds = {});

}  // namespace vernier
