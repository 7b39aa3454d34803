// SPDX-License-Identifier: GPL-3.0-or-later
// A file that writes the standard domain as "ai.onnx" is worked on like any other and keeps the name.
#include <gtest/gtest.h>

#include "core/quant/methods/fp16.h"
#include "core/quant/passes/passes.h"
#include "tests/quant/emitted.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using test::ModelBuilder;

onnx::ModelProto named(int opset) {
    ModelBuilder b(opset, 7);
    b.input("x", ElementType::float32, {2, 8}).initializer("w", test::random_floats(32, 1), {8, 4});
    b.node("MatMul", {"x", "w"}, {"m"}, {}, "layer").node("Relu", {"m"}, {"y"}, {}, "relu").output("y", ElementType::float32, {2, 4});
    onnx::ModelProto proto = b.build();
    proto.mutable_opset_import(0)->set_domain("ai.onnx");
    for (auto& node : *proto.mutable_graph()->mutable_node()) node.set_domain("ai.onnx");
    return proto;
}

TEST(NamedDomain, IsKeptInWhatIsWritten) {
    const ModelPtr model = make_model(named(17));
    GraphEdit edit(*model);
    const std::vector<int> nodes = {0, 1};
    const auto made = test::emitted(edit, nodes, why_not_fp16, fp16_findings, emit_fp16);
    EXPECT_TRUE(made.reasons[0].empty() && made.reasons[1].empty());
    EXPECT_EQ(made.proto.opset_import(0).domain(), "ai.onnx");
    EXPECT_GT(made.proto.graph().node_size(), 2);
    for (const auto& node : made.proto.graph().node()) EXPECT_EQ(node.domain(), "ai.onnx") << node.op_type();
    const std::map<std::string, Tensor> inputs = {{"x", test::tensor_of(ElementType::float32, test::random_floats(16, 3), {2, 8})}};
    EXPECT_GT(test::fidelity(*model, made, inputs), 50);
}

TEST(NamedDomain, IsKeptWhenTheOpsetIsRaised) {
    const ModelPtr model = make_model(named(11));
    GraphEdit edit(*model);
    EXPECT_EQ(upgrade_opset(edit, 13), "");
    EXPECT_EQ(edit.opset(), 13);
    const onnx::ModelProto proto = edit.build();
    ASSERT_EQ(proto.opset_import_size(), 1);
    EXPECT_EQ(proto.opset_import(0).domain(), "ai.onnx");
    EXPECT_EQ(proto.graph().node(0).domain(), "ai.onnx");
}

}  // namespace
}  // namespace vernier
