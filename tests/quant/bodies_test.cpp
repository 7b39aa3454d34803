// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>

#include "core/audit/audit.h"
#include "core/quant/quantize.h"
#include "tests/quant/run_fixture.h"
#include "tests/support/made_dataset.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using namespace test;
using testing::AnyOf;
using testing::Contains;
using testing::Field;
using testing::HasSubstr;

constexpr int kHidden = 32;

/// One branch of a voice-activity network: Conv, Relu, Conv, Relu, LSTM with its state, Gemm. Both branches use the same names.
onnx::GraphProto voice_branch(int channels, unsigned seed) {
    const auto c = static_cast<std::size_t>(channels);
    ModelBuilder b(17);
    b.initializer("w1", random_floats(c * 16, seed), {channels, 1, 16})
        .initializer("w2", random_floats(c * c * 3, seed + 1, -0.2f, 0.2f), {channels, channels, 3});
    b.initializer("b1", random_floats(c, seed + 2), {channels})
        .initializer("w", random_floats(4 * kHidden * c, seed + 3, -0.2f, 0.2f), {1, 4 * kHidden, channels});
    b.initializer("r", random_floats(4 * kHidden * kHidden, seed + 4, -0.2f, 0.2f), {1, 4 * kHidden, kHidden});
    b.initializer("wg", random_floats(kHidden * 4, seed + 5), {4, kHidden});
    b.node("Constant", {}, {"axis"}, {{"value", tensor_proto("v", std::vector<std::int64_t>{0}, {1})}}, "axis_constant");
    b.node("Conv", {"x", "w1", "b1"}, {"c1"}, {{"strides", {8}}}, "conv_1").node("Relu", {"c1"}, {"r1"}, {}, "relu_1");
    b.node("Conv", {"r1", "w2"}, {"c2"}, {{"pads", {1, 1}}}, "conv_2").node("Relu", {"c2"}, {"r2"}, {}, "relu_2");
    b.node("Transpose", {"r2"}, {"t"}, {{"perm", {2, 0, 1}}}, "transpose");
    b.node("LSTM", {"t", "w", "r", "", "", "state", "state"}, {"", "hn", ""}, {{"hidden_size", kHidden}}, "lstm");
    b.node("Squeeze", {"hn", "axis"}, {"h"}, {}, "squeeze").node("Gemm", {"h", "wg"}, {"p"}, {{"transB", 1}}, "gemm");
    b.output("p", ElementType::float32, {1, 4}).output("hn", ElementType::float32, {1, 1, kHidden});
    return b.graph();
}

ModelPtr voice_model() {
    ModelBuilder b(17);
    b.input("x", ElementType::float32, {1, 1, 256}).input("state", ElementType::float32, {1, 1, kHidden}).input("sr", ElementType::int64, {});
    b.initializer("rate", std::vector<std::int64_t>{16000}, {});
    b.node("Equal", {"sr", "rate"}, {"fast"}, {}, "is_16k");
    b.node("If", {"fast"}, {"y", "next"}, {{"then_branch", voice_branch(32, 1)}, {"else_branch", voice_branch(24, 50)}}, "if");
    b.output("y", ElementType::float32, {1, 4}).output("next", ElementType::float32, {1, 1, kHidden});
    return make_model(b.build());
}

Sample voice_sample(std::uint64_t index, std::int64_t rate) {
    Sample sample;
    const auto seed = static_cast<unsigned>(index);
    sample.inputs["x"] = tensor_of(ElementType::float32, random_floats(256, seed), {1, 1, 256});
    sample.inputs["state"] = tensor_of(ElementType::float32, random_floats(kHidden, seed + 100), {1, 1, kHidden});
    sample.inputs["sr"] = tensor_of(ElementType::int64, std::vector<std::int64_t>{rate}, {});
    return sample;
}

/// Samples of both rates in turn, or of one only.
DatasetPtr voice_data(bool both) {
    return std::make_shared<MadeDataset>(24, 24, [both](Split, std::uint64_t i) { return voice_sample(i, both && i % 2 == 1 ? 8000 : 16000); });
}

