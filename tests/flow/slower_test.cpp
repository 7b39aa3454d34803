// SPDX-License-Identifier: GPL-3.0-or-later
// INT8 that costs time goes back to float where the whole file is shown to be better off, and only there.
#include "core/flow/slower.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <cmath>
#include <string>

#include "core/flow/quantize_file.h"
#include "core/flow/time_ratio.h"
#include "core/flow/verify.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"
#include "tests/support/temp_dir.h"

namespace vernier::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(TimeRatio, IsTheMedianOfPairsWithItsInterval) {
    // The machine doubles its speed in the middle; each pair saw the same machine.
    const Rounds below = {2, 2, 2, 2, 1, 1, 1, 1, 1};
    const Rounds above = {3, 3, 3.2, 2.8, 1.5, 1.5, 1.4, 1.6, 9};
    const TimeRatio ratio = time_ratio(above, below);
    EXPECT_DOUBLE_EQ(ratio.ratio, 1.5);
    EXPECT_DOUBLE_EQ(ratio.interval.lo, 1.4);  // the second smallest and the second largest of nine
    EXPECT_DOUBLE_EQ(ratio.interval.hi, 1.6);
    const TimeRatio few = time_ratio({200, 200}, {100, 100});
    EXPECT_DOUBLE_EQ(few.ratio, 2);
    EXPECT_DOUBLE_EQ(few.interval.lo, 1.6);
    EXPECT_LT(time_ratio({}, {}).interval.lo, 1);
}

TEST(WorthwhileGain, IsMoreForALargerFileAndBounded) {
    EXPECT_DOUBLE_EQ(worthwhile_gain(0.9), 1.05);
    EXPECT_DOUBLE_EQ(worthwhile_gain(1.05), 1.05);
    EXPECT_DOUBLE_EQ(worthwhile_gain(1.44), 1.2);
    EXPECT_DOUBLE_EQ(worthwhile_gain(4), 1.5);
}

constexpr int kLayers = 8, kWidth = 256, kClasses = 4;

/// Products of [64, 256] by weights of their own, and a small one at the end.
ModelPtr products(const TempDir& folder) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {64, kWidth});
    for (int i = 0; i < kLayers; ++i) {
        const std::string n = std::to_string(i);
        b.initializer("w" + n, normal_floats(kWidth * kWidth, static_cast<unsigned>(i), 0, 1 / std::sqrt(float(kWidth))), {kWidth, kWidth});
        b.node("MatMul", {i == 0 ? "x" : "m" + std::to_string(i - 1), "w" + n}, {"m" + n}, {}, "layer" + n);
    }
    b.initializer("o", normal_floats(kWidth * kClasses, 99, 0, 0.05F), {kWidth, kClasses});
    b.node("MatMul", {"m" + std::to_string(kLayers - 1), "o"}, {"y"}, {}, "last").output("y", ElementType::float32, {64, kClasses});
    return open_model(folder.write("products.onnx", b.bytes()));
}

/// Stands for INT8: layers share one weight, so that the file is small, and some do their product several times.
class PlantedCost : public testing::Test {
protected:
    /// times: by layer. What find_slower makes of it, and the nodes that it takes back.
    Slower find(const std::vector<int>& times, std::set<NodeId> chosen = {}) {
        const TempDir folder;
        const ModelPtr model = products(folder);
        Plan plan;
        plan.nodes.resize(model->nodes().size());
        for (std::size_t i = 0; i < plan.nodes.size(); ++i) {
            plan.nodes[i].node = static_cast<NodeId>(i);
            plan.nodes[i].applied = plan.nodes[i].chosen.method = Method::int8_dynamic;
            if (chosen.contains(static_cast<NodeId>(i))) plan.nodes[i].chosen.rule = 0;
        }
        const Emitting emitting{[&](const std::set<NodeId>& in_float) { return emitted(*model, in_float, times); }, [&] { return plan; },
                                [](const std::set<NodeId>&, const std::string&) {}};
        Verifier verifier({{}, "", model, nullptr, 1}, {});
        const StagedModel written(*emitting.emit({}), folder / "out.onnx");
        Slower found = find_slower(emitting, verifier, *model, written, {});
        for (const auto& [nodes, why] : found.take_back) taken_.insert(nodes.begin(), nodes.end());
        return found;
    }

