// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layers/join.h"

#include <cstddef>

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
    }
    for (LayerNode& node : layers.nodes)
        if (node.region >= 0) node.error_alone = layers.regions.at(static_cast<std::size_t>(node.region)).error_alone;
}

}  // namespace vernier
