// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <onnx/onnx_pb.h>

#include <optional>
#include <string>
#include <vector>

#include "core/layers/assemble.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace vernier::test {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;

/// first (0), middle (1), second (2), tail (3)
ModelPtr chain() {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 8, 16, 16}).output("y", ElementType::float32, {1, 8, 16, 16});
    b.initializer("w", random_floats(8 * 8, 5), {8, 8, 1, 1}).initializer("v", random_floats(8 * 8, 6), {8, 8, 1, 1});
    b.node("Conv", {"x", "w"}, {"c"}, {}, "first").node("Sigmoid", {"c"}, {"m"}, {}, "middle").node("Conv", {"m", "v"}, {"d"}, {}, "second");
    b.node("Relu", {"d"}, {"y"}, {}, "tail");
    return make_model(b.build());
}

FileTimes times(const std::vector<double>& ms, const std::vector<Arithmetic>& computes, const std::vector<double>& conversions = {0, 0, 0, 0}) {
    FileTimes times;
    times.ms = ms;
    times.conversions_ms = conversions;
    times.folded.resize(ms.size());
    for (std::size_t i = 0; i < ms.size(); ++i) {
        times.kernel_of.push_back(static_cast<int>(i));
        times.kernels.push_back(
            {computes[i] == Arithmetic::integer ? "QLinear" : "Float", ms[i] - conversions[i], computes[i], false, false, {static_cast<NodeId>(i)}});
    }
    return times;
}

constexpr Arithmetic F = Arithmetic::floating, I = Arithmetic::integer;

class Explained : public ::testing::Test {
protected:
    Layers explained(const FileTimes& fp32, const FileTimes& quantized) {
        const LayersParts parts{*model_, regions_, states_, fp32, quantized, faults_, strange_};
        Layers layers = assembled(parts);
        layers.fp32.p50_ms = 4;
        layers.quantized.p50_ms = 2;
        layers.quantized.profile_ms = profiled_ms_;
        for (const double ms : quantized.conversions_ms) layers.quantized.conversions_ms += ms;
        if (shares_) {
            layers.regions[0].error_share = 0.7;
            layers.regions[1].error_share = 0.3;
        }
        if (parted_db_) {
            layers.first_divergence = Divergence{1, "middle", 0, "m", 3.0, "The two files part first at middle."};
            layers.nodes[1].outputs_db = parted_db_;
        }
        explain(layers, parts);
        return layers;
    }

    ModelPtr model_ = chain();
    Regions regions_{{{0, 0, {0, 1}, {}}, {1, 2, {2, 3}, {}}}, {0, 0, 1, 1}};
    std::vector<NodeState> states_{{"int8-static", "int8-static", "", false},
                                   {"fp32", "fp32", "", false},
                                   {"int8-static", "int8-static", "", false},
                                   {"int8-static", "int8-static", "", false}};
    std::vector<Fault> faults_;
    std::optional<double> parted_db_;  ///< what is left at the outputs by what middle loses
    bool shares_ = false, strange_ = false;
    double profiled_ms_ = 2;  ///< of the quantized file
    const FileTimes fp32_ = times({2, 0.2, 1.7, 0.1}, {F, F, F, F});
};

TEST_F(Explained, AFloatNodeBetweenIntegerOnesIsNamedWithItsConversions) {
    const Layers layers = explained(fp32_, times({0.6, 0.51, 0.8, 0.09}, {I, F, I, I}, {0, 0.31, 0, 0}));
    EXPECT_EQ(layers.nodes[1].why, "Sigmoid between two Conv runs in float: 0.31 ms of conversions.");
    EXPECT_EQ(layers.nodes[1].change, "Quantize it.") << "the nodes beside it save 2.3 ms";
    const Layers little = explained(fp32_, times({1.9, 0.51, 1.6, 0.09}, {I, F, I, I}, {0, 0.31, 0, 0}));
    EXPECT_EQ(little.nodes[1].change, "Quantize it, or leave first (#0) and second (#2) in FP32 too.");
    EXPECT_EQ(layers.nodes[0].why, "");
    EXPECT_THAT(layers.sentences, Contains(HasSubstr("Conversions take 0.31 ms of it, 16 %; most of them for middle: 0.31 ms.")));
    EXPECT_THAT(layers.sentences,
                Contains(HasSubstr("The quantized file takes 2 ms where FP32 takes 4 ms (2.00x); first saves most: 1.4 ms; middle loses most: 0.31 ms.")));
}

