// SPDX-License-Identifier: GPL-3.0-or-later
// "ai.onnx" is another name of the standard domain.
#include <gtest/gtest.h>

#include "tests/model/expect.h"

namespace vernier {
namespace {

TEST(Domain, TheStandardDomainMayBeNamed) {
    onnx::ModelProto proto = test::small_model().build();
    proto.mutable_opset_import(0)->set_domain("ai.onnx");
    for (auto& node : *proto.mutable_graph()->mutable_node()) node.set_domain("ai.onnx");
    const ModelPtr model = make_model(proto);
    EXPECT_EQ(model->opset(), 17);
    EXPECT_EQ(model->node(0).domain, "");
    EXPECT_EQ(model->value(model->find_value("m")).type.text(), "float32[N,4]") << "its nodes are inferred";
    EXPECT_EQ(model->proto().graph().node(0).domain(), "ai.onnx") << "the file's own words are kept";
}

TEST(Domain, BothNamesInOneFile) {
    onnx::ModelProto proto = test::small_model().build();
    auto* import = proto.add_opset_import();
    import->set_domain("ai.onnx");
    import->set_version(17);
    proto.mutable_graph()->mutable_node(1)->set_domain("ai.onnx");
    EXPECT_EQ(make_model(proto)->value(make_model(proto)->find_value("y")).type.text(), "float32[N,4]");
}

}  // namespace
}  // namespace vernier
