// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/layer_estimate.h"

#include <chrono>
#include <vector>

#include <gtest/gtest.h>

#include "tests/ui/layers/analysed.h"

namespace vernier::ui {
namespace {

std::vector<Choice> all(Method method) { return std::vector<Choice>(6, Choice{method, true, -1}); }

TEST(LayerEstimate, IsWhatWasMeasuredAtBothEnds) {
    const Layers layers = test::small_layers();
    const LayerEstimate fp32 = estimateOf(layers, all(Method::fp32));
    EXPECT_DOUBLE_EQ(fp32.ms.value(), 1.0);
    EXPECT_DOUBLE_EQ(fp32.errorShare.value(), 0.0);
    EXPECT_FALSE(fp32.rough);
    const LayerEstimate int8 = estimateOf(layers, all(Method::int8_static));
    EXPECT_NEAR(int8.ms.value(), 0.6, 1e-12);
    EXPECT_NEAR(int8.errorShare.value(), 1.0, 1e-12);
    EXPECT_FALSE(int8.rough);
}

TEST(LayerEstimate, AnchorsErrorsAtAllOfThem) {
    const Layers layers = test::small_layers();
    std::vector<Choice> choices = all(Method::int8_static);
    choices[2].method = Method::fp32;
    // S = 0.004 of S_all = 0.01; E_all = 0.02: 0.004 + 0.01 * 0.4^2 = 0.0056.
    EXPECT_NEAR(estimateOf(layers, choices).errorShare.value(), 0.0056 / 0.02, 1e-12);
    // Region 1 saves 0.2 ms; all three save 0.4 ms, which is all that the model does.
    EXPECT_NEAR(estimateOf(layers, choices).ms.value(), 0.8, 1e-12);
}

TEST(LayerEstimate, SaysWhereItIsRough) {
    Layers layers = test::small_layers();
    std::vector<Choice> choices = all(Method::fp32);
    choices[0].method = Method::fp16;
    EXPECT_TRUE(estimateOf(layers, choices).rough) << "another method than the analysed one";
    layers.error_all.reset();
    EXPECT_TRUE(estimateOf(layers, all(Method::int8_static)).rough);
    layers.nodes[2].applied = "fp32";
    layers.error_all = 0.02;
    EXPECT_TRUE(estimateOf(layers, all(Method::int8_static)).rough) << "its INT8 time was not measured";
    layers = Layers{};
    const LayerEstimate nothing = estimateOf(layers, all(Method::int8_static));
    EXPECT_FALSE(nothing.ms.has_value());
    EXPECT_FALSE(nothing.errorShare.has_value());
}

TEST(LayerEstimate, TakesNoTimeForFiveThousandNodes) {
    Layers layers;
    layers.method = "int8-static";
    layers.fp32.p50_ms = 10;
    layers.quantized.p50_ms = 5;
    layers.error_all = 1;
    for (int id = 0; id < 5000; ++id) {
        LayerNode node;
        node.id = id;
        node.region = id;
        node.applied = "int8-static";
        layers.nodes.push_back(node);
        LayerRegion region;
        region.id = id;
        region.core = id;
        region.nodes = {id};
        region.error_alone = 1e-4;
        region.fp32_ms = 0.002;
        region.int8_ms = 0.001;
        layers.regions.push_back(region);
    }
    const std::vector<Choice> choices(5000, Choice{Method::int8_static, true, -1});
    const auto begin = std::chrono::steady_clock::now();
    const LayerEstimate estimate = estimateOf(layers, choices);
    const double ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
    EXPECT_NEAR(estimate.ms.value(), 5, 1e-9);
    EXPECT_LT(ms, 50);
}

}  // namespace
}  // namespace vernier::ui