    std::set<NodeId> taken_;

private:
    static std::shared_ptr<const onnx::ModelProto> emitted(const Model& model, const std::set<NodeId>& in_float, const std::vector<int>& times) {
        auto proto = std::make_shared<onnx::ModelProto>(model.proto());
        onnx::GraphProto& graph = *proto->mutable_graph();
        graph.clear_node();
        std::set<std::string> read = {"w0"};
        for (const Node& node : model.nodes()) {
            onnx::NodeProto copy = *node.proto;
            const auto layer = static_cast<std::size_t>(node.id);
            const bool is_layer = node.id < kLayers, small = is_layer && !in_float.contains(node.id);
            if (small) copy.set_input(1, "w0");
            for (int again = 1; small && again < times[layer]; ++again) {
                onnx::NodeProto more = copy;
                more.set_name(copy.name() + "_" + std::to_string(again));
                more.set_output(0, copy.output(0) + "_" + std::to_string(again));
                copy.set_input(0, more.output(0));
                *graph.add_node() = more;
            }
            read.insert(copy.input(1));
            *graph.add_node() = copy;
        }
        for (int i = graph.initializer_size(); i-- > 0;)
            if (!read.contains(graph.initializer(i).name())) graph.mutable_initializer()->DeleteSubrange(i, 1);
        return proto;
    }
};

TEST_F(PlantedCost, AFewPerCentOfTimeAreNotWorthTheSize) {
    // Eleven products instead of eight, of a weight that stays in the cache: a quarter more time, for an eighth of the size.
    const Slower found = find({1, 2, 1, 2, 1, 2, 1, 1});
    EXPECT_THAT(found.take_back, IsEmpty());
    ASSERT_EQ(found.findings.size(), 1U);
    EXPECT_EQ(found.findings[0].code, "nothing-to-gain");
    EXPECT_THAT(found.findings[0].text, testing::AllOf(HasSubstr("slower"), HasSubstr("of its size")));
    EXPECT_THAT(found.findings[0].remedy, HasSubstr("FP32"));
}

TEST_F(PlantedCost, WhatTakesFarLongerGoesBackAtAnySize) {
    const Slower found = find({4, 4, 4, 4, 4, 4, 4, 4});
    EXPECT_THAT(taken_, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8));  // the last one saves nothing when it is alone
    ASSERT_FALSE(found.findings.empty());
    EXPECT_EQ(found.findings[0].code, "kept-float");
    EXPECT_THAT(found.findings[0].text, HasSubstr("times as large"));
}

TEST_F(PlantedCost, WhatWasChosenStays) {
    const Slower found = find({4, 4, 4, 4, 4, 4, 4, 4}, {0, 1, 2, 3, 4, 5, 6, 7});
    EXPECT_THAT(taken_, testing::Not(testing::Contains(0)));
    EXPECT_THAT(found.findings, testing::Contains(testing::Field(&Finding::code, "nothing-to-gain")));
}

TEST_F(PlantedCost, WhatIsAsFastStays) {
    (void)find({1, 1, 1, 1, 1, 1, 1, 1});
    EXPECT_THAT(taken_, IsEmpty());
}

constexpr int kSteps = 60, kInputs = 32, kHidden = 32;

std::vector<float> scaled(std::size_t count, std::uint64_t seed, int fan_in) {
    return normal_floats(count, seed, 0, 1 / std::sqrt(static_cast<float>(fan_in)));
}

