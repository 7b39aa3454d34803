// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layers/times.h"

#include <gmock/gmock.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <numeric>
#include <string>

#include "core/quant/quantize.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"
#include "tests/support/temp_dir.h"

namespace vernier::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

std::map<std::string, Tensor> sample(const Model& model) {
    std::map<std::string, Tensor> inputs;
    for (const ValueId id : model.inputs()) {
        Tensor tensor;
        tensor.type = model.value(id).type.element;
        for (const Dim& dim : model.value(id).type.dims) tensor.dims.push_back(std::max<std::int64_t>(dim.value, 1));
        tensor.bytes.resize(byte_size(tensor.type, tensor.count()));
        if (tensor.type == ElementType::float32) {
            const std::vector<float> values = random_floats(static_cast<std::size_t>(tensor.count()), 3);
            std::memcpy(tensor.bytes.data(), values.data(), tensor.bytes.size());
        }
        inputs.emplace(model.value(id).name, std::move(tensor));
    }
    return inputs;
}

FileTimes times_of(const ModelPtr& opened, const ModelPtr& file) { return node_times({Runtime::load(), opened, file, {}, {}, sample(*file), 5}, {}); }

double sum(const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

/// All time is charged, and nothing twice.
void expect_whole(const FileTimes& times) {
    EXPECT_GT(times.profile_ms, 0);
    EXPECT_NEAR(sum(times.ms) + times.unassigned_ms, times.profile_ms, 1e-9 + 1e-9 * times.profile_ms);
    EXPECT_EQ(times.unassigned_ms, 0);
    for (std::size_t i = 0; i < times.ms.size(); ++i) EXPECT_LE(times.conversions_ms[i], times.ms[i] + 1e-12) << i;
}

NodeId named(const Model& model, const std::string& name) {
    for (const Node& node : model.nodes())
        if (node.name == name) return node.id;
    ADD_FAILURE() << "no node " << name;
    return 0;
}

constexpr int kChannels = 16, kSide = 24;

/// x -> first -> relu -> middle -> second -> y; in_integers: first and second between QuantizeLinear and DequantizeLinear.
class Chain {
public:
    explicit Chain(bool in_integers, const std::string& middle = "Tanh") : quantized_(in_integers) {
        b_.input("x", ElementType::float32, {1, kChannels, kSide, kSide}).output("y", ElementType::float32, {1, kChannels, kSide, kSide});
        conv("x", "w", "c", "first");
        b_.node("Relu", {"c"}, {"r"}, {}, "relu");
        b_.node(middle, {pair("r", 0)}, {"m"}, {}, "middle");
        conv("m", "v", "d", "second");
        b_.node("Identity", {pair("d", 128)}, {"y"}, {}, "end");
    }
    [[nodiscard]] ModelPtr model() const { return make_model(b_.build()); }
    /// A DequantizeLinear whose result nothing reads: the runtime runs it all the same.
    Chain& with_dead_conversion() {
        b_.node("DequantizeLinear", {"x_q", "x_s", "x_z"}, {"dead"}, {}, "dead_DQ");
        return *this;
    }

private:
    std::string pair(const std::string& value, int zero) {
        if (!quantized_) return value;
        scale(value, 0.05F, ElementType::uint8, zero);
        b_.node("QuantizeLinear", {value, value + "_s", value + "_z"}, {value + "_q"}, {}, value + "_Q");
        b_.node("DequantizeLinear", {value + "_q", value + "_s", value + "_z"}, {value + "_dq"}, {}, value + "_DQ");
        return value + "_dq";
    }

    void scale(const std::string& value, float scale, ElementType type, int zero) {
        b_.initializer(value + "_s", std::vector<float>{scale}, {});
        b_.initializer(tensor_proto(value + "_z", type, std::string(1, static_cast<char>(zero)), {}));
    }

    std::string weight(const std::string& name) {
        constexpr std::size_t kCount = std::size_t{kChannels} * kChannels * 9;
        const Dims dims{kChannels, kChannels, 3, 3};
        if (!quantized_) {
            b_.initializer(name, random_floats(kCount, 5), dims);
            return name;
        }
        std::string raw(kCount, '\0');
        Random random(kCount);
        for (char& byte : raw) byte = static_cast<char>(random.below(100));
        b_.initializer(tensor_proto(name, ElementType::int8, raw, dims));
        scale(name, 0.01F, ElementType::int8, 0);
        b_.node("DequantizeLinear", {name, name + "_s", name + "_z"}, {name + "_dq"}, {}, name + "_DQ");
        return name + "_dq";
    }

    void conv(const std::string& from, const std::string& weights, const std::string& to, const std::string& name) {
        const std::string input = pair(from, 128), w = weight(weights);
        b_.node("Conv", {input, w}, {to}, {{"pads", {1, 1, 1, 1}}}, name);
    }

    bool quantized_;
    ModelBuilder b_;
};

TEST(NodeTimes, AFusedNodeIsChargedToTheNodeThatHasTheWork) {
    const ModelPtr model = Chain(false).model();
    const FileTimes times = times_of(model, model);
    expect_whole(times);
    const NodeId first = named(*model, "first"), relu = named(*model, "relu");
    EXPECT_EQ(times.runs_in(relu), first);
    EXPECT_EQ(times.runs_in(first), first);
    EXPECT_EQ(times.ms.at(static_cast<std::size_t>(relu)), 0) << "Relu has no multiply-accumulates of its own";
    EXPECT_GT(times.ms.at(static_cast<std::size_t>(first)), 0);
    const TimedKernel& kernel = times.kernels.at(static_cast<std::size_t>(times.kernel_of.at(static_cast<std::size_t>(first))));
    EXPECT_THAT(kernel.nodes, Contains(relu)) << "those that share a kernel are named";
    EXPECT_EQ(kernel.computes, Arithmetic::floating);
}

TEST(NodeTimes, EachConvolutionOfAChainHasItsOwnKernel) {
    // The runtime names these kernels after the last tensor of what they fuse.
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, kChannels, kSide, kSide}).output("r2", ElementType::float32, {1, kChannels, kSide, kSide});
    b.initializer("one", std::vector<float>(kChannels, 1), {kChannels}).initializer("zero", std::vector<float>(kChannels, 0), {kChannels});
    std::string from = "x";
    for (const std::string i : {"0", "1", "2"}) {
        b.initializer("w" + i, random_floats(std::size_t{kChannels} * kChannels * 9, 5), {kChannels, kChannels, 3, 3});
        b.node("Conv", {from, "w" + i}, {"c" + i}, {{"pads", {1, 1, 1, 1}}}, "conv" + i);
        b.node("BatchNormalization", {"c" + i, "one", "zero", "zero", "one"}, {"n" + i}, {}, "norm" + i);
        b.node("Relu", {"n" + i}, {"r" + i}, {}, "relu" + i);
        from = "r" + i;
    }
    const ModelPtr model = make_model(b.build());
    const FileTimes times = times_of(model, model);
    expect_whole(times);
    for (const std::string i : {"0", "1", "2"}) {
        const NodeId conv = named(*model, "conv" + i);
        EXPECT_EQ(times.runs_in(conv), conv) << i;
        EXPECT_EQ(times.runs_in(named(*model, "norm" + i)), conv) << i;
        EXPECT_EQ(times.runs_in(named(*model, "relu" + i)), conv) << i;
    }
}

