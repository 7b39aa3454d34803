// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <onnx/onnx_pb.h>

#include "core/model/written.h"
#include "tests/support/function_model.h"

namespace vernier {
namespace {

using test::two_calls;

TEST(Functions, TheirNodesAndConstantsAreListed) {
    const ModelPtr model = make_model(two_calls());
    std::vector<std::string> ops;
    std::vector<float> slopes;
    for (const Node& node : model->nodes()) {
        ops.push_back(node.op_type);
        if (node.op_type == "LeakyRelu") slopes.push_back(node.proto->attribute(0).f());
    }
    EXPECT_THAT(ops, testing::ElementsAre("Constant", "Gemm", "LeakyRelu", "Constant", "Gemm", "LeakyRelu"));
    EXPECT_THAT(slopes, testing::ElementsAre(0.5f, 0.25f)) << "a call that leaves an attribute out takes the default of the function";
    std::size_t weights = 0;
    for (const Initializer& constant : model->initializers()) weights += constant.count() == 64 ? 1 : 0;
    EXPECT_EQ(weights, 2u);
    EXPECT_GT(model->node(1).macs, 0u);
}

TEST(Functions, TheFileIsKnownAsItWasWritten) {
    const onnx::ModelProto source = two_calls();
    const ModelPtr model = make_model(source);
    EXPECT_EQ(model->proto().functions_size(), 0);
    EXPECT_EQ(written_proto(*model).SerializeAsString(), source.SerializeAsString());
}

TEST(Functions, OneOfAnotherOpsetStaysACallThatCanBeOpened) {
    // Softmax means something else before opset 13, so that its function cannot be put in the place of its call.
    onnx::ModelProto source = two_calls();
    onnx::FunctionProto& function = *source.mutable_functions(0);
    function.mutable_opset_import(0)->set_version(12);
    function.mutable_node(2)->set_op_type("Softmax");
    function.mutable_node(2)->clear_attribute();
    function.clear_attribute_proto();
    for (onnx::NodeProto& node : *source.mutable_graph()->mutable_node()) node.clear_attribute();
    const ModelPtr model = make_model(source);
    std::vector<std::string> ops, codes;
    for (const Node& node : model->nodes()) ops.push_back(node.op_type);
    for (const Finding& finding : model->findings()) codes.push_back(finding.code);
    EXPECT_THAT(ops, testing::ElementsAre("Block", "Block"));
    EXPECT_THAT(codes, testing::Contains("function-opset"));
    EXPECT_EQ(model->proto().functions_size(), 1) << "the runtime needs it";
}

}  // namespace
}  // namespace vernier
