// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layout/grouping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <algorithm>

#include "core/layout/layout.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using test::Attr;
using test::ModelBuilder;
using testing::ElementsAre;
using testing::IsEmpty;

/// Adds nodes one behind the other, each reading what the last one made.
class Chain {
public:
    explicit Chain(const std::string& input = "x") : last_(input) {
        builder_.input(input, ElementType::float32, {1, 4, 8, 8});
        builder_.initializer("w", test::random_floats(16, 1), {4, 4, 1, 1});
        builder_.initializer("v", std::vector<float>(4, 1.0F), {4});
        builder_.initializer("one", std::vector<float>{1.0F}, {});
    }
    Chain& conv(const std::string& name = {}) { return add("Conv", {last_, "w"}, name); }
    Chain& norm(const std::string& name = {}) { return add("BatchNormalization", {last_, "v", "v", "v", "v"}, name); }
    Chain& op(const std::string& type, const std::string& name = {}) { return add(type, {last_}, name); }
    Chain& add(const std::string& type, const test::Names& inputs, const std::string& name = {}) {
        const std::string output = "t" + std::to_string(count_++);
        builder_.node(type, inputs, {output}, {}, name);
        last_ = output;
        return *this;
    }
    [[nodiscard]] const std::string& last() const { return last_; }
    ModelBuilder& builder() { return builder_; }
    ModelPtr model() {
        builder_.output(last_, ElementType::float32, {1, 4, 8, 8});
        return make_model(builder_.build());
    }

private:
    ModelBuilder builder_;
    std::string last_;
    int count_ = 0;
};

std::vector<std::vector<NodeId>> groups_of(const Model& model, const GroupOptions& options = {}) {
    std::vector<std::vector<NodeId>> result;
    for (const CardGroup& group : group_nodes(model, options).groups) {
        result.push_back(group.nodes);
    }
    return result;
}

TEST(Grouping, NormalizationAndActivationBelongToTheirConvolution) {
    Chain chain;
    const ModelPtr model = chain.conv().norm().op("Relu").op("Softmax").conv().op("LeakyRelu").model();
    EXPECT_THAT(groups_of(*model), ElementsAre(ElementsAre(0, 1, 2), ElementsAre(4, 5)));
    EXPECT_THAT(follower_names(*model, {0, 1, 2}), ElementsAre("BatchNorm", "Relu"));
    GroupOptions off;
    off.fuse = false;
    EXPECT_THAT(groups_of(*model, off), IsEmpty());
    EXPECT_EQ(group_nodes(*model, off).head_of_node, (std::vector<NodeId>{0, 0, 0, kNone, 4, 4}));
    GroupOptions apart;
    apart.unfused = {0};
    EXPECT_THAT(groups_of(*model, apart), ElementsAre(ElementsAre(4, 5)));
}

TEST(Grouping, ActivationsOfSeveralNodesAreOneWord) {
    Chain chain;
    chain.conv();
    const std::string c = chain.last();
    chain.op("Sigmoid").add("Mul", {c, chain.last()}).conv();
    const std::string g = chain.last();
    chain.add("Div", {g, "one"}).op("Erf").add("Add", {chain.last(), "one"}).add("Mul", {g, chain.last()});
    chain.add("Mul", {chain.last(), "one"}).op("Softmax");
    const ModelPtr model = chain.model();
    EXPECT_THAT(groups_of(*model), ElementsAre(ElementsAre(0, 1, 2), ElementsAre(3, 4, 5, 6, 7, 8)));
    EXPECT_THAT(follower_names(*model, {0, 1, 2}), ElementsAre("SiLU"));
    EXPECT_THAT(follower_names(*model, {3, 4, 5, 6, 7, 8}), ElementsAre("GELU"));
}