TEST(NodeTimes, ConversionsAroundAFloatNodeBetweenIntegerOnesAreItsOwn) {
    const ModelPtr opened = Chain(false).model(), file = Chain(true).model();
    const FileTimes times = times_of(opened, file);
    expect_whole(times);
    const auto at = [&](const char* name) { return static_cast<std::size_t>(named(*opened, name)); };
    EXPECT_GT(times.conversions_ms.at(at("middle")), 0);
    EXPECT_GT(times.ms.at(at("middle")), times.conversions_ms.at(at("middle"))) << "its own kernel too";
    EXPECT_GT(times.conversions_ms.at(at("first")), 0) << "QuantizeLinear at the model's input";
    EXPECT_GT(times.conversions_ms.at(at("second")), 0) << "DequantizeLinear at its output";
    for (const char* name : {"first", "second"}) {
        const TimedKernel& kernel = times.kernels.at(static_cast<std::size_t>(times.kernel_of.at(at(name))));
        EXPECT_EQ(kernel.op, "QLinearConv");
        EXPECT_EQ(kernel.computes, Arithmetic::integer);
        EXPECT_FALSE(kernel.conversion);
    }
    int around = 0;
    for (const TimedKernel& kernel : times.kernels) {
        if (!kernel.conversion) continue;
        EXPECT_FALSE(kernel.nodes.empty()) << kernel.op;
        around += kernel.nodes == std::vector<NodeId>{named(*opened, "middle")} ? 1 : 0;
    }
    EXPECT_GE(around, 2) << "one on each side at least";
    EXPECT_EQ(times.runs_in(named(*opened, "relu")), named(*opened, "first"));
}

