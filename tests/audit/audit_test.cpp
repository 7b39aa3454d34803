// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/audit.h"

#include <gmock/gmock.h>
#include <onnx/onnx_pb.h>

#include <optional>
#include <string>

#include "core/runtime/opened_graph.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"
#include "tests/support/temp_dir.h"

namespace vernier {
namespace {

using test::ModelBuilder;
using testing::ElementsAre;
using testing::IsEmpty;
using Verdict = NodeAudit::Verdict;

/// Adds the lines that a quantized file is made of.
class QuantizedBuilder {
public:
    QuantizedBuilder& input(const std::string& name, const test::Axes& axes) {
        builder_.input(name, ElementType::float32, axes);
        return *this;
    }
    QuantizedBuilder& output(const std::string& name, const test::Axes& axes) {
        builder_.output(name, ElementType::float32, axes);
        return *this;
    }
    /// value -> Q -> DQ, as U8; readers take value + "_dq".
    QuantizedBuilder& pair(const std::string& value, float scale = 0.05F, int zero = 128) {
        scale_and_zero(value, scale, ElementType::uint8, zero);
        builder_.node("QuantizeLinear", {value, value + "_s", value + "_z"}, {value + "_q"});
        builder_.node("DequantizeLinear", {value + "_q", value + "_s", value + "_z"}, {value + "_dq"});
        return *this;
    }
    /// An S8 weight behind a DQ; readers take name + "_dq".
    QuantizedBuilder& weight(const std::string& name, const test::Dims& dims) {
        std::size_t count = 1;
        for (const std::int64_t dim : dims) count *= static_cast<std::size_t>(dim);
        std::string raw(count, '\0');
        test::Random random(count);
        for (char& byte : raw) byte = static_cast<char>(random.below(200));
        builder_.initializer(test::tensor_proto(name, ElementType::int8, raw, dims));
        scale_and_zero(name, 0.01F, ElementType::int8, 0);
        builder_.node("DequantizeLinear", {name, name + "_s", name + "_z"}, {name + "_dq"});
        return *this;
    }
    QuantizedBuilder& float_weight(const std::string& name, const test::Dims& dims) {
        std::size_t count = 1;
        for (const std::int64_t dim : dims) count *= static_cast<std::size_t>(dim);
        builder_.initializer(name, test::random_floats(count, 5), dims);
        return *this;
    }
    QuantizedBuilder& node(const std::string& op, const test::Names& inputs, const test::Names& outputs, const test::Attrs& attrs = {},
                           const std::string& name = {}) {
        builder_.node(op, inputs, outputs, attrs, name);
        return *this;
    }
    [[nodiscard]] Audit audit() const { return audit_model(Runtime::load(), builder_.build(), {}); }
    [[nodiscard]] ModelBuilder& builder() { return builder_; }

private:
    void scale_and_zero(const std::string& name, float scale, ElementType type, int zero) {
        builder_.initializer(name + "_s", std::vector<float>{scale}, {});
        builder_.initializer(test::tensor_proto(name + "_z", type, std::string(1, static_cast<char>(zero)), {}));
    }
    ModelBuilder builder_;
};

Verdict verdict_of(const Audit& audit, const std::string& name) {
    const NodeAudit* node = audit.find(name);
    EXPECT_NE(node, nullptr) << name;
    return node != nullptr ? node->verdict : Verdict::floating;
}

/// x -> conv (integer) -> relu -> second (weights as given) -> y
QuantizedBuilder two_convs(bool second_in_float) {
    QuantizedBuilder b;
    b.input("x", {1, 16, 8, 8}).pair("x").weight("w", {16, 16, 1, 1});
    b.node("Conv", {"x_dq", "w_dq"}, {"c"}, {}, "first").node("Relu", {"c"}, {"r"}, {}, "relu").pair("r", 0.02F, 0);
    if (second_in_float) {
        b.float_weight("v", {16, 16, 1, 1}).node("Conv", {"r_dq", "v"}, {"d"}, {}, "second");
    } else {
        b.weight("v", {16, 16, 1, 1}).node("Conv", {"r_dq", "v_dq"}, {"d"}, {}, "second");
    }
    b.pair("d").node("Sigmoid", {"d_dq"}, {"y"}, {}, "end").output("y", {1, 16, 8, 8});
    return b;
}

TEST(Audit, TellsWhatFusedAndWhatWasAbsorbed) {
    const Audit audit = two_convs(false).audit();
    EXPECT_EQ(verdict_of(audit, "first"), Verdict::integer);
    EXPECT_EQ(audit.find("first")->runs_as, "QLinearConv");
    EXPECT_EQ(verdict_of(audit, "relu"), Verdict::absorbed);
    EXPECT_EQ(audit.find("relu")->runs_as, "QLinearConv");
    EXPECT_EQ(verdict_of(audit, "second"), Verdict::integer);
    EXPECT_EQ(verdict_of(audit, "end"), Verdict::floating);
    EXPECT_EQ(audit.nodes.size(), 4U) << "Q and DQ are not listed";
    EXPECT_THAT(audit.self_quantized, IsEmpty());
    EXPECT_THAT(audit.constant_dequantize, IsEmpty());
    EXPECT_EQ(audit.quantize_nodes, 1) << "at the input";
    EXPECT_EQ(audit.dequantize_nodes, 1) << "before Sigmoid";
}

TEST(Audit, FindsAFloatWeightThatTheRuntimeQuantizedByItself) {
    const Audit audit = two_convs(true).audit();
    EXPECT_THAT(audit.self_quantized, ElementsAre("second"));
    EXPECT_EQ(verdict_of(audit, "second"), Verdict::integer);
}

TEST(Audit, AFloatConvBehindAFloatNodeIsFloat) {
    QuantizedBuilder b;
    b.input("x", {1, 16, 8, 8}).pair("x").weight("w", {16, 16, 1, 1});
    b.node("Conv", {"x_dq", "w_dq"}, {"c"}, {}, "first").pair("c");
    b.node("Relu", {"c_dq"}, {"r"}, {}, "front").float_weight("v", {16, 16, 1, 1});
    b.node("Conv", {"r", "v"}, {"y"}, {}, "second").output("y", {1, 16, 8, 8});
    const Audit audit = b.audit();
    EXPECT_EQ(verdict_of(audit, "second"), Verdict::floating);
    EXPECT_THAT(audit.self_quantized, IsEmpty());
}

TEST(Audit, AConvWithoutAQuantizedOutputFellBackAndItsWeightIsDequantizedOnEachRun) {
    QuantizedBuilder b;
    b.input("x", {1, 16, 8, 8}).pair("x").weight("w", {16, 16, 1, 1});
    b.node("Conv", {"x_dq", "w_dq"}, {"y"}, {}, "conv").output("y", {1, 16, 8, 8});
    const Audit audit = b.audit();
    EXPECT_EQ(verdict_of(audit, "conv"), Verdict::fell_back);
    EXPECT_THAT(audit.constant_dequantize, ElementsAre("w"));
}

TEST(Audit, WhatIsMergedIntoAFloatNodeIsNotLookedForBehindTheNextQuantizeLinear) {
    QuantizedBuilder b;
    b.input("x", {1, 16, 8, 8}).float_weight("v", {16, 16, 1, 1});
    b.node("Conv", {"x", "v"}, {"c"}, {}, "front").node("Relu", {"c"}, {"r"}, {}, "relu").pair("r", 0.02F, 0);
    b.weight("w", {16, 16, 1, 1}).node("Conv", {"r_dq", "w_dq"}, {"d"}, {}, "second").pair("d");
    b.node("Sigmoid", {"d_dq"}, {"y"}, {}, "end").output("y", {1, 16, 8, 8});
    const Audit audit = b.audit();
    EXPECT_EQ(verdict_of(audit, "front"), Verdict::floating);
    EXPECT_EQ(verdict_of(audit, "relu"), Verdict::absorbed) << "QuantizeLinear with zero point 0 does its work";
    EXPECT_EQ(audit.find("relu")->runs_as, audit.find("front")->runs_as);
    EXPECT_EQ(verdict_of(audit, "second"), Verdict::integer);
}

TEST(Audit, MatMulWithBiasBecomesOneIntegerGemm) {
    QuantizedBuilder b;
    b.input("x", {4, 32}).pair("x").weight("w", {32, 16}).float_weight("bias", {16});
    b.node("MatMul", {"x_dq", "w_dq"}, {"m"}, {}, "fc").node("Add", {"m", "bias"}, {"a"}, {}, "add").pair("a");
    b.node("Relu", {"a_dq"}, {"y"}, {}, "end").output("y", {4, 16});
    const Audit audit = b.audit();
    EXPECT_EQ(verdict_of(audit, "fc"), Verdict::integer);
    EXPECT_EQ(audit.find("fc")->runs_as, "QGemm");
    EXPECT_EQ(audit.find("add")->runs_as, "QGemm") << "its tensor is what the integer kernel makes";
    EXPECT_THAT(audit.self_quantized, IsEmpty());
}

TEST(Audit, ResidualAddAndMaxPoolRunOnBytes) {
    QuantizedBuilder b;
    b.input("x", {1, 16, 8, 8}).pair("x").weight("w", {16, 16, 1, 1});
    b.node("Conv", {"x_dq", "w_dq"}, {"c"}, {}, "conv").pair("c");
    b.node("Add", {"c_dq", "x_dq"}, {"a"}, {}, "add").pair("a");
    b.node("MaxPool", {"a_dq"}, {"p"}, {{"kernel_shape", {2, 2}}, {"strides", {2, 2}}}, "pool");
    b.node("QuantizeLinear", {"p", "a_s", "a_z"}, {"p_q"}).node("DequantizeLinear", {"p_q", "a_s", "a_z"}, {"y"});
    b.output("y", {1, 16, 4, 4});
    const Audit audit = b.audit();
    EXPECT_EQ(audit.find("add")->runs_as, "QLinearAdd");
    EXPECT_EQ(verdict_of(audit, "add"), Verdict::integer);
    EXPECT_EQ(audit.find("pool")->runs_as, "MaxPool");
    EXPECT_EQ(verdict_of(audit, "pool"), Verdict::integer);
}

TEST(Audit, DynamicMatMulIsInteger) {
    QuantizedBuilder b;
    b.input("x", {4, 32}).weight("w", {32, 16});
    b.builder().node("DynamicQuantizeLinear", {"x"}, {"x_u", "x_s", "x_z"});
    b.node("MatMulInteger", {"x_u", "w", "x_z", "w_z"}, {"i"}, {}, "fc").node("Cast", {"i"}, {"f"}, {{"to", 1}}, "cast");
    b.node("Mul", {"x_s", "w_s"}, {"s"}, {}, "scales").node("Mul", {"f", "s"}, {"y"}, {}, "scale");
    b.output("y", {4, 16}).node("Identity", {"w_dq"}, {"z"}, {}, "reader").output("z", {32, 16});
    const Audit audit = b.audit();
    EXPECT_THAT(audit.find("fc")->runs_as, testing::AnyOf("DynamicQuantizeMatMul", ""));
    EXPECT_TRUE(verdict_of(audit, "fc") == Verdict::integer || audit.find("scale")->runs_as == "DynamicQuantizeMatMul");
    if (audit.find("fc")->runs_as == "DynamicQuantizeMatMul") {
        EXPECT_EQ(verdict_of(audit, "fc"), Verdict::integer) << "no part of another node";
    }
}

TEST(Audit, ComesBackFromJson) {
    const Audit audit = two_convs(true).audit();
    const Audit again = audit_from_json(to_json(audit));
    EXPECT_EQ(to_json(again), to_json(audit));
    ASSERT_EQ(again.nodes.size(), audit.nodes.size());
    for (std::size_t i = 0; i < audit.nodes.size(); ++i) EXPECT_EQ(again.nodes[i].verdict, audit.nodes[i].verdict) << audit.nodes[i].name;
}

TEST(Audit, UnnamedAndDoubleNamesAreToldApartByPosition) {
    QuantizedBuilder b;
    b.input("x", {4});
    b.node("Exp", {"x"}, {"a"}).node("Sin", {"a"}, {"b"}, {}, "same").node("Cos", {"b"}, {"y"}, {}, "same");
    b.output("y", {4});
    const Audit audit = b.audit();
    ASSERT_EQ(audit.nodes.size(), 3U);
    EXPECT_EQ(audit.nodes[0].name, "");
    EXPECT_EQ(audit.nodes[0].runs_as, "Exp");
    EXPECT_EQ(audit.nodes[1].runs_as, "Sin");
    EXPECT_EQ(audit.nodes[2].runs_as, "Cos");
    EXPECT_EQ(audit.nodes[2].index, 2);
    const Json json = to_json(audit);
    EXPECT_EQ(json["nodes"][2]["verdict"], "float");
}

/// An If whose first branch computes in integers, except for a float Conv between DQ and Q; the other is float.
TEST(Audit, LooksIntoBodies) {
    QuantizedBuilder yes;
    ModelBuilder no;
    yes.pair("x").weight("w", {8, 8, 3, 3}).float_weight("f", {8, 8, 3, 3});
    yes.node("Conv", {"x_dq", "w_dq"}, {"a"}, {{"pads", {1, 1, 1, 1}}}, "quantized").pair("a");
    yes.node("Conv", {"a_dq", "f"}, {"b"}, {{"pads", {1, 1, 1, 1}}}, "float_inside").pair("b").output("b_dq", {1, 8, 6, 6});
    no.initializer("g", test::random_floats(576, 3), {8, 8, 3, 3});
    no.node("Conv", {"x", "g"}, {"c"}, {{"pads", {1, 1, 1, 1}}}, "plain").output("c", ElementType::float32, {1, 8, 6, 6});
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 8, 6, 6}).input("which", ElementType::boolean, {});
    b.node("If", {"which"}, {"y"}, {{"then_branch", yes.builder().graph()}, {"else_branch", no.graph()}}, "if");
    b.output("y", ElementType::float32, {1, 8, 6, 6});
    const onnx::ModelProto proto = b.build();
    const Audit audit = audit_model(Runtime::load(), proto, {});
    EXPECT_EQ(verdict_of(audit, "quantized"), Verdict::integer);
    EXPECT_EQ(verdict_of(audit, "plain"), Verdict::floating);
    EXPECT_EQ(verdict_of(audit, "if"), Verdict::floating);
    EXPECT_THAT(audit.self_quantized, ElementsAre("float_inside"));
    EXPECT_GT(audit.quantize_nodes, 0);
    const ModelPtr model = make_model(proto);
    for (const NodeAudit& node : audit.nodes) EXPECT_EQ(model->node(node.index).name, node.name);
}

