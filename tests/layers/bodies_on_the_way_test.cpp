// SPDX-License-Identifier: GPL-3.0-or-later
// Tensors in bodies of If and Loop held against each other.
#include "core/layers/on_the_way.h"

#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/quant/run_fixture.h"
#include "tests/support/made_dataset.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using namespace test;

constexpr double kStep = 0.7;  // of what is quantized: tanh has a few codes only

/// bend = tanh(factor * from), which goes through codes where with_codes says so; to = bend + product.
void bent(ModelBuilder& b, const std::string& from, const std::string& to, bool with_codes) {
    b.initializer("factor", std::vector<float>{2}, {});
    b.node("Mul", {from, "factor"}, {"m"}, {}, "scale").node("Tanh", {"m"}, {"t"}, {}, "bend");
    if (with_codes) {
        b.initializer("step", std::vector<float>{static_cast<float>(kStep)}, {});
        b.initializer(tensor_proto("zero", ElementType::uint8, std::string(1, static_cast<char>(128)), {}));
        b.node("QuantizeLinear", {"t", "step", "zero"}, {"codes"}, {}, "quantize")
            .node("DequantizeLinear", {"codes", "step", "zero"}, {"t_dq"}, {}, "dequantize");
    }
    b.node("Add", {with_codes ? "t_dq" : "t", "m"}, {to}, {}, "join");
}

onnx::GraphProto branch(bool with_codes) {
    ModelBuilder b(13);
    bent(b, "x", "p", with_codes);
    b.output("p", ElementType::float32, {1, 16});
    return b.graph();
}

onnx::GraphProto other_branch() {
    ModelBuilder b(13);
    b.node("Neg", {"x"}, {"n"}, {}, "turn").node("Abs", {"n"}, {"p"}, {}, "size");
    b.output("p", ElementType::float32, {1, 16});
    return b.graph();
}

ModelPtr branching(bool with_codes) {
    ModelBuilder b(13);
    b.input("x", ElementType::float32, {1, 16}).input("rate", ElementType::int64, {}).output("y", ElementType::float32, {1, 16});
    b.initializer("fast", std::vector<std::int64_t>{2}, {});
    b.node("Equal", {"rate", "fast"}, {"is_fast"}, {}, "is_fast");
    b.node("If", {"is_fast"}, {"z"}, {{"then_branch", branch(with_codes)}, {"else_branch", other_branch()}}, "if");
    b.node("Abs", {"z"}, {"y"}, {}, "end");
    return make_model(b.build());
}

onnx::GraphProto loop_body(bool with_codes) {
    ModelBuilder b(13);
    b.input("i", ElementType::int64, {}).input("go", ElementType::boolean, {}).input("s", ElementType::float32, {1, 16});
    bent(b, "s", "s_next", with_codes);
    b.node("Identity", {"go"}, {"go_on"}, {}, "keep_on");
    b.output("go_on", ElementType::boolean, {}).output("s_next", ElementType::float32, {1, 16});
    return b.graph();
}

ModelPtr looping(bool with_codes) {
    ModelBuilder b(13);
    b.input("x", ElementType::float32, {1, 16}).output("y", ElementType::float32, {1, 16});
    b.initializer("turns", std::vector<std::int64_t>{3}, {}).initializer(tensor_proto("yes", ElementType::boolean, std::string(1, 1), {}));
    b.node("Loop", {"turns", "yes", "x"}, {"z"}, {{"body", loop_body(with_codes)}}, "loop");
    b.node("Abs", {"z"}, {"y"}, {}, "end");
    return make_model(b.build());
}

DatasetPtr samples_of(std::int64_t rate) {
    return std::make_shared<MadeDataset>(0, 8, [rate](Split, std::uint64_t index) {
        Sample sample;
        sample.inputs["x"] = tensor_of(ElementType::float32, random_floats(16, index + 1), {1, 16});
        if (rate > 0) sample.inputs["rate"] = tensor_of(ElementType::int64, std::vector<std::int64_t>{rate}, {});
        return sample;
    });
}

NodeId named(const Model& model, const std::string& label) {
    for (const Node& node : model.nodes())
        if (node.name == label) return node.id;
    return kNone;
}

struct Compared {
    Compared(ModelPtr mine, ModelPtr theirs, const DatasetPtr& data) : reference(std::move(mine)), quantized(std::move(theirs)) {
        twins = pair_nodes(*reference, *quantized);
        way = errors_on_the_way(runtime(), {*reference, *quantized, twins, data}, {});
    }
    [[nodiscard]] const TensorError* of(const std::string& label) const { return way.of(named(*reference, label)); }
    ModelPtr reference, quantized;
    Twins twins;
    OnTheWay way;
};

TEST(BodiesOnTheWay, ABranchThatIsTakenIsComparedAndNamed) {
    const Compared compared(branching(false), branching(true), samples_of(2));
    const TensorError* bend = compared.of("bend");
    ASSERT_NE(bend, nullptr);
    EXPECT_EQ(bend->count, 8U * 16U);
    double power = 0, noise = 0;
    for (std::uint64_t sample = 0; sample < 8; ++sample)
        for (const float x : random_floats(16, sample + 1)) {
            const double value = std::tanh(2.0 * x), coded = kStep * std::nearbyint(value / kStep);
            power += value * value;
            noise += (value - coded) * (value - coded);
        }
    EXPECT_NEAR(bend->sqnr_db, 10 * std::log10(power / noise), 0.05);
    ASSERT_NE(compared.of("scale"), nullptr);
    EXPECT_EQ(compared.of("scale")->sqnr_db, kExactDb);
    EXPECT_EQ(compared.of("turn"), nullptr) << "the other branch was never taken";
    ASSERT_TRUE(compared.way.first);
    EXPECT_EQ(compared.reference->node(compared.way.first->node).label, "bend");
    EXPECT_TRUE(compared.way.by_reach) << "it is seen at what the If makes";
}

TEST(BodiesOnTheWay, ABranchThatIsNotTakenHasNoError) {
    const Compared compared(branching(false), branching(true), samples_of(1));
    EXPECT_EQ(compared.of("bend"), nullptr);
    ASSERT_NE(compared.of("turn"), nullptr);
    EXPECT_EQ(compared.of("turn")->sqnr_db, kExactDb);
    EXPECT_FALSE(compared.way.first);
}

TEST(BodiesOnTheWay, ALoopIsComparedInAllItsTurns) {
    const Compared compared(looping(false), looping(true), samples_of(0));
    const TensorError* bend = compared.of("bend");
    ASSERT_NE(bend, nullptr);
    EXPECT_EQ(bend->count, 8U * 3U * 16U);
    EXPECT_LT(bend->sqnr_db, 30);
    ASSERT_TRUE(compared.way.first);
}

}  // namespace
}  // namespace vernier
