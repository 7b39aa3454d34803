// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layout/layout.h"

#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <filesystem>

#include "core/base/error.h"
#include "tests/support/model_builder.h"
#include "tests/support/paths.h"

namespace vernier {
namespace {

using test::ModelBuilder;

bool overlap(const Rect& a, const Rect& b) { return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height; }

/// Cards apart, wires downwards and outside all cards but at their ends, everything inside the bounds.
void expect_sound(const Model& model, const GraphLayout& layout) {
    ASSERT_EQ(layout.card_of_node.size(), model.nodes().size());
    for (std::size_t i = 0; i < layout.cards.size(); ++i) {
        EXPECT_EQ(layout.card_of_node[static_cast<std::size_t>(layout.cards[i].node)], static_cast<std::int32_t>(i));
        for (std::size_t j = 0; j < i; ++j) {
            ASSERT_FALSE(overlap(layout.cards[i].rect, layout.cards[j].rect)) << i << " and " << j;
        }
    }
    for (const Wire& wire : layout.wires) {
        ASSERT_GE(wire.points.size(), 2U);
        for (std::size_t i = 1; i < wire.points.size(); ++i) {
            const Point a = wire.points[i - 1], b = wire.points[i];
            ASSERT_GE(b.y, a.y);
            const Rect box{std::min(a.x, b.x) - 0.001, a.y + 0.001, std::abs(b.x - a.x) + 0.002, b.y - a.y - 0.002};
            const bool hits = std::any_of(layout.cards.begin(), layout.cards.end(), [&](const Card& card) { return overlap(card.rect, box); });
            ASSERT_FALSE(hits) << "a wire of " << model.value(wire.value).name << " crosses a card";
        }
        EXPECT_GE(wire.points.front().y, layout.bounds.y);
        EXPECT_LE(wire.points.back().y, layout.bounds.y + layout.bounds.height);
    }
}

ModelPtr residual_model() {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 4});
    b.initializer("w", std::vector<float>(4, 1.0F), {4});
    b.node("Relu", {"x"}, {"a"});
    b.node("Mul", {"a", "w"}, {"b"});
    b.node("Constant", {}, {"c"}, {{"value", test::tensor_proto("", std::vector<float>{2.0F}, {1})}});
    b.node("Mul", {"b", "c"}, {"d"});
    b.node("Add", {"a", "d"}, {"y"});
    b.output("y", ElementType::float32, {1, 4});
    return make_model(b.build());
}

TEST(Layout, ResidualModel) {
    const ModelPtr model = residual_model();
    const GraphLayout layout = layout_graph(*model);
    expect_sound(*model, layout);
    ASSERT_EQ(layout.cards.size(), 4U);  // the Constant is not a card
    for (const Card& card : layout.cards) {
        EXPECT_DOUBLE_EQ(card.rect.x, layout.cards.front().rect.x);  // the main path is straight
    }
    EXPECT_EQ(layout.cards.back().rank, 3);
    // x, a to Mul and Add, b, d, y
    EXPECT_EQ(layout.wires.size(), 6U);
    const auto tags = std::count_if(layout.wires.begin(), layout.wires.end(), [](const Wire& w) { return w.tag; });
    EXPECT_EQ(tags, 2);
}

TEST(Layout, UnconnectedPartsLieSideBySide) {
    ModelBuilder b;
    for (const char* name : {"p", "q", "r"}) {
        const std::string n = name;
        b.input(n, ElementType::float32, {1});
        b.node("Relu", {n}, {n + "1"});
        b.node("Relu", {n + "1"}, {n + "2"});
        b.output(n + "2", ElementType::float32, {1});
    }
    const ModelPtr model = make_model(b.build());
    const GraphLayout layout = layout_graph(*model);
    expect_sound(*model, layout);
    EXPECT_EQ(layout.cards.size(), 6U);
    EXPECT_DOUBLE_EQ(layout.cards[0].rect.y, layout.cards[2].rect.y);
    EXPECT_NE(layout.cards[0].rect.x, layout.cards[2].rect.x);
}

TEST(Layout, SubgraphReaderCountsForItsNode) {
    ModelBuilder body;
    body.node("Relu", {"a"}, {"inner"});
    body.output("inner", ElementType::float32, {1, 4});
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 4});
    b.input("c", ElementType::boolean, {});
    b.node("Sigmoid", {"x"}, {"a"});
    b.node("If", {"c"}, {"y"}, {{"then_branch", body.graph()}, {"else_branch", body.graph()}});
    b.output("y", ElementType::float32, {1, 4});
    const ModelPtr model = make_model(b.build());
    const GraphLayout layout = layout_graph(*model);
    expect_sound(*model, layout);
    ASSERT_EQ(layout.cards.size(), 2U);
    EXPECT_EQ(layout.cards[1].rank, 1);
    LayoutOptions inner;
    inner.graph = 1;
    const GraphLayout inside = layout_graph(*model, inner);
    ASSERT_EQ(inside.cards.size(), 1U);
    EXPECT_EQ(model->node(inside.cards[0].node).op_type, "Relu");
}

