// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/cost.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "core/model/model.h"
#include "core/quant/canonical.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace vernier::test {
namespace {

/// x -> one MatMul -> h, which a second MatMul and a Shape read; y and h leave the model.
ModelPtr two_products() {
    ModelBuilder b;
    b.input("x", ElementType::float32, {2, 8}).initializer("v", random_floats(64, 1), {8, 8}).initializer("w", random_floats(32, 2), {8, 4});
    b.node("MatMul", {"x", "v"}, {"h"}).node("MatMul", {"h", "w"}, {"y"}).node("Shape", {"h"}, {"s"});
    b.output("y", ElementType::float32, {2, 4}).output("s", ElementType::int64, {2});
    return make_model(b.build());
}

Regions one_each(const Model& model) {
    Regions regions;
    regions.of_node.assign(model.nodes().size(), -1);
    for (const NodeId node : {0, 1}) {
        regions.list.push_back({static_cast<int>(node), node, {node}});
        regions.of_node[static_cast<std::size_t>(node)] = static_cast<int>(node);
    }
    return regions;
}

TEST(Cost, KnowsTheTensorsThatAreConverted) {
    const ModelPtr model = two_products();
    const std::vector<RegionBoundary> boundaries = boundaries_of(*model, one_each(*model));
    ASSERT_EQ(boundaries.size(), 3U);
    const auto of = [&](const char* name) {
        return *std::find_if(boundaries.begin(), boundaries.end(), [&](const RegionBoundary& each) { return model->value(each.value).name == name; });
    };
    EXPECT_EQ(of("x").producer, kOutside);
    EXPECT_EQ(of("x").consumers, std::vector<int>{0});
    EXPECT_EQ(of("x").values, 16);
    EXPECT_EQ(of("h").producer, 0);
    EXPECT_EQ(of("h").consumers, std::vector<int>{1});  // Shape converts nothing
    EXPECT_EQ(of("y").consumers, std::vector<int>{kOutside});
}

TEST(Cost, ReadsConversionsOffAProfile) {
    const std::vector<RegionBoundary> boundaries = {{0, kOutside, {0}, 4e6}, {1, 0, {1}, 1e6}, {2, 1, {kOutside}, 2e6}};
    FileTimes file;
    const auto add = [&](const char* op, double ms) {
        TimedKernel kernel;
        kernel.op = op;
        kernel.ms = ms;
        file.kernels.push_back(kernel);
    };
    add("QuantizeLinear", 8);
    add("DequantizeLinear", 1);
    add("QLinearConv", 50);
    const ConversionCost cost = fitted(boundaries, {true, true}, file);
    EXPECT_NEAR(cost.quantize_ms, 2e-6, 0.05e-6);
    EXPECT_NEAR(cost.dequantize_ms, 0.5e-6, 0.02e-6);
    // Nothing was converted: the standard cost stands.
    const ConversionCost standard = fitted(boundaries, {false, false}, FileTimes{});
    EXPECT_NEAR(standard.quantize_ms, ConversionCost{}.quantize_ms, 1e-12);
    EXPECT_NEAR(standard.dequantize_ms, ConversionCost{}.dequantize_ms, 1e-12);
}

TEST(Cost, MakesTheGraphOfTheFront) {
    const ModelPtr model = two_products();
    Regions regions = one_each(*model);
    regions.list[1].tied = {0};
    const SearchGraph graph =
        search_graph(regions, {{1, 0.5, 0.1}, {2, 1.5, 0.2, SearchUnit::Pin::in_float}}, boundaries_of(*model, regions), {0.01, 0.001, 0.002});
    ASSERT_EQ(graph.units.size(), 2U);
    EXPECT_EQ(graph.units[1].pin, SearchUnit::Pin::in_float);
    EXPECT_EQ(graph.needs, (std::vector<std::pair<int, int>>{{1, 0}}));
    EXPECT_NEAR(time_of(graph, {true, false}), 0.5 + 2 + (0.01 + 16 * 0.001) + (0.01 + 16 * 0.002), 1e-9);
}

TEST(ErrorModel, IsAnchoredAtWhatAllLose) {
    const ErrorModel model(3.0, 1.0);
    EXPECT_NEAR(model.predicted(1.0), 3.0, 1e-9);
    EXPECT_NEAR(model.predicted(0.5), 0.5 + 2 * 0.25, 1e-9);
    EXPECT_NEAR(model.budget(1.0), 0.5, 1e-6);
    EXPECT_NEAR(model.budget(5.0), 1.0, 1e-9);
}

TEST(ErrorModel, NeverFallsWhereTheSumIsFarTooLarge) {
    const ErrorModel model(0.28, 1.0);
    double before = 0;
    for (double sum = 0; sum <= 1.0; sum += 0.01) {
        EXPECT_GE(model.predicted(sum), before - 1e-12) << sum;
        before = model.predicted(sum);
    }
}

TEST(ErrorModel, LearnsFromWhatWasMeasured) {
    ErrorModel model(1.0, 1.0);
    model.measured(0.1, 0.2);
    EXPECT_NEAR(model.predicted(0.1), 0.2, 1e-9);
    EXPECT_NEAR(model.predicted(0.11), 0.22, 1e-9);
    model.measured(0.5, 0.5);
    EXPECT_NEAR(model.predicted(0.45), 0.45, 1e-9);
    model.measured(0.3, std::nan(""));  // says nothing
    EXPECT_NEAR(model.predicted(0.11), 0.22, 1e-9);
}

/// Six units in a chain, each 1 ms in float and 0.5 ms quantized, and 0.1 ms for each conversion.
SearchGraph chain_of_six() {
    SearchGraph graph;
    for (int i = 0; i < 6; ++i) {
        graph.units.push_back({1, 0.5, 0.1});
        graph.boundaries.push_back({i - 1, {i}, 0.1, 0.1});
    }
    graph.boundaries.push_back({5, {kOutside}, 0.1, 0.1});
    return graph;
}

TEST(TimeModel, FitsConversionsToMeasuredFiles) {
    TimeModel model(chain_of_six(), 1.0);
    const UnitSet islands = {true, false, true, false, true, false}, half = {true, true, true, false, false, false};
    EXPECT_NEAR(model.predicted(islands), 1 + 4.5 + 0.6, 1e-9);
    // Conversions take three times what the profile said: a float unit between two others also turns its layout.
    model.measured({islands, 1 + 4.5 + 1.8, {0.5, 1, 0.5, 1, 0.5, 1}});
    model.measured({{false, true, false, true, false, true}, 1 + 4.5 + 1.8, {1, 0.5, 1, 0.5, 1, 0.5}});
    EXPECT_GT(model.graph().boundaries[0].quantize_ms, 0.25);
    EXPECT_NEAR(model.predicted(half), 1 + 4.5 + 0.6, 0.05 * 6.1);
    const double before = model.predicted(half);
    model.measured({half, 0, {}});  // says nothing
    EXPECT_EQ(model.predicted(half), before);
}

TEST(TimeModel, LearnsWhatEachUnitTookInFilesThatWereProfiled) {
    TimeModel model(chain_of_six(), 0);
    UnitSet first(6);
    first[0] = true;
    // In this file the first unit took as long as in float, and the second one, in float, twice as long as in the opened file.
    model.measured({first, 1 + 2 + 4 + 0.2, {1, 2, 1, 1, 1, 1}});
    EXPECT_NEAR(model.graph().units[0].quantized_ms, 0.75, 0.02);
    EXPECT_NEAR(model.graph().units[1].float_ms, 1.5, 0.05);
    EXPECT_NEAR(model.graph().units[1].quantized_ms, 0.5, 0.02);
    EXPECT_NEAR(model.predicted(first), 7.2, 0.3);  // what stays unexplained is laid to sets like it
}

}  // namespace
}  // namespace vernier::test