Quantized run(const ModelPtr& model, Method method, std::vector<Rule> rules = {}, const DatasetPtr& data = nullptr) {
    Recipe recipe;
    recipe.default_method = method;
    recipe.rules = std::move(rules);
    QuantizeOptions options;
    options.time_prefix = false;
    return quantize({runtime(), model, recipe, data, options}, {});
}

Rule rule(const std::string& select, Method method) {
    Rule made;
    made.select = select;
    made.method = method;
    return made;
}

/// The worst of the two rates.
double voice_db(const ModelPtr& model, const Quantized& quantized) {
    double worst = 1000;
    for (const std::int64_t rate : {16000, 8000}) {
        const Sample sample = voice_sample(500, rate);
        worst = std::min(worst, sqnr_db(first_output(model->proto(), sample.inputs), first_output(*quantized.proto, sample.inputs)));
    }
    return worst;
}

double share_of_size(const ModelPtr& model, const Quantized& quantized) {
    return double(quantized.proto->ByteSizeLong()) / double(model->proto().ByteSizeLong());
}

/// How often the runtime executes each op, bodies included.
void count_ops(const onnx::GraphProto& graph, std::map<std::string, int>& counts) {
    for (const auto& node : graph.node()) {
        ++counts[node.op_type()];
        for (const auto& attribute : node.attribute())
            if (attribute.has_g()) count_ops(attribute.g(), counts);
    }
}

std::map<std::string, int> executed_everywhere(const onnx::ModelProto& proto) {
    onnx::ModelProto optimized;
    EXPECT_TRUE(optimized.ParseFromString(optimized_model(runtime(), proto, {}, {.level = GraphLevel::extended})));
    std::map<std::string, int> counts;
    count_ops(optimized.graph(), counts);
    return counts;
}

void expect_ports_kept(const ModelPtr& model, const Quantized& quantized) {
    const auto written = open_proto(*quantized.proto), source = open_proto(model->proto());
    ASSERT_EQ(written->outputs().size(), source->outputs().size());
    for (std::size_t i = 0; i < source->outputs().size(); ++i) {
        EXPECT_EQ(written->outputs()[i].name, source->outputs()[i].name);
        EXPECT_EQ(written->outputs()[i].type, source->outputs()[i].type);
    }
}

TEST(Bodies, AVoiceNetworkInOneIfIsHalvedByFp16) {
    const auto model = voice_model();
    const Quantized half = run(model, Method::fp16);
    EXPECT_LT(share_of_size(model, half), 0.58);
    EXPECT_GT(voice_db(model, half), 45);
    expect_ports_kept(model, half);
}

TEST(Bodies, AVoiceNetworkInOneIfIsSmallerInDynamicInt8) {
    const auto model = voice_model();
    const Quantized dynamic = run(model, Method::int8_dynamic);
    EXPECT_LT(share_of_size(model, dynamic), 0.75);
    EXPECT_GT(voice_db(model, dynamic), 20);
    EXPECT_EQ(executed_everywhere(*dynamic.proto)["DynamicQuantizeLSTM"], 2);
    expect_ports_kept(model, dynamic);
}

/// Whether each output of a node of another domain has an element type that a reader without that domain's rules finds.
void expect_types_of_other_domains(const onnx::GraphProto& graph, int& seen) {
    std::map<std::string, int> typed;
    for (const auto& info : graph.value_info()) typed[info.name()] = info.type().tensor_type().elem_type();
    for (const auto& output : graph.output()) typed[output.name()] = output.type().tensor_type().elem_type();
    for (const auto& node : graph.node()) {
        for (const auto& attribute : node.attribute())
            if (attribute.has_g()) expect_types_of_other_domains(attribute.g(), seen);
        if (node.domain().empty()) continue;
        for (const auto& output : node.output())
            EXPECT_EQ(output.empty() ? onnx::TensorProto::FLOAT : typed[output], onnx::TensorProto::FLOAT) << output << " of " << node.op_type();
        ++seen;
    }
}