TEST_F(Explained, NothingIsSaidOfSingleTimesWhereTheProfileCannotBeTrusted) {
    for (const double profiled : {2.0 * 317, 2.0 / 4}) {
        profiled_ms_ = profiled;
        const Layers layers = explained(fp32_, times({0.6, 0.51, 0.8, 0.09}, {I, F, I, I}, {0, 0.31, 0, 0}));
        EXPECT_THAT(layers.sentences, Contains(HasSubstr("The times of single nodes cannot be trusted: profiled, the quantized file took")));
        EXPECT_THAT(layers.sentences, Each(Not(HasSubstr("Conversions take"))));
        EXPECT_THAT(layers.sentences, Each(Not(HasSubstr("saves most"))));
        EXPECT_EQ(layers.nodes[1].why, "");
        EXPECT_FALSE(layers.quantized.trusted());
        EXPECT_FALSE(to_json(layers)["quantized"]["trusted"].get<bool>());
        EXPECT_TRUE(to_json(layers)["fp32"]["trusted"].get<bool>());
    }
    profiled_ms_ = 5.9;  // slowed by the profiler, as small nodes are
    EXPECT_THAT(explained(fp32_, times({0.6, 0.51, 0.8, 0.09}, {I, F, I, I}, {0, 0.31, 0, 0})).sentences, Contains(HasSubstr("Conversions take 0.31 ms")));
}

TEST_F(Explained, WhereItWasChosenTheChangeIsElsewhere) {
    states_[1] = {"int8-static", "fp32", "no kernel", false};
    const Layers layers = explained(fp32_, times({0.6, 0.51, 0.8, 0.09}, {I, F, I, I}, {0, 0.31, 0, 0}));
    EXPECT_EQ(layers.nodes[1].change, "It cannot be had in INT8 here, and the INT8 nodes beside it save more than this costs.");
    const Layers little = explained(fp32_, times({1.9, 0.51, 1.6, 0.09}, {I, F, I, I}, {0, 0.31, 0, 0}));
    EXPECT_EQ(little.nodes[1].change, "It cannot be had in INT8 here: leave first (#0) and second (#2) in FP32 too.");
    EXPECT_EQ(layers.nodes[1].reason, "no kernel");
}

TEST_F(Explained, AnIntegerKernelThatLosesIsToldApartFromConversionsThatDo) {
    const Layers kernel = explained(fp32_, times({2.5, 0.2, 0.8, 0.09}, {I, I, I, I}));
    EXPECT_EQ(kernel.nodes[0].why, "The INT8 kernel of Conv takes 2.5 ms, that of FP32 2 ms.");
    EXPECT_EQ(kernel.nodes[0].change, "Leave it in FP32: about 0.5 ms faster.");
    EXPECT_THAT(kernel.sentences, Contains("The first convolution gains nothing in INT8: 2.5 ms against 2 ms."));
    const Layers conversions = explained(fp32_, times({2.5, 0.2, 0.8, 0.09}, {I, I, I, I}, {1.5, 0, 0, 0}));
    EXPECT_EQ(conversions.nodes[0].why, "Conv saves 1 ms in INT8, and its conversions cost 1.5 ms.");
    EXPECT_EQ(conversions.nodes[0].change, "Leave it in FP32: 0.5 ms faster.");
}