TEST(NodeTimes, AnIntegerIslandPaysForItsOwnBorders) {
    const ModelPtr opened = Chain(false, "Sigmoid").model(), file = Chain(true, "Sigmoid").model();
    const FileTimes times = times_of(opened, file);
    expect_whole(times);
    // Sigmoid has an integer kernel: conversions are left at both ends only.
    EXPECT_EQ(times.conversions_ms.at(static_cast<std::size_t>(named(*opened, "middle"))), 0);
    EXPECT_GT(times.conversions_ms.at(static_cast<std::size_t>(named(*opened, "first"))), 0);
}

TEST(NodeTimes, WhatNothingReadsIsChargedToo) {
    const ModelPtr opened = Chain(false).model(), file = Chain(true).with_dead_conversion().model();
    expect_whole(times_of(opened, file));
}

TEST(NodeTimes, ScalesToTheMeasuredTime) {
    const ModelPtr model = Chain(false).model();
    FileTimes times = times_of(model, model);
    const double profile = times.profile_ms;
    times.scale_to(12.5);
    EXPECT_NEAR(sum(times.ms) + times.unassigned_ms, 12.5, 1e-9);
    EXPECT_EQ(times.profile_ms, profile) << "what the profiler said stays";
    double kernels = 0;
    for (const TimedKernel& kernel : times.kernels) kernels += kernel.ms;
    EXPECT_NEAR(kernels, 12.5, 1e-9);
}

TEST(NodeTimes, ADynamicProductTakesItsBiasAndTheMeasuringOfItsInput) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {8, 64}).output("y", ElementType::float32, {8, 64});
    b.node("Tanh", {"x"}, {"t"}, {}, "front");
    b.initializer("w", random_floats(64 * 64, 1), {64, 64}).initializer("bias", random_floats(64, 2), {64});
    b.node("MatMul", {"t", "w"}, {"m"}, {}, "product").node("Add", {"m", "bias"}, {"a"}, {}, "bias");
    b.node("Tanh", {"a"}, {"y"}, {}, "end");
    const ModelPtr opened = make_model(b.build());
    Recipe recipe;
    recipe.default_method = Method::int8_dynamic;
    const RuntimePtr runtime = Runtime::load();
    const Quantized quantized = quantize({runtime, opened, recipe, nullptr, {}}, {});
    const FileTimes times = times_of(opened, make_model(*quantized.proto));
    expect_whole(times);
    const NodeId product = named(*opened, "product");
    const TimedKernel& kernel = times.kernels.at(static_cast<std::size_t>(times.kernel_of.at(static_cast<std::size_t>(product))));
    EXPECT_EQ(kernel.computes, Arithmetic::integer) << kernel.op;
    EXPECT_EQ(times.runs_in(named(*opened, "bias")), product);
    EXPECT_EQ(times.conversions_ms.at(static_cast<std::size_t>(named(*opened, "front"))), 0);
    EXPECT_EQ(times.conversions_ms.at(static_cast<std::size_t>(named(*opened, "end"))), 0);
}