TEST(Bodies, OutputsOfOtherDomainsHaveTypesInTheFile) {
    int seen = 0;
    expect_types_of_other_domains(run(voice_model(), Method::int8_dynamic).proto->graph(), seen);
    EXPECT_GE(seen, 2);
}

TEST(Bodies, ConvolutionsOfBothBranchesRunInStaticInt8) {
    const auto model = voice_model();
    const Quantized result = run(model, Method::fp32, {rule("op:Conv", Method::int8_static)}, voice_data(true));
    EXPECT_GT(voice_db(model, result), 22);
    EXPECT_EQ(executed_everywhere(*result.proto)["QLinearConv"], 4);
    expect_ports_kept(model, result);
}

TEST(Bodies, ABranchThatNoSampleTakesStaysFloatAndSaysSo) {
    const auto model = voice_model();
    const Quantized result = run(model, Method::fp32, {rule("op:Conv", Method::int8_static)}, voice_data(false));
    EXPECT_THAT(result.findings, Contains(Field(&Finding::code, "branch-not-run")));
    int kept = 0;
    for (const NodePlan& node : result.plan.nodes)
        if (node.why.find("not run by the calibration samples") != std::string::npos) ++kept;
    EXPECT_EQ(kept, 2);
    EXPECT_EQ(executed_everywhere(*result.proto)["QLinearConv"], 2);
    EXPECT_GT(voice_db(model, result), 22);
}

TEST(Bodies, ARuleOfFp32InABodyIsKept) {
    const auto model = voice_model();
    std::string chosen;
    for (const Node& node : model->nodes())
        if (node.op_type == "Conv" && chosen.empty()) chosen = node.label;
    const Quantized result = run(model, Method::int8_static, {rule("name:" + chosen, Method::fp32)}, voice_data(true));
    const Audit audit = audit_model(runtime(), *result.proto, {});
    const NodeAudit* found = audit.find(chosen);
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->verdict, NodeAudit::Verdict::floating);
    EXPECT_TRUE(audit.self_quantized.empty());
    EXPECT_GT(voice_db(model, result), 20);
}

TEST(Bodies, OneNodeOfOneBranchCanBeChosen) {
    const auto model = voice_model();
    NodeId chosen = kNone;
    for (const Node& node : model->nodes())
        if (node.op_type == "LSTM") chosen = node.id;
    const Quantized result = run(model, Method::fp32, {rule("#" + std::to_string(chosen), Method::int8_dynamic)});
    EXPECT_EQ(result.plan.count(Method::int8_dynamic), 1u);
    EXPECT_EQ(executed_everywhere(*result.proto)["DynamicQuantizeLSTM"], 1);
    EXPECT_EQ(executed_everywhere(*result.proto)["LSTM"], 1);
    EXPECT_GT(voice_db(model, result), 20);
}

/// x runs through a Loop of two products and a Tanh; one weight lies in the body, one in the main graph.
ModelPtr loop_model() {
    ModelBuilder body(17), b(17);
    body.initializer("w", random_floats(64 * 64, 3, -0.2f, 0.2f), {64, 64});
    body.input("i", ElementType::int64, {}).input("go", ElementType::boolean, {}).input("h", ElementType::float32, {4, 64});
    body.node("MatMul", {"h", "w"}, {"m"}, {}, "first").node("Relu", {"m"}, {"r"}, {}, "relu").node("MatMul", {"r", "w_outer"}, {"m2"}, {}, "second");
    body.node("Tanh", {"m2"}, {"h_next"}, {}, "tanh").node("Identity", {"go"}, {"go_on"}, {}, "keep_on");
    body.output("go_on", ElementType::boolean, {}).output("h_next", ElementType::float32, {4, 64}).output("r", ElementType::float32, {4, 64});
    b.input("x", ElementType::float32, {4, 64}).initializer("w_outer", random_floats(64 * 64, 4, -0.2f, 0.2f), {64, 64});
    b.initializer("n", std::vector<std::int64_t>{3}, {});
    b.node("Loop", {"n", "", "x"}, {"y", "all"}, {{"body", body.graph()}}, "loop");
    b.output("y", ElementType::float32, {4, 64}).output("all", ElementType::float32, {3, 4, 64});
    return make_model(b.build());
}