TEST(Layout, CancelThrowsCancelled) {
    std::stop_source stop;
    stop.request_stop();
    try {
        (void)layout_graph(*residual_model(), {}, Job(stop.get_token(), {}));
        FAIL() << "the stop was not heard";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::cancelled);
    }
}

class RealModel : public testing::TestWithParam<const char*> {};

TEST_P(RealModel, IsDrawnSoundly) {
    const auto path = std::filesystem::path(test::shared_data()) / "core" / GetParam() / "model.onnx";
    if (!std::filesystem::exists(path)) {
        GTEST_SKIP() << "no labelled models at " << test::shared_data();
    }
    const ModelPtr model = open_model(path);
    const GraphLayout layout = layout_graph(*model);
    expect_sound(*model, layout);
    EXPECT_LT(layout.bounds.width, 3000);
}

TEST_P(RealModel, IsDrawnSoundlyInGroups) {
    const auto path = std::filesystem::path(test::shared_data()) / "core" / GetParam() / "model.onnx";
    if (!std::filesystem::exists(path)) {
        GTEST_SKIP() << "no labelled models at " << test::shared_data();
    }
    const ModelPtr model = open_model(path);
    const std::size_t single = layout_graph(*model).cards.size();
    for (const bool fold : {false, true}) {
        GroupOptions options;
        options.fold = fold;
        const GraphLayout layout = layout_graph(*model, group_nodes(*model, options));
        expect_sound(*model, layout);
        EXPECT_LE(layout.cards.size(), single);
        std::string runs;
        for (const BlockRun& run : layout.grouping.runs) {
            runs += " " + run.names.front() + " x" + std::to_string(run.blocks.size()) + " of " + std::to_string(run.blocks.front().size());
        }
        RecordProperty(fold ? "folded" : "fused", std::to_string(layout.cards.size()) + " cards of " + std::to_string(single) + runs);
    }
}

INSTANTIATE_TEST_SUITE_P(Core, RealModel,
                         testing::Values("effnet_cifar10", "mobilenet_v1_025", "resnet8_cifar10", "sst2_transformer", "agnews_bilstm", "magika_v3", "dscnn_kws",
                                         "letter_mlp", "mnist_cnn"),
                         [](const auto& info) { return std::string(info.param); });

TEST(Layout, ABodyShowsWhatItReadsFromOutsideAsTags) {
    ModelBuilder inner, yes, no;
    inner.node("Tanh", {"h"}, {"i"}, {}, "inner_tanh").output("i", ElementType::float32, {1, 4});
    yes.node("Relu", {"h"}, {"a"}, {}, "relu").node("If", {"c"}, {"b"}, {{"then_branch", inner.graph()}, {"else_branch", inner.graph()}}, "deeper");
    yes.node("Add", {"a", "b"}, {"t"}, {}, "sum").output("t", ElementType::float32, {1, 4});
    no.node("Identity", {"x"}, {"e"}, {}, "same").output("e", ElementType::float32, {1, 4});
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 4}).input("c", ElementType::boolean, {});
    b.node("Neg", {"x"}, {"h"}, {}, "front");
    b.node("If", {"c"}, {"y"}, {{"then_branch", yes.graph()}, {"else_branch", no.graph()}}, "if").output("y", ElementType::float32, {1, 4});
    const ModelPtr model = make_model(b.build());
    LayoutOptions options;
    options.graph = 1;
    const GraphLayout layout = layout_graph(*model, options);
    expect_sound(*model, layout);
    ASSERT_EQ(layout.cards.size(), 3U);
    std::vector<std::string> outside;
    for (const Wire& wire : layout.wires) {
        if (wire.tag && wire.from == kNone && wire.to != kNone) {
            outside.push_back(model->value(wire.value).name + " to " + model->node(layout.cards[static_cast<std::size_t>(wire.to)].node).label);
        }
    }
    std::sort(outside.begin(), outside.end());
    EXPECT_EQ(outside, (std::vector<std::string>{"c to deeper", "h to deeper", "h to relu"}));
    // Seen from the main graph, the If reads h.
    const GraphLayout whole = layout_graph(*model);
    EXPECT_EQ(whole.cards.size(), 2U);
    EXPECT_TRUE(std::any_of(whole.wires.begin(), whole.wires.end(), [](const Wire& wire) { return wire.from == 0 && wire.to == 1; }));
}

}  // namespace
}  // namespace vernier
