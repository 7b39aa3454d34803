// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/regions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "tests/quant/run_fixture.h"
#include "tests/quant/static_net.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::IsEmpty;

/// Names of the nodes of each region, the core's first.
std::vector<std::vector<std::string>> names_of(const Regions& regions, const Model& model) {
    std::vector<std::vector<std::string>> names;
    for (const Region& region : regions.list) {
        names.push_back({model.node(region.core).label});
        for (const NodeId node : region.nodes)
            if (node != region.core) names.back().push_back(model.node(node).label);
    }
    return names;
}

TEST(Regions, AConvOrProductTakesTheLightNodesBehindIt) {
    const ModelPtr model = make_model(test::small_net().build());
    const Regions found = regions(*canonical(model));
    EXPECT_THAT(names_of(found, *model), ElementsAre(ElementsAre("conv_a", "bn_a", "clip_a"), ElementsAre("conv_b", "relu_b"),
                                                     ElementsAre("conv_c", "add", "relu_c", "mean", "flatten"), ElementsAre("head")));
    ASSERT_EQ(found.of_node.size(), model->nodes().size());
    for (const Region& region : found.list)
        for (const NodeId node : region.nodes) EXPECT_EQ(found.of_node[static_cast<std::size_t>(node)], region.id);
    for (std::size_t i = 0; i < found.list.size(); ++i) EXPECT_EQ(found.list[i].id, static_cast<int>(i));
}

/// Two convolutions that meet in a Concat, an activation behind it, and the shapes of a Reshape that are computed on the way.
ModelBuilder joined_net() {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 8, 6, 6}).output("y", ElementType::float32, {1, 576});
    b.initializer("wa", random_floats(8 * 8, 1), {8, 8, 1, 1}).initializer("wb", random_floats(8 * 8, 2), {8, 8, 1, 1});
    b.initializer("minus", std::vector<std::int64_t>{-1}, {1})
        .initializer("first", std::vector<std::int64_t>{0}, {1})
        .initializer("one", std::vector<std::int64_t>{1}, {1});
    b.initializer("half", std::vector<float>{0.5f}, {}).initializer("two", std::vector<float>{2.f}, {});
    b.node("Conv", {"x", "wa"}, {"a"}, {}, "conv_a").node("Sigmoid", {"a"}, {"s"}, {}, "sigmoid").node("Mul", {"a", "s"}, {"m"}, {}, "swish");
    b.node("Conv", {"x", "wb"}, {"c"}, {}, "conv_b");
    b.node("Concat", {"m", "c"}, {"j"}, {{"axis", 1}}, "join").node("Relu", {"j"}, {"r"}, {}, "relu");
    b.node("Mul", {"half", "two"}, {"k"}, {}, "constant").node("Mul", {"r", "k"}, {"rk"}, {}, "scale");
    b.node("Shape", {"x"}, {"shape"}, {}, "shape").node("Slice", {"shape", "first", "one"}, {"batch"}, {}, "batch");
    b.node("Concat", {"batch", "minus"}, {"to"}, {{"axis", 0}}, "to").node("Reshape", {"rk", "to"}, {"y"}, {}, "reshape");
    return b;
}

TEST(Regions, AConcatStandsAloneAndSaysWhatMeetsInIt) {
    const ModelPtr model = make_model(joined_net().build());
    const Regions found = regions(*canonical(model));
    const auto names = names_of(found, *model);
    ASSERT_EQ(names.size(), 4U);
    const std::set<std::vector<std::string>> convs = {names[0], names[1]};
    EXPECT_EQ(convs, (std::set<std::vector<std::string>>{{"conv_a", "sigmoid", "swish"}, {"conv_b"}}));
    EXPECT_THAT(names[2], ElementsAre("join"));
    EXPECT_THAT(names[3], ElementsAre("relu", "scale", "reshape")) << "its numbers are other ones";
    EXPECT_THAT(found.list[2].tied, ElementsAre(0, 1));
    EXPECT_THAT(found.list[0].tied, IsEmpty());
}

TEST(Regions, ShapesAndConstantsBelongToNone) {
    const ModelPtr model = make_model(joined_net().build());
    const Regions found = regions(*canonical(model));
    for (const Node& node : model->nodes()) {
        const bool none = std::set<std::string>{"shape", "batch", "to", "constant"}.contains(node.label);
        EXPECT_EQ(found.of_node[static_cast<std::size_t>(node.id)] < 0, none) << node.label;
    }
}

}  // namespace
}  // namespace vernier