/// A Scan over 10 steps whose body is Concat, Gemm, Tanh.
ModelPtr scan_model() {
    ModelBuilder body(17), b(17);
    body.input("h", ElementType::float32, {2, 48}).input("x_t", ElementType::float32, {2, 32});
    body.initializer("w", random_floats(80 * 48, 5, -0.2f, 0.2f), {80, 48}).initializer("b", random_floats(48, 6), {48});
    body.node("Concat", {"x_t", "h"}, {"xh"}, {{"axis", 1}}, "concat")
        .node("Gemm", {"xh", "w", "b"}, {"g"}, {}, "gemm")
        .node("Tanh", {"g"}, {"hn"}, {}, "tanh");
    body.node("Identity", {"hn"}, {"o"}, {}, "hand_on").output("hn", ElementType::float32, {2, 48}).output("o", ElementType::float32, {2, 48});
    b.input("x", ElementType::float32, {10, 2, 32}).initializer("h0", std::vector<float>(96, 0.f), {2, 48});
    b.node("Scan", {"h0", "x"}, {"last", "all"}, {{"num_scan_inputs", 1}, {"body", body.graph()}}, "scan");
    b.output("last", ElementType::float32, {2, 48}).output("all", ElementType::float32, {10, 2, 48});
    return make_model(b.build());
}

DatasetPtr data_of(const std::vector<std::int64_t>& dims) {
    return std::make_shared<MadeDataset>(16, 16, [dims](Split, std::uint64_t i) {
        Sample sample;
        sample.inputs["x"] = tensor_of(ElementType::float32, random_floats(element_count(dims), static_cast<unsigned>(i)), dims);
        return sample;
    });
}

double agreement_db(const ModelPtr& model, const Quantized& quantized, const DatasetPtr& data) {
    const Sample sample = data->load(Split::validation, 5);
    return sqnr_db(first_output(model->proto(), sample.inputs), first_output(*quantized.proto, sample.inputs));
}

TEST(Bodies, ProductsOfALoopTakeEveryMethod) {
    const auto model = loop_model();
    const auto data = data_of({4, 64});
    const Quantized fixed = run(model, Method::fp32, {rule("op:MatMul", Method::int8_static)}, data);
    EXPECT_EQ(fixed.plan.count(Method::int8_static), 2u);
    EXPECT_GT(agreement_db(model, fixed, data), 22);
    EXPECT_EQ(executed_everywhere(*fixed.proto)["MatMul"], 0);
    expect_ports_kept(model, fixed);
    const Quantized half = run(model, Method::fp16, {}, data);
    EXPECT_LT(share_of_size(model, half), 0.58);
    EXPECT_GT(agreement_db(model, half, data), 50);
    expect_ports_kept(model, half);
    const Quantized dynamic = run(model, Method::fp32, {rule("name:second", Method::int8_dynamic)});
    EXPECT_EQ(dynamic.plan.count(Method::int8_dynamic), 1u);
    EXPECT_GT(agreement_db(model, dynamic, data), 25);
}

TEST(Bodies, TheGemmOfAScanTakesEveryMethod) {
    const auto model = scan_model();
    const auto data = data_of({10, 2, 32});
    const Quantized fixed = run(model, Method::fp32, {rule("op:Gemm", Method::int8_static)}, data);
    EXPECT_EQ(fixed.plan.count(Method::int8_static), 1u);
    EXPECT_GT(agreement_db(model, fixed, data), 25);
    expect_ports_kept(model, fixed);
    const Quantized half = run(model, Method::fp16);
    EXPECT_LT(share_of_size(model, half), 0.6);
    EXPECT_GT(agreement_db(model, half, data), 50);
    expect_ports_kept(model, half);
    const Quantized dynamic = run(model, Method::fp32, {rule("op:Gemm", Method::int8_dynamic)});
    EXPECT_GT(agreement_db(model, dynamic, data), 25);
}

