// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layers/join.h"

#include <fmt/format.h>

#include <cstddef>
#include <string>

namespace vernier {

void take_errors(Layers& layers, const Sensitivity& sensitivity) {
    layers.error_all = sensitivity.all;
    layers.kl_all = sensitivity.all_kl;
    for (LayerRegion& region : layers.regions) {
        const auto at = static_cast<std::size_t>(region.id);
        if (at >= sensitivity.regions.size() || !sensitivity.regions[at].measured) continue;
        const RegionErrors& errors = sensitivity.regions[at];
        region.error_alone = errors.whole;
        region.kl_alone = errors.whole_kl;
        region.error_weights = errors.weights;
        region.error_activations = errors.activations;
        region.error_share = errors.share;
        region.error_planned = errors.alone;
        region.error_without = errors.without;
    }
    for (LayerNode& node : layers.nodes)
        if (node.region >= 0) node.error_alone = layers.regions.at(static_cast<std::size_t>(node.region)).error_alone;
}

void take_on_the_way(Layers& layers, const OnTheWay& way, const Model& opened) {
    for (LayerNode& node : layers.nodes) {
        const TensorError* error = way.of(node.id);
        if (error == nullptr) continue;
        node.output_sqnr_db = error->sqnr_db;
        node.group_sqnr_db = error->group_sqnr_db;
        node.clipped = error->clipped;
    }
    for (const Parting& parting : way.partings)
        if (LayerNode* node = layers.find(parting.node); node != nullptr && parting.reach) node->outputs_db = parting.outputs_db();
    if (!way.first) return;
    const Parting& first = *way.first;
    Divergence place;
    place.node = first.node;
    place.name = opened.node(first.node).label;
    if (const LayerNode* row = layers.find(first.node); row != nullptr) place.region = row->region;
    if (first.tensor < way.tensors.size() && way.tensors[first.tensor].pair.reference != kNone)
        place.tensor = opened.value(way.tensors[first.tensor].pair.reference).name;
    place.sqnr_db = first.after_db;
    place.text = fmt::format("The two files part first at {} (#{}, {}): {}.{}", place.name, place.node, opened.node(first.node).op_type, first.loss_text(),
                             first.reach_text());
    layers.first_divergence = place;
}

}  // namespace vernier
