// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/layers/detail/run_graph.h"

namespace vernier::detail {

/// One executed node as the charging of conversions sees it.
struct Form {
    bool conversion = false;
    int level = 0;  ///< 2 for 8-bit data, and 1 more for a blocked layout
    double ms = 0;
};

/// For each conversion the executed nodes that cause it, in rising order; empty for others, and where it stands alone. What stands on its
/// two sides decides: see node_times().
[[nodiscard]] std::vector<std::vector<int>> causes(const RunGraph& run, const std::vector<Form>& forms);

}  // namespace vernier::detail