TEST(NodeTimes, HalfPrecisionThatIsComputedInFloatKeepsItsNodes) {
    const ModelPtr opened = Chain(false).model();
    Recipe recipe;
    recipe.default_method = Method::fp16;
    const Quantized half = quantize({Runtime::load(), opened, recipe, nullptr, {}}, {});
    const FileTimes times = times_of(opened, make_model(*half.proto));
    expect_whole(times);
    for (const char* name : {"first", "middle", "second"}) {
        const NodeId node = named(*opened, name);
        EXPECT_EQ(times.runs_in(node), node) << name;
        EXPECT_GT(times.ms.at(static_cast<std::size_t>(node)), 0) << name;
    }
}

TEST(NodeTimes, WhatIsComputedOnceIsFolded) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 64}).output("y", ElementType::float32, {1, 64});
    b.initializer("w", random_floats(64 * 64, 1), {64, 64}).initializer("k", std::vector<float>{0.5F}, {});
    b.node("Mul", {"w", "k"}, {"scaled"}, {}, "scale").node("MatMul", {"x", "scaled"}, {"y"}, {}, "product");
    const ModelPtr model = make_model(b.build());
    const FileTimes times = times_of(model, model);
    expect_whole(times);
    EXPECT_TRUE(times.folded.at(static_cast<std::size_t>(named(*model, "scale"))));
    EXPECT_FALSE(times.folded.at(static_cast<std::size_t>(named(*model, "product"))));
    EXPECT_EQ(times.runs_in(named(*model, "scale")), kNone);
}

TEST(NodeTimes, BodiesAreChargedOnce) {
    const auto branch = [](const std::string& op) {
        ModelBuilder body;
        body.node(op, {"h"}, {op + "_out"}, {}, "in_" + op).output(op + "_out", ElementType::float32, {1, 4096});
        return body.graph();
    };
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 4096}).input("c", ElementType::boolean, {}).output("y", ElementType::float32, {1, 4096});
    b.node("Exp", {"x"}, {"h"}, {}, "front");
    b.node("If", {"c"}, {"y"}, {{"then_branch", branch("Tanh")}, {"else_branch", branch("Sin")}}, "choice");
    const ModelPtr model = make_model(b.build());
    const FileTimes times = times_of(model, model);
    expect_whole(times);
    EXPECT_EQ(times.runs_in(named(*model, "in_Sin")), named(*model, "in_Sin"));
    EXPECT_GT(times.ms.at(static_cast<std::size_t>(named(*model, "in_Sin"))), 0) << "zero chooses the else branch";
    EXPECT_EQ(times.ms.at(static_cast<std::size_t>(named(*model, "in_Tanh"))), 0);
}

TEST(NodeTimes, ConstantsMayLieInOutsideFiles) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 64}).output("y", ElementType::float32, {1, 64});
    b.initializer("w", random_floats(64 * 64, 1), {64, 64}).initializer("b", random_floats(64, 2), {64});
    b.node("MatMul", {"x", "w"}, {"m"}, {}, "product").node("Add", {"m", "b"}, {"y"}, {}, "bias");
    onnx::ModelProto proto = b.build();
    const TempDir folder;
    std::string outside;
    for (auto& tensor : *proto.mutable_graph()->mutable_initializer()) {
        const std::string bytes = tensor.raw_data();
        tensor.clear_raw_data();
        tensor.set_data_location(onnx::TensorProto::EXTERNAL);
        for (const auto& [key, value] :
             std::map<std::string, std::string>{{"location", "w.bin"}, {"offset", std::to_string(outside.size())}, {"length", std::to_string(bytes.size())}}) {
            tensor.add_external_data()->set_key(key);
            tensor.mutable_external_data()->rbegin()->set_value(value);
        }
        outside += bytes;
    }
    (void)folder.write("w.bin", outside);
    const ModelPtr model = open_model(folder.write("model.onnx", proto.SerializeAsString()));
    const FileTimes times = times_of(model, model);
    expect_whole(times);
    EXPECT_EQ(times.runs_in(named(*model, "product")), named(*model, "product"));
}