TEST(Grouping, AValueThatIsReadElsewhereEndsTheCard) {
    Chain chain;
    chain.conv().norm();
    const std::string read_twice = chain.last();
    chain.op("Relu").conv().add("Add", {chain.last(), read_twice}).op("Relu");
    const ModelPtr model = chain.model();
    // The branch point stays outside its card; Add takes its activation along.
    EXPECT_THAT(groups_of(*model), ElementsAre(ElementsAre(0, 1), ElementsAre(4, 5)));

    Chain seen;
    seen.conv();
    seen.builder().output(seen.last(), ElementType::float32, {1, 4, 8, 8});
    EXPECT_THAT(groups_of(*seen.op("Relu").model()), IsEmpty());  // a graph output is read by whoever runs the model
}

TEST(Grouping, ABiasIsPerChannel) {
    Chain chain;
    chain.builder().initializer("whole", test::random_floats(256, 2), {1, 4, 8, 8});
    chain.builder().initializer("bias", test::random_floats(4, 2), {4, 1, 1});
    chain.conv().add("Add", {chain.last(), "bias"}).op("Softmax").conv().add("Add", {chain.last(), "whole"});
    const ModelPtr model = chain.model();
    EXPECT_THAT(groups_of(*model), ElementsAre(ElementsAre(0, 1)));
    EXPECT_THAT(follower_names(*model, {0, 1}), ElementsAre("bias"));
}

/// count residual blocks behind a stem; names by the pattern, where {} is the index.
ModelPtr blocks(int count, bool named) {
    Chain chain;
    chain.conv(named ? "/stem/Conv" : "").op("Relu", named ? "/stem/Relu" : "");
    for (int i = 0; i < count; ++i) {
        const std::string scope = "/features/features." + std::to_string(i);
        const std::string skip = chain.last();
        const auto name = [&](const char* end) { return named ? scope + end : std::string(); };
        chain.conv(name("/a/Conv")).op("Relu", name("/a/Relu")).op("Softmax", name("/soft/Softmax"));
        chain.add("Add", {chain.last(), skip}, name("/Add"));
    }
    return chain.op("Flatten", named ? "/flat/Flatten" : "").model();
}

TEST(Grouping, BlocksRepeatByTheirNames) {
    const ModelPtr model = blocks(3, true);
    const Grouping grouping = group_nodes(*model);
    ASSERT_EQ(grouping.runs.size(), 1U);
    const BlockRun& run = grouping.runs.front();
    EXPECT_THAT(run.names, ElementsAre("/features/features.0", "/features/features.1", "/features/features.2"));
    EXPECT_THAT(run.blocks, ElementsAre(ElementsAre(2, 3, 4, 5), ElementsAre(6, 7, 8, 9), ElementsAre(10, 11, 12, 13)));
    EXPECT_FALSE(run.folded);
    EXPECT_EQ(grouping.run_of_node[7], 0);
    EXPECT_EQ(grouping.run_of_node[0], kNone);
}

TEST(Grouping, BlocksRepeatByTheirOperatorsWithEndsAtTheResiduals) {
    const Grouping grouping = group_nodes(*blocks(4, false));
    ASSERT_EQ(grouping.runs.size(), 1U);
    EXPECT_EQ(grouping.runs.front().blocks.size(), 4U);
    EXPECT_THAT(grouping.runs.front().blocks.front(), ElementsAre(2, 3, 4, 5));  // from Conv to Add, not across the Add
    EXPECT_EQ(grouping.runs.front().names.back(), "Block 4");
}

TEST(Grouping, ABlockUnlikeItsSiblingsIsFramedAlone) {
    Chain chain;
    chain.conv("layer.0/Conv").op("Softmax", "layer.0/Pool");
    for (const char* i : {"1", "2"}) {
        chain.conv("layer." + std::string(i) + "/Conv").op("LogSoftmax", "layer." + std::string(i) + "/Pool");
    }
    const ModelPtr model = chain.model();
    GroupOptions options;
    options.fold = true;
    const Grouping grouping = group_nodes(*model, options);
    ASSERT_EQ(grouping.runs.size(), 2U);
    EXPECT_THAT(grouping.runs[0].names, ElementsAre("layer.0"));
    EXPECT_FALSE(grouping.runs[0].folded);
    EXPECT_TRUE(grouping.runs[1].folded);
}

