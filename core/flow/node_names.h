// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/model/model.h"

namespace vernier {

/// The labels of nodes for a finding: the first six, the rest is counted.
template <class Nodes>
[[nodiscard]] std::string node_names(const Model& model, const Nodes& nodes) {
    constexpr std::size_t kNamed = 6;
    std::vector<std::string> names;
    for (const NodeId id : nodes)
        if (names.size() < kNamed) names.push_back(model.node(id).label);
    const std::string list = fmt::format("{}", fmt::join(names, ", "));
    return nodes.size() <= kNamed ? list : fmt::format("{} and {} more", list, nodes.size() - kNamed);
}

}  // namespace vernier