TEST(NodeTimes, NamesOfTheFileDoNotMatter) {
    // Names as the runtime gives them to what it adds: a node must not be taken for one of those.
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 16, 24, 24}).output("y", ElementType::float32, {1, 24, 24, 16});
    b.initializer("w", random_floats(16 * 16 * 9, 5), {16, 16, 3, 3});
    b.node("Conv", {"x", "w"}, {"c"}, {{"pads", {1, 1, 1, 1}}}, "Transpose_token_1").node("Relu", {"c"}, {"r"}, {}, "ReorderOutput");
    b.node("Transpose", {"r"}, {"y"}, {{"perm", {0, 2, 3, 1}}}, "k0");
    const ModelPtr model = make_model(b.build());
    const FileTimes times = times_of(model, model);
    expect_whole(times);
    EXPECT_EQ(times.runs_in(1), 0);
    EXPECT_EQ(times.runs_in(2), 2);
}

TEST(PairedByName, LeavesOutNodesWithoutAName) {
    ModelBuilder a, b;
    for (ModelBuilder* each : {&a, &b}) each->input("x", ElementType::float32, {1, 4}).output("y", ElementType::float32, {1, 4});
    a.node("Relu", {"x"}, {"h"}).node("Tanh", {"h"}, {"y"}, {}, "end");
    b.node("Exp", {"x"}, {"g"}).node("Relu", {"g"}, {"h"}).node("Tanh", {"h"}, {"y"}, {}, "end");
    const ModelPtr opened = make_model(a.build()), file = make_model(b.build());
    const Pairing pairing = paired_by_name(*opened, *file);
    EXPECT_THAT((std::vector<NodeId>{pairing(0), pairing(1), pairing(2)}), ElementsAre(kNone, kNone, 1));
}

TEST(NodeTimes, BodiesInBodiesAreTimedThoughTheRuntimeNamesTheirValuesAlike) {
    // The CPU has no MatMul in half: the runtime casts w in both levels, and calls both results InsertedPrecisionFreeCast_w.
    constexpr auto kHalf = ElementType::float16;
    ModelBuilder inner(17), other(17), outer(17), rest(17), b(17);
    inner.node("MatMul", {"v", "w"}, {"i"}, {}, "deep").output("i", kHalf, {4, 16});
    other.node("Identity", {"v"}, {"o"}).output("o", kHalf, {4, 16});
    outer.node("MatMul", {"x", "w"}, {"v"}, {}, "upper");
    outer.node("If", {"c"}, {"r"}, {{"then_branch", inner.graph()}, {"else_branch", other.graph()}}).output("r", kHalf, {4, 16});
    rest.node("Identity", {"x"}, {"e"}).output("e", kHalf, {4, 16});
    b.input("x", kHalf, {4, 16})
        .input("c", ElementType::boolean, {})
        .initializer(tensor_proto("w", kHalf, std::string(std::size_t{16} * 16 * 2, '\0'), {16, 16}));
    b.node("If", {"c"}, {"y"}, {{"then_branch", outer.graph()}, {"else_branch", rest.graph()}}).output("y", kHalf, {4, 16});
    const ModelPtr model = make_model(b.build());
    std::map<std::string, Tensor> inputs = sample(*model);
    inputs.at("c").bytes[0] = std::byte{1};
    const FileTimes times = node_times({Runtime::load(), model, model, {}, {}, inputs, 5}, {});
    EXPECT_GT(times.profile_ms, 0);
    EXPECT_GT(times.ms.at(static_cast<std::size_t>(named(*model, "deep"))), 0);
}

}  // namespace
}  // namespace vernier::test