/// One step of an LSTM written out: two products and an addition at batch 1, which INT8 makes several times slower.
void add_step(ModelBuilder& b, int step) {
    const std::string t = std::to_string(step), next = std::to_string(step + 1);
    b.initializer("i" + t, std::vector<std::int64_t>{step}, {});
    b.node("Gather", {"x", "i" + t}, {"x" + t}, {{"axis", 1}});
    b.node("MatMul", {"x" + t, "W"}, {"a" + t}).node("MatMul", {"h" + t, "R"}, {"b" + t}).node("Add", {"a" + t, "b" + t}, {"g" + t});
    b.node("Split", {"g" + t}, {"gi" + t, "go" + t, "gf" + t, "gc" + t}, {{"axis", 1}});
    for (const char* gate : {"i", "o", "f"}) b.node("Sigmoid", {"g" + (gate + t)}, {"s" + (gate + t)});
    b.node("Tanh", {"gc" + t}, {"tc" + t}).node("Mul", {"sf" + t, "c" + t}, {"fc" + t}).node("Mul", {"si" + t, "tc" + t}, {"ic" + t});
    b.node("Add", {"fc" + t, "ic" + t}, {"c" + next}).node("Tanh", {"c" + next}, {"th" + t}).node("Mul", {"so" + t, "th" + t}, {"h" + next});
}

std::string unrolled_lstm() {
    ModelBuilder b(13, 8);
    b.input("x", ElementType::float32, {1, kSteps, kInputs});
    b.initializer("W", scaled(kInputs * 4 * kHidden, 1, kInputs), {kInputs, 4 * kHidden});
    b.initializer("R", scaled(kHidden * 4 * kHidden, 2, kHidden), {kHidden, 4 * kHidden});
    b.initializer("O", scaled(kHidden * 10, 3, kHidden), {kHidden, 10});
    for (const char* state : {"h0", "c0"}) b.initializer(state, std::vector<float>(kHidden, 0), {1, kHidden});
    for (int step = 0; step < kSteps; ++step) add_step(b, step);
    b.node("MatMul", {"h" + std::to_string(kSteps), "O"}, {"y"}).output("y", ElementType::float32, {1, 10});
    return b.bytes();
}

/// 20 samples as an .npy file.
std::string npy_samples() {
    constexpr int kSamples = 20;
    std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + std::to_string(kSamples) + ", " + std::to_string(kSteps) + ", " +
                         std::to_string(kInputs) + "), }";
    header.resize(117, ' ');
    header += "\n";
    const std::vector<float> values = normal_floats(kSamples * kSteps * kInputs, 9);
    std::string file("\x93NUMPY\x01\x00", 8);
    file += static_cast<char>(header.size());
    file += '\0';
    return file + header + std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
}

class UnrolledLstm : public testing::TestWithParam<Method> {};

TEST_P(UnrolledLstm, StepsThatLoseTimeInInt8StayInFloat) {
    const TempDir folder;
    QuantizeRequest request;
    request.model = folder.write("model.onnx", unrolled_lstm());
    request.out = folder / "out.onnx";
    request.data = folder.write("data.npy", npy_samples());
    request.recipe.default_method = GetParam();
    const QuantizedFile result = quantize_file(Runtime::load(), request, {});
    EXPECT_EQ(result.plan.count(GetParam()), 0U);  // what is left in INT8 saves neither size nor time
    EXPECT_THAT(result.findings, testing::Contains(testing::Field(&Finding::code, "kept-float")));
    Verifier verifier({{}, "", result.model, nullptr, 1}, {});
    const std::vector<Rounds> rounds = verifier.rounds({request.out}, 1);
    ASSERT_EQ(rounds.size(), 2U);
    EXPECT_LT(time_ratio(rounds[1], rounds[0]).interval.lo, 1.05);
}

TEST_P(UnrolledLstm, WhatARuleChoseStaysInInt8) {
    if (GetParam() == Method::int8_static) GTEST_SKIP() << "one way suffices";
    const TempDir folder;
    QuantizeRequest request;
    request.model = folder.write("model.onnx", unrolled_lstm());
    request.out = folder / "out.onnx";
    request.recipe.rules.push_back({"op:MatMul", GetParam(), {}});
    const QuantizedFile result = quantize_file(Runtime::load(), request, {});
    EXPECT_GE(result.plan.count(GetParam()), static_cast<std::size_t>(2 * kSteps - 1));
    EXPECT_THAT(result.findings, testing::Contains(testing::Field(&Finding::code, "nothing-to-gain")));
}

INSTANTIATE_TEST_SUITE_P(Methods, UnrolledLstm, testing::Values(Method::int8_dynamic, Method::int8_static),
                         [](const auto& method) { return method.param == Method::int8_static ? "Static" : "Dynamic"; });

}  // namespace
}  // namespace vernier::test
