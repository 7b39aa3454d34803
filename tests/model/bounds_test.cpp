// SPDX-License-Identifier: GPL-3.0-or-later
// Versions, functions and nesting: what is counted before it is followed.
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "core/base/cpu_time.h"
#include "tests/model/expect.h"
#include "tests/support/temp_dir.h"

namespace vernier {
namespace {

using test::ModelBuilder;
using test::refusal;
using test::small_model;

onnx::FunctionProto& add_function(ModelBuilder& b, const std::string& name, const std::vector<std::string>& calls, const std::string& domain) {
    onnx::FunctionProto& function = *b.proto().add_functions();
    function.set_domain("my");
    function.set_name(name);
    function.add_input("v0");
    function.add_output("v" + std::to_string(calls.size()));
    onnx::OperatorSetIdProto& standard = *function.add_opset_import();
    standard.set_version(17);
    onnx::OperatorSetIdProto& own = *function.add_opset_import();
    own.set_domain("my");
    own.set_version(1);
    for (std::size_t i = 0; i < calls.size(); ++i) {
        onnx::NodeProto& node = *function.add_node();
        node.set_op_type(calls[i]);
        node.set_domain(domain);
        node.add_input("v" + std::to_string(i));
        node.add_output("v" + std::to_string(i + 1));
    }
    return function;
}

ModelBuilder calling(const std::string& function) {
    ModelBuilder b;
    b.domain("my", 1).input("x", ElementType::float32, {2});
    b.node(function, {"x"}, {"y"}, {}, "call", "my").output("y", ElementType::float32, {2});
    return b;
}

TEST(Bounds, TheNodesOfAFunctionStandInThePlaceOfItsCalls) {
    ModelBuilder b = calling("Outer");
    add_function(b, "Inner", {"Relu", "Neg"}, "");
    add_function(b, "Outer", {"Inner", "Inner"}, "my");
    b.proto().mutable_graph()->mutable_output(0)->clear_type();
    b.proto().mutable_graph()->mutable_output(0)->mutable_type()->mutable_tensor_type()->set_elem_type(1);
    const ModelPtr model = make_model(b.build());
    ASSERT_EQ(model->nodes().size(), 4U);
    EXPECT_EQ(model->node(3).op_type, "Neg");
    EXPECT_EQ(model->node(3).domain, "");
    EXPECT_EQ(model->value(model->find_value("y")).type.text(), "float32[2]");
    EXPECT_FALSE(test::has_finding(*model, "unknown-domain"));
}

/// One If after the other.
std::string many_ifs(int count) {
    ModelBuilder b(17, 8);
    b.input("v0", ElementType::float32, {4}).input("c", ElementType::boolean, {});
    for (int i = 0; i < count; ++i) {
        const std::string n = std::to_string(i);
        onnx::NodeProto& node = *b.proto().mutable_graph()->add_node();
        node.set_op_type("If");
        node.add_input("c");
        node.add_output("v" + std::to_string(i + 1));
        for (const std::string branch : {"then_branch", "else_branch"}) {
            onnx::AttributeProto& attribute = *node.add_attribute();
            attribute.set_name(branch);
            attribute.set_type(onnx::AttributeProto::GRAPH);
            onnx::GraphProto& body = *attribute.mutable_g();
            body.set_name(branch + n);
            onnx::NodeProto& inner = *body.add_node();
            inner.set_op_type(branch[0] == 't' ? "Relu" : "Neg");
            inner.add_input("v" + n);
            inner.add_output(branch.substr(0, 1) + n);
            onnx::ValueInfoProto& output = *body.add_output();
            output.set_name(branch.substr(0, 1) + n);
            output.mutable_type()->mutable_tensor_type()->set_elem_type(onnx::TensorProto::FLOAT);
        }
    }
    b.output("v" + std::to_string(count), ElementType::float32, {4});
    return b.bytes();
}

TEST(Bounds, ThousandsOfBodiesAreOpenedWithoutTheInferenceThatCopiesAllNamesForEach) {
    const test::TempDir folder;
    const auto said = [&](int count) {
        const double start = process_cpu_seconds();
        const bool incomplete = test::has_finding(*open_model(folder.write("ifs.onnx", many_ifs(count))), "shapes-incomplete");
        EXPECT_LT(process_cpu_seconds() - start, 5) << count;
        return incomplete;
    };
    EXPECT_FALSE(said(300));
    EXPECT_TRUE(said(10'000));
}

TEST(Bounds, FunctionsThatDoubleAreRefusedAtOnce) {
    ModelBuilder b = calling("E60");
    add_function(b, "E0", {"Relu"}, "");
    for (int i = 1; i <= 60; ++i) {
        const std::string below = "E" + std::to_string(i - 1);
        add_function(b, "E" + std::to_string(i), {below, below}, "my");
    }
    const auto start = std::chrono::steady_clock::now();
    refusal(b.build(), "expand to");
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(2));
}

TEST(Bounds, FunctionsThatCallThemselvesOrEachOtherForeverAreRefused) {
    ModelBuilder own = calling("F");
    add_function(own, "F", {"F"}, "my");
    refusal(own.build(), "calls itself");
    ModelBuilder ring = calling("A");
    add_function(ring, "A", {"B"}, "my");
    add_function(ring, "B", {"A"}, "my");
    refusal(ring.build(), "calls itself");
    ModelBuilder fine = calling("C90");
    add_function(fine, "C0", {"Relu"}, "");
    for (int i = 1; i <= 90; ++i) add_function(fine, "C" + std::to_string(i), {"C" + std::to_string(i - 1)}, "my");
    EXPECT_EQ(make_model(fine.build())->nodes().size(), 1U);
    ModelBuilder chain = calling("C999");
    add_function(chain, "C0", {"Relu"}, "");
    for (int i = 1; i < 1000; ++i) add_function(chain, "C" + std::to_string(i), {"C" + std::to_string(i - 1)}, "my");
    refusal(chain.build(), "nested deeper");
}

TEST(Bounds, SubgraphsNestedTooDeeplyAreRefused) {
    const auto nested = [](int depth) {
        ModelBuilder body;
        body.node("Relu", {"x"}, {"r"}).output("r", ElementType::float32, {2});
        onnx::GraphProto graph = body.graph();
        for (int i = 0; i < depth; ++i) {
            ModelBuilder around;
            const std::string name = "o" + std::to_string(i);
            around.node("If", {"c"}, {name}, {{"then_branch", graph}, {"else_branch", body.graph()}});
            around.output(name, ElementType::float32, {2});
            graph = around.graph();
        }
        ModelBuilder b;
        b.input("x", ElementType::float32, {2}).input("c", ElementType::boolean, {});
        b.node("If", {"c"}, {"y"}, {{"then_branch", graph}, {"else_branch", body.graph()}});
        b.output("y", ElementType::float32, {2});
        return b.build();
    };
    EXPECT_EQ(make_model(nested(9))->nodes().size(), 21U);
    refusal(nested(40), "nested deeper");
    const test::TempDir folder;
    EXPECT_THROW((void)open_model(folder.write("deep.onnx", nested(90).SerializeAsString())), Error);
}

TEST(Bounds, VersionsBeyondTheRuntimeAreSaidAsSuch) {
    EXPECT_EQ(make_model(small_model(26, 10).build())->opset(), 26);
    refusal(small_model(27, 10).build(), "at most 26");
    refusal(small_model(-3).build(), "does not exist");
    refusal(small_model(17, 900).build(), "IR version 900");
    ModelBuilder none = small_model();
    none.proto().clear_opset_import();
    refusal(none.build(), "no operator set");
    ModelBuilder graphless = small_model();
    graphless.proto().clear_graph();
    refusal(graphless.build(), "no graph");
    ModelBuilder unversioned = small_model();
    unversioned.proto().clear_ir_version();
    refusal(unversioned.build(), "not an ONNX model");
}

}  // namespace
}  // namespace vernier
