// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layers/range_facts.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "core/model/batch_norm.h"
#include "core/model/weights.h"
#include "core/stats/stats.h"

namespace vernier {

std::optional<RangeFacts> range_facts(const Model& model, NodeId id) {
    const Node& node = model.node(id);
    const std::vector<Weight> weights = weights_of(model, id);
    if (weights.empty() || weights.front().is_bias || weights.front().scale != nullptr || weights.front().tensor == nullptr) return std::nullopt;
    const Weight& weight = weights.front();
    if (weight.tensor->dims.size() < 2) return std::nullopt;
    const std::vector<float> folded = folded_weight(model, node, weight);
    std::vector<float> storage;
    const std::span<const float> values = folded.empty() ? view_floats(*weight.tensor, storage) : std::span<const float>(folded);
    if (values.empty()) return std::nullopt;
    const TensorStats stats = compute_stats(values, weight.tensor->dims, weight.channel_axis, 1);

    RangeFacts facts;
    const double largest = std::max(std::abs(stats.min), std::abs(stats.max));
    if (stats.deviation > 0) facts.outlier = largest / stats.deviation;
    const double least = largest * 1e-9;
    double narrowest = largest;
    for (std::size_t c = 0; c < stats.channel_max.size(); ++c) {
        const double peak = std::max(std::abs(stats.channel_min[c]), std::abs(stats.channel_max[c]));
        if (!(peak > least))
            ++facts.dead_channels;
        else
            narrowest = std::min(narrowest, peak);
    }
    if (narrowest > 0) facts.channel_ratio = largest / narrowest;
    return facts;
}

}  // namespace vernier