/// What a session that runs the file tells, where it can.
std::optional<Audit> from_session(const onnx::ModelProto& proto) {
    const test::TempDir folder;
    const OpenedGraph opened = open_with_graph(Runtime::load(), folder.write("file.onnx", proto.SerializeAsString()), {});
    return audit_executed(proto, opened.graph);
}

onnx::ModelProto named(onnx::ModelProto proto) {
    int next = 0;
    for (onnx::NodeProto& node : *proto.mutable_graph()->mutable_node())
        if (node.name().empty()) node.set_name("n" + std::to_string(next++));
    return proto;
}

TEST(Audit, IsReadFromTheSessionThatRunsTheFile) {
    QuantizedBuilder b;
    b.input("x", {1, 8}).input("s", {1, 8});
    b.pair("x").weight("w", {8, 8}).weight("v", {8, 8}).float_weight("f", {8, 8});
    b.node("MatMul", {"x_dq", "w_dq"}, {"a"}, {}, "integer").pair("a");
    b.node("Relu", {"a_dq"}, {"r"}, {}, "relu").pair("r");
    b.node("MatMul", {"r_dq", "f"}, {"c"}, {}, "float");
    b.node("MatMul", {"s", "v_dq"}, {"d"}, {}, "falls back");
    b.node("Add", {"c", "d"}, {"y"}, {}, "sum");
    b.output("y", {1, 8});
    const onnx::ModelProto proto = named(b.builder().build());
    const auto audit = from_session(proto);
    ASSERT_TRUE(audit.has_value());
    EXPECT_EQ(verdict_of(*audit, "integer"), Verdict::integer);
    EXPECT_EQ(verdict_of(*audit, "sum"), Verdict::floating);
    EXPECT_EQ(to_json(*audit), to_json(audit_nodes(Runtime::load(), proto, {})));
}

TEST(Audit, ASessionDoesNotTellOfNamelessNodesAndOfWhatItLaysOutAnew) {
    ModelBuilder plain;
    plain.input("x", ElementType::float32, {1, 8}).node("Relu", {"x"}, {"y"}).output("y", ElementType::float32, {1, 8});
    onnx::ModelProto nameless = plain.build();
    nameless.mutable_graph()->mutable_node(0)->clear_name();
    EXPECT_FALSE(from_session(nameless).has_value());
    EXPECT_TRUE(from_session(named(nameless)).has_value());
    ModelBuilder pool;
    pool.input("x", ElementType::float32, {1, 8, 4, 4}).node("GlobalAveragePool", {"x"}, {"y"}).output("y", ElementType::float32, {1, 8, 1, 1});
    EXPECT_FALSE(from_session(named(pool.build())).has_value());
}

}  // namespace
}  // namespace vernier
