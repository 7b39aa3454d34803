// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layers/join.h"

#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include "tests/support/model_builder.h"

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

TEST(TakeOnTheWay, NamesTheFirstPlaceAndWhatIsLeftThere) {
    test::ModelBuilder b;
    b.input("x", ElementType::float32, {1, 4}).output("y", ElementType::float32, {1, 4});
    b.node("Tanh", {"x"}, {"t"}, {}, "front").node("Exp", {"t"}, {"e"}, {}, "middle").node("Sin", {"e"}, {"y"}, {}, "end");
    const ModelPtr model = make_model(b.build());
    Layers layers = two_regions();
    OnTheWay way;
    way.tensors.resize(2);
    way.tensors[0].pair.reference = model->find_value("t");
    way.tensors[0].sqnr_db = kExactDb;
    way.tensors[1].pair.reference = model->find_value("e");
    way.tensors[1].sqnr_db = 7.25;
    way.tensors[1].group_sqnr_db = 3;
    way.tensors[1].clipped = 0.25;
    way.of_node = {0, 1, kNone};
    Parting parting;
    parting.node = 1;
    parting.tensor = 1;
    parting.before_db = kExactDb;
    parting.after_db = 7.25;
    parting.reach = 0.25;
    way.partings = {parting};
    way.first = parting;
    take_on_the_way(layers, way, *model);
    EXPECT_EQ(layers.nodes[0].output_sqnr_db, kExactDb);
    EXPECT_EQ(layers.nodes[1].output_sqnr_db, 7.25);
    EXPECT_EQ(layers.nodes[1].group_sqnr_db, 3);
    EXPECT_EQ(layers.nodes[1].clipped, 0.25);
    EXPECT_FALSE(layers.nodes[2].output_sqnr_db.has_value()) << "it was not compared";
    ASSERT_TRUE(layers.first_divergence.has_value());
    EXPECT_EQ(layers.first_divergence->node, 1);
    EXPECT_EQ(layers.first_divergence->region, 1);
    EXPECT_EQ(layers.first_divergence->tensor, "e");
    EXPECT_EQ(layers.first_divergence->text,
              "The two files part first at middle (#1, Exp): from equal to 7.2 dB of FP32. Alone it leaves 6.0 dB at the outputs.");
    EXPECT_NEAR(layers.nodes[1].outputs_db.value_or(0), 6.02, 0.01);
    EXPECT_FALSE(layers.nodes[0].outputs_db.has_value()) << "no place";
}

/// Numbers behind a mask are lost there already, and no one reads them: the place is where those are lost that count.
TEST(TakeOnTheWay, NoiseInFrontThatDoesLessIsNoImprovement) {
    Parting parting;
    parting.before_db = -1.4;
    parting.after_db = 0.04;
    EXPECT_EQ(parting.loss_text(), "0.0 dB of FP32 are left of it, and what was lost in front of it does less to the outputs");
    parting.before_db = 30;
    EXPECT_EQ(parting.loss_text(), "from 30.0 dB to 0.0 dB of FP32");
}

}  // namespace
}  // namespace vernier