TEST(Grouping, TheOuterNameCountsUnlessInnerBlocksRepeat) {
    Chain chain;
    chain.conv("stage.0/Conv").op("Softmax", "stage.0/Soft").conv("stage.1/block.0/Conv").op("LogSoftmax", "stage.1/block.0/Soft");
    chain.conv("stage.1/block.1/Conv").op("LogSoftmax", "stage.1/block.1/Soft");
    chain.conv("stage.2/conv.0/Conv").op("Softmax", "stage.2/conv.0/Soft").op("Identity", "stage.2/last");
    const Grouping grouping = group_nodes(*chain.model());
    ASSERT_EQ(grouping.runs.size(), 3U);
    EXPECT_THAT(grouping.runs[0].names, ElementsAre("stage.0"));
    EXPECT_THAT(grouping.runs[1].names, ElementsAre("stage.1/block.0", "stage.1/block.1"));
    EXPECT_THAT(grouping.runs[2].names, ElementsAre("stage.2"));
}

TEST(Grouping, AFoldedRunIsOneCard) {
    const ModelPtr model = blocks(5, true);
    GroupOptions options;
    options.fold = true;
    GraphLayout layout = layout_graph(*model, group_nodes(*model, options));
    ASSERT_EQ(layout.cards.size(), 3U);  // stem, blocks, Flatten
    EXPECT_TRUE(layout.frames.empty());
    const std::int32_t card = layout.card_of_node[2];
    for (NodeId node = 2; node < 22; ++node) {
        EXPECT_EQ(layout.card_of_node[static_cast<std::size_t>(node)], card);
    }
    EXPECT_EQ(layout.cards[static_cast<std::size_t>(card)].rank, 1);
    options.turned = {2};  // this run by hand
    layout = layout_graph(*model, group_nodes(*model, options));
    EXPECT_EQ(layout.cards.size(), 2U + 5 * 3);
    EXPECT_EQ(layout.frames.size(), 5U);
}

TEST(Grouping, FramesSurroundTheirCardsAlone) {
    const ModelPtr model = blocks(3, true);
    const GraphLayout layout = layout_graph(*model, group_nodes(*model));
    ASSERT_EQ(layout.frames.size(), 3U);
    for (const Frame& frame : layout.frames) {
        const auto& nodes = layout.grouping.runs[static_cast<std::size_t>(frame.run)].blocks[static_cast<std::size_t>(frame.block)];
        for (std::size_t i = 0; i < layout.cards.size(); ++i) {
            const Rect &r = layout.cards[i].rect, &f = frame.rect;
            const bool inside = r.x > f.x && r.y > f.y && r.x + r.width < f.x + f.width && r.y + r.height < f.y + f.height;
            const bool apart = r.y >= f.y + f.height || r.y + r.height <= f.y;
            const bool member = std::count(nodes.begin(), nodes.end(), layout.cards[i].node) > 0;
            EXPECT_TRUE(member ? inside : apart);
        }
        for (const Frame& other : layout.frames) {
            EXPECT_TRUE(&other == &frame || other.rect.y >= frame.rect.y + frame.rect.height || frame.rect.y >= other.rect.y + other.rect.height);
        }
    }
}

TEST(Grouping, EveryNodeHasACardAndWiresRunDown) {
    for (const bool named : {true, false}) {
        const ModelPtr model = blocks(7, named);
        for (const bool fold : {true, false}) {
            GroupOptions options;
            options.fold = fold;
            const GraphLayout layout = layout_graph(*model, group_nodes(*model, options));
            EXPECT_EQ(std::count(layout.card_of_node.begin(), layout.card_of_node.end(), kNone), 0);
            for (const Wire& wire : layout.wires) {
                EXPECT_NE(wire.from, wire.to);
                EXPECT_TRUE(wire.tag ? wire.from == kNone || wire.to == kNone : wire.points.back().y > wire.points.front().y);
            }
        }
    }
}

}  // namespace
}  // namespace vernier
