// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layers/join.h"

#include <gtest/gtest.h>

namespace vernier {
namespace {

/// Two regions of which the second has not been measured yet, and a node that is in none.
Layers two_regions() {
    Layers layers;
    layers.nodes.resize(3);
    for (NodeId id = 0; id < 3; ++id) layers.nodes[static_cast<std::size_t>(id)].id = id;
    layers.nodes[0].region = 0;
    layers.nodes[1].region = 1;
    layers.regions.resize(2);
    layers.regions[0].id = 0;
    layers.regions[1].id = 1;
    return layers;
}

TEST(TakeErrors, NodesHaveTheErrorOfTheirRegion) {
    Layers layers = two_regions();
    Sensitivity sensitivity;
    sensitivity.all = 0.5;
    sensitivity.all_kl = 0.2;
    sensitivity.regions.resize(2);
    sensitivity.regions[0].whole = 0.3;
    sensitivity.regions[0].whole_kl = 0.1;
    sensitivity.regions[0].alone = 0.05;
    sensitivity.regions[0].weights = 0.1;
    sensitivity.regions[0].activations = 0.2;
    sensitivity.regions[0].share = 1;
    sensitivity.regions[0].measured = true;
    take_errors(layers, sensitivity);
    EXPECT_EQ(layers.error_all, 0.5);
    EXPECT_EQ(layers.kl_all, 0.2);
    EXPECT_EQ(layers.regions[0].error_alone, 0.3) << "with the light nodes at its edges";
    EXPECT_EQ(layers.regions[0].kl_alone, 0.1);
    EXPECT_EQ(layers.regions[0].error_weights, 0.1);
    EXPECT_EQ(layers.regions[0].error_activations, 0.2);
    EXPECT_EQ(layers.regions[0].error_share, 1);
    EXPECT_EQ(layers.nodes[0].error_alone, 0.3);
    EXPECT_FALSE(layers.regions[1].error_alone.has_value()) << "not measured yet";
    EXPECT_FALSE(layers.nodes[1].error_alone.has_value());
    EXPECT_FALSE(layers.nodes[2].error_alone.has_value());
}

}  // namespace
}  // namespace vernier