TEST_F(Explained, ANodeBetweenIntegerOnesThatLosesLessThanItsBordersWouldCostStays) {
    const FileTimes before = times({2, 0.2, 1.7, 0.1}, {F, F, F, F});
    ModelBuilder b;  // borders of 2 * 10^6 numbers: 0.36 and 0.42 ms
    b.input("x", ElementType::float32, {1, 2, 1000, 1000}).output("y", ElementType::float32, {1, 2, 1000, 1000});
    b.initializer("w", random_floats(4, 5), {2, 2, 1, 1}).initializer("v", random_floats(4, 6), {2, 2, 1, 1});
    b.node("Conv", {"x", "w"}, {"c"}, {}, "first").node("Sigmoid", {"c"}, {"m"}, {}, "middle").node("Conv", {"m", "v"}, {"d"}, {}, "second");
    b.node("Relu", {"d"}, {"y"}, {}, "tail");
    model_ = make_model(b.build());
    const Layers layers = explained(before, times({0.6, 0.5, 0.8, 0.09}, {I, I, I, I}));
    EXPECT_EQ(layers.nodes[1].why, "The INT8 kernel of Sigmoid takes 0.5 ms, that of FP32 0.2 ms.");
    EXPECT_THAT(layers.nodes[1].change, HasSubstr("Keep it in INT8: between INT8 nodes, FP32 would cost about 0.78 ms of conversions."));
}

TEST_F(Explained, AFusionThatFp32HasAndTheFileHasNotIsSaidOnce) {
    FileTimes whole = times({2, 0, 1.7, 0.3}, {F, F, F, F});
    whole.kernels[3].op = "LayerNormalization";
    whole.kernels[3].nodes = {3, 1};
    whole.kernel_of[1] = 3;
    const Layers layers = explained(whole, times({0.6, 0.5, 0.8, 0.4}, {I, F, I, F}));
    EXPECT_EQ(layers.nodes[3].why, "2 nodes that FP32 runs as one LayerNormalization run one by one here: 0.9 ms against 0.3 ms.");
    EXPECT_EQ(layers.nodes[3].change, "Leave second (#2) in FP32.");
    EXPECT_EQ(layers.nodes[1].why, "");
}

/// In FP32 all of the time is at the node that the operator is named after: against 0 µs every kernel of the file would look slow.
TEST_F(Explained, NodesOfAnOperatorThatIsTakenApartAreNotHeldAgainstNothing) {
    FileTimes whole = times({2, 0, 1.7, 0.3}, {F, F, F, F});
    whole.kernels[3].op = "LayerNormalization";
    whole.kernels[3].nodes = {3, 1};
    whole.kernel_of[1] = 3;
    const Layers layers = explained(whole, times({0.6, 0.5, 0.8, 0.4}, {I, I, I, F}));
    EXPECT_EQ(layers.nodes[3].why, "2 nodes that FP32 runs as one LayerNormalization run one by one here: 0.9 ms against 0.3 ms.");
    EXPECT_EQ(layers.nodes[3].change, "Leave middle (#1) in FP32.") << "the one that INT8 took out of it";
    EXPECT_EQ(layers.nodes[1].why, "");
}

TEST_F(Explained, WhatIsWrongInTheFileComesFirstWhereItBreaksTheOutputs) {
    shares_ = strange_ = true;
    parted_db_ = 5.1;
    faults_ = {{"masked-scores-quantized", 1, "middle", "The mask shares one scale with the scores.", "Leave this node in FP32."}};
    const FileTimes quantized = times({0.6, 0.2, 0.8, 0.09}, {I, I, I, I});
    const Layers layers = explained(fp32_, quantized);
    EXPECT_EQ(layers.sentences.at(0), "The two files part first at middle. The mask shares one scale with the scores.");
    EXPECT_EQ(layers.sentences.at(1), "Quantized alone by Vernier, 1 of 2 regions carries 70 % of the error: first.") << "it is of no use for this file";
    EXPECT_EQ(layers.nodes[1].why, "The mask shares one scale with the scores.");
    EXPECT_EQ(layers.nodes[1].change, "Leave this node in FP32.");
    EXPECT_EQ(layers.nodes[0].why, "Quantized alone by Vernier, it makes 70 % of the error.");
    parted_db_ = 30;
    EXPECT_THAT(explained(fp32_, quantized).sentences.at(0), HasSubstr("70 % of the error")) << "it hardly shows";
}

