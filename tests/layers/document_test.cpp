// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>

#include <limits>

#include "core/base/error.h"
#include "core/layers/layers.h"

namespace vernier {
namespace {

/// A value in which every field differs from what it is by default.
Layers full() {
    Layers layers;
    layers.model = "net.onnx";
    layers.method = "int8-static";
    layers.nodes = {{0,     "conv", "Conv", 0,         "int8-static",       "fp32", "float", kNone, "FusedConv", "no weight", 1.5, 0.1 + 0.2, 0.25,
                     0.125, 1e-7,   31.5,   "Slower.", "Leave it in FP32.", 12.5,   40,      2,     8.5,         0.01},
                    {3, "relu", "Relu", 0, "int8-static", "int8-static", "fused", 0, "QLinearConv", "", 0.0, 0.0, 0, 0, std::nullopt,
                     std::numeric_limits<double>::infinity(), "", ""},
                    {5, "shape", "Shape", -1, "fp32", "fp32", "folded", kNone, "", "", std::nullopt, std::nullopt, 0, 0, std::nullopt, std::nullopt, "", ""}};
    layers.regions = {{0, 0, "conv", {0, 3}, 0.02, 0.004, 0.005, 0.015, 0.6, 1.5, 0.3},
                      {1, 7, "fc", {7}, std::nullopt, std::nullopt, std::nullopt, std::nullopt, std::nullopt, 0.5, std::nullopt}};
    layers.sentences = {"1 of 2 regions carries 60 % of the error."};
    layers.first_divergence = Divergence{3, "relu", 0, "r", 7.5, "The two part at relu."};
    layers.fp32 = {"net.onnx", "abc", 2.0, 1.9, 2.0 / 1.9, 0.25, 0.01};
    layers.quantized = {"", "def", 1.0, 0.9, 1.0 / 0.9, 0.125, 0};
    layers.untimed = true;
    layers.error_all = 0.03;
    layers.kl_all = 0.01;
    layers.findings = {{Severity::warning, "code", 3, "relu", "r", "Text.", "Remedy."}};
    layers.run.threads = 2;
    layers.data = "samples.npz";
    return layers;
}

TEST(LayersDocument, ComesBackWithoutLoss) {
    const Layers layers = full();
    EXPECT_EQ(layers_from_json(Json::parse(to_json(layers).dump())), layers);
    EXPECT_EQ(layers_from_json(Json::parse(to_json(Layers{}).dump())), Layers{});
}

TEST(LayersDocument, KeepsTheNamesOfItsContract) {
    const Json json = to_json(full());
    for (const char* key : {"nodes", "regions", "sentences", "first_divergence"}) EXPECT_TRUE(json.contains(key)) << key;
    for (const char* key : {"id", "name", "op", "region", "chosen", "applied", "executed", "fp32_ms", "ms", "error_alone", "output_sqnr_db", "why", "change"})
        EXPECT_TRUE(json.at("nodes").at(0).contains(key)) << key;
    for (const char* key : {"id", "nodes", "error_alone", "error_share", "fp32_ms", "int8_ms"}) EXPECT_TRUE(json.at("regions").at(0).contains(key)) << key;
    EXPECT_EQ(json.at("nodes").at(1).at("executed"), "fused into #0");
    EXPECT_TRUE(json.at("nodes").at(2).at("region").is_null());
    EXPECT_TRUE(json.at("nodes").at(2).at("ms").is_null());
}

TEST(LayersDocument, ADamagedOneIsAnErrorOfOurs) {
    Json json = to_json(full());
    json.at("nodes").at(1)["executed"] = "fused into #x";
    EXPECT_THROW((void)layers_from_json(json), Error);
    json = to_json(full());
    json["vernier_layers"] = 99;
    EXPECT_THROW((void)layers_from_json(json), Error);
    json = to_json(full());
    json.erase("regions");
    EXPECT_THROW((void)layers_from_json(json), Error);
}

TEST(LayersDocument, FindsNodesByTheirIds) {
    const Layers layers = full();
    ASSERT_NE(layers.find(3), nullptr);
    EXPECT_EQ(layers.find(3)->name, "relu");
    EXPECT_EQ(layers.find(4), nullptr) << "a Constant node has no row";
    EXPECT_EQ(layers.find(99), nullptr);
}

}  // namespace
}  // namespace vernier