/// A convolution of the main graph whose result both branches read, and one weight that all three places share.
ModelPtr shared_model() {
    const auto branch = [](const std::string& tag, unsigned seed) {
        ModelBuilder b(17);
        b.initializer("own", random_floats(16 * 16 * 9, seed, -0.1f, 0.1f), {16, 16, 3, 3});
        b.node("Conv", {"r", "own"}, {"c"}, {{"pads", {1, 1, 1, 1}}}, "own_" + tag).node("Add", {"c", "r"}, {"a"}, {}, "add_" + tag);
        b.node("Conv", {"a", "shared"}, {"d"}, {{"pads", {1, 1, 1, 1}}}, "shared_" + tag).output("d", ElementType::float32, {1, 16, 12, 12});
        return b.graph();
    };
    ModelBuilder b(17);
    b.input("x", ElementType::float32, {1, 16, 12, 12}).input("p", ElementType::boolean, {});
    b.initializer("w", random_floats(16 * 16 * 9, 1, -0.1f, 0.1f), {16, 16, 3, 3})
        .initializer("shared", random_floats(16 * 16 * 9, 2, -0.1f, 0.1f), {16, 16, 3, 3});
    b.node("Conv", {"x", "w"}, {"s"}, {{"pads", {1, 1, 1, 1}}}, "stem").node("Relu", {"s"}, {"r"}, {}, "relu");
    b.node("If", {"p"}, {"y"}, {{"then_branch", branch("yes", 7)}, {"else_branch", branch("no", 9)}}, "if");
    b.node("Conv", {"y", "shared"}, {"z"}, {{"pads", {1, 1, 1, 1}}}, "end").output("z", ElementType::float32, {1, 16, 12, 12});
    return make_model(b.build());
}

TEST(Bodies, ATensorQuantizedOutsideIsReadInIntegersInside) {
    const auto model = shared_model();
    const auto data = std::make_shared<MadeDataset>(16, 16, [](Split, std::uint64_t i) {
        Sample sample;
        sample.inputs["x"] = tensor_of(ElementType::float32, random_floats(16 * 144, static_cast<unsigned>(i)), {1, 16, 12, 12});
        sample.inputs["p"] = tensor_of(ElementType::boolean, std::vector<std::uint8_t>{static_cast<std::uint8_t>(i % 2)}, {});
        return sample;
    });
    const Quantized result = run(model, Method::int8_static, {}, data);
    auto ran = executed_everywhere(*result.proto);
    EXPECT_EQ(ran["QLinearConv"], 6);
    EXPECT_EQ(ran["Conv"] + ran["FusedConv"], 0);
    for (const std::uint64_t i : {4u, 5u}) {
        const Sample sample = data->load(Split::validation, i);
        EXPECT_GT(sqnr_db(first_output(model->proto(), sample.inputs), first_output(*result.proto, sample.inputs)), 25) << i;
    }
}

/// How many constants of a size the graphs of a model hold.
int constants_of(const onnx::GraphProto& graph, std::size_t bytes) {
    int count = 0;
    for (const auto& tensor : graph.initializer()) count += tensor.raw_data().size() == bytes ? 1 : 0;
    for (const auto& node : graph.node())
        for (const auto& attribute : node.attribute())
            if (attribute.has_g()) count += constants_of(attribute.g(), bytes);
    return count;
}