TEST_F(Explained, WrittenForIntegersAndRunInFloatIsSaid) {
    const Layers layers = explained(fp32_, times({2, 0.2, 0.8, 0.09}, {F, I, I, I}));
    EXPECT_EQ(layers.nodes[0].reason, "the runtime has no INT8 kernel for it here and runs it in float");
    EXPECT_THAT(layers.sentences, Contains("1 node is written for INT8 and runs in float: first (#0)."));
}

TEST_F(Explained, TheFewestRegionsThatMakeMostOfTheErrorAreNamed) {
    shares_ = true;
    const Layers layers = explained(fp32_, times({0.6, 0.2, 0.8, 0.09}, {I, I, I, I}));
    EXPECT_EQ(layers.sentences.front(), "1 of 2 regions carries 70 % of the error: first.");
    EXPECT_EQ(layers.nodes[0].why, "Quantized alone, it makes 70 % of the error.");
    EXPECT_EQ(layers.nodes[0].change, "Keep it in FP32.");
    EXPECT_EQ(layers.nodes[1].why, "") << "said at the node that the region is about";
    shares_ = false;
    EXPECT_THAT(explained(fp32_, times({0.6, 0.2, 0.8, 0.09}, {I, I, I, I})).sentences, Each(Not(HasSubstr("regions"))));
}

TEST_F(Explained, OneScaleForChannelsThatDifferWidelyIsNamed) {
    shares_ = true;
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 1, 16, 16}).output("y", ElementType::float32, {1, 2, 16, 16});
    b.initializer("w", std::vector<float>{1, 0.01F}, {2, 1, 1, 1}).initializer("v", std::vector<float>{1, 1, 1, 1}, {2, 2, 1, 1});
    b.node("Conv", {"x", "w"}, {"c"}, {}, "first").node("Sigmoid", {"c"}, {"m"}, {}, "middle").node("Conv", {"m", "v"}, {"d"}, {}, "second");
    b.node("Relu", {"d"}, {"y"}, {}, "tail");
    model_ = make_model(b.build());
    states_[0].per_tensor = true;
    const Layers layers = explained(fp32_, times({0.6, 0.2, 0.8, 0.09}, {I, I, I, I}));
    EXPECT_EQ(layers.nodes[0].change, "Use per channel: its channels differ 100 times in range.");
}

TEST_F(Explained, RegionsSumTheirNodes) {
    const Layers layers = explained(fp32_, times({0.6, 0.2, 0.8, 0.09}, {I, I, I, I}));
    ASSERT_EQ(layers.regions.size(), 2U);
    EXPECT_EQ(layers.regions[0].name, "first");
    EXPECT_DOUBLE_EQ(layers.regions[0].fp32_ms.value(), 2.2);
    EXPECT_DOUBLE_EQ(layers.regions[0].int8_ms.value(), 0.8);
    EXPECT_EQ(layers.nodes[3].region, 1);
}

TEST_F(Explained, AFusedNodeNamesTheOneThatDoesItsWork) {
    FileTimes quantized = times({0.6, 0.2, 0.8, 0}, {I, I, I, I});
    quantized.kernel_of[3] = 2;
    quantized.kernels[2].nodes = {2, 3};
    quantized.folded[1] = true;
    const Layers layers = explained(fp32_, quantized);
    EXPECT_EQ(layers.nodes[3].executed, "fused");
    EXPECT_EQ(layers.nodes[3].fused_into, 2);
    EXPECT_EQ(layers.nodes[1].executed, "folded");
    EXPECT_EQ(layers.nodes[0].executed, "int8");
}

}  // namespace
}  // namespace vernier::test