TEST(Bodies, EqualWeightsOfBranchesAreStoredOnce) {
    const auto branch = [](const std::string& op) {
        ModelBuilder b(17);
        b.initializer("w", random_floats(64 * 64, 3, -0.2f, 0.2f), {64, 64}).node("MatMul", {"x", "w"}, {"m"}, {}, "product_" + op);
        b.node(op, {"m"}, {"o"}, {}, op).output("o", ElementType::float32, {4, 64});
        return b.graph();
    };
    ModelBuilder b(17);
    b.input("x", ElementType::float32, {4, 64}).input("p", ElementType::boolean, {}).output("y", ElementType::float32, {4, 64});
    b.node("If", {"p"}, {"y"}, {{"then_branch", branch("Relu")}, {"else_branch", branch("Tanh")}}, "if");
    const auto model = make_model(b.build());
    const Quantized half = run(model, Method::fp16);
    EXPECT_EQ(constants_of(half.proto->graph(), 64 * 64 * 2), 1);
    const Quantized dynamic = run(model, Method::fp32, {rule("op:MatMul", Method::int8_dynamic)});
    EXPECT_EQ(constants_of(dynamic.proto->graph(), 64 * 64), 1);
    for (const std::uint8_t taken : {0, 1}) {
        const std::map<std::string, Tensor> inputs{{"x", tensor_of(ElementType::float32, random_floats(256, 7), {4, 64})},
                                                   {"p", tensor_of(ElementType::boolean, std::vector<std::uint8_t>{taken}, {})}};
        const auto reference = first_output(model->proto(), inputs);
        EXPECT_GT(sqnr_db(reference, first_output(*half.proto, inputs)), 50) << int{taken};
        EXPECT_GT(sqnr_db(reference, first_output(*dynamic.proto, inputs)), 25) << int{taken};
    }
}

/// A decoder with and without what it remembers: both branches, and a product behind them, read the same weights; one of the branches
/// has a copy of another weight, which is stored once.
ModelPtr merged_decoder() {
    const auto branch = [](const std::string& op) {
        ModelBuilder b(17);
        b.initializer("own", random_floats(64 * 64, 4, -0.2f, 0.2f), {64, 64}).node("MatMul", {"x", "shared"}, {"m"}, {}, "first_" + op);
        b.node(op, {"m"}, {"a"}, {}, op).node("MatMul", {"a", "own"}, {"o"}, {}, "second_" + op).output("o", ElementType::float32, {4, 64});
        return b.graph();
    };
    ModelBuilder b(17);
    b.input("x", ElementType::float32, {4, 64}).input("p", ElementType::boolean, {}).output("z", ElementType::float32, {4, 64});
    b.initializer("shared", random_floats(64 * 64, 3, -0.2f, 0.2f), {64, 64});
    b.node("If", {"p"}, {"y"}, {{"then_branch", branch("Sigmoid")}, {"else_branch", branch("Tanh")}}, "if").node("MatMul", {"y", "shared"}, {"z"}, {}, "last");
    return make_model(b.build());
}

TEST(Bodies, ProductsOfSeveralGraphsShareAWeightInWeightOnlyInt8) {
    const auto model = merged_decoder();
    Recipe recipe;
    recipe.default_method = *method_from_id("int8-weight-only");
    const Quantized result = quantize({runtime(), model, recipe, nullptr}, {});
    EXPECT_EQ(result.plan.count(recipe.default_method), 5u);
    EXPECT_EQ(executed_everywhere(*result.proto)["MatMulNBits"], 5);
    EXPECT_EQ(constants_of(result.proto->graph(), 64 * 64), 5);
    for (const std::uint8_t taken : {0, 1}) {
        const std::map<std::string, Tensor> inputs{{"x", tensor_of(ElementType::float32, random_floats(256, 7), {4, 64})},
                                                   {"p", tensor_of(ElementType::boolean, std::vector<std::uint8_t>{taken}, {})}};
        EXPECT_GT(sqnr_db(first_output(model->proto(), inputs), first_output(*result.proto, inputs)), 30) << int{taken};
    }
}

}  // namespace
}  // namespace vernier
