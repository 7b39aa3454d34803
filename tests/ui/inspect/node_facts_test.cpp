// SPDX-License-Identifier: GPL-3.0-or-later
// What the inspector says of nodes that a file has quantized already.
#include "ui/inspect/node_facts.h"

#include <gtest/gtest.h>

#include "tests/support/model_builder.h"
#include "tests/ui/small_session.h"

namespace vernier::ui {
namespace {

using test::wait_until;

TEST(NodeFacts, NothingIsPlannedForWhatAFileHasAlready) {
    const test::TempDir folder;
    test::ModelBuilder b;
    b.input("x", ElementType::float32, {1, 4});
    b.initializer("s", std::vector<float>{0.1F}, {});
    b.node("QuantizeLinear", {"x", "s"}, {"q"}, {}, "q");
    b.node("DequantizeLinear", {"q", "s"}, {"d"}, {}, "dq");
    b.node("Relu", {"d"}, {"y"}, {}, "relu").output("y", ElementType::float32, {1, 4});
    Session session;
    session.open(QString::fromStdString(folder.write("qdq.onnx", b.bytes()).string()));
    ASSERT_TRUE(wait_until([&] { return session.plan().has_value(); }));
    EXPECT_EQ(nodeFacts(session, 0)[0].second, QStringLiteral("converts float32 to uint8, as the file has it"));
    EXPECT_EQ(nodeFacts(session, 1)[0].second, QStringLiteral("converts uint8 to float32, as the file has it"));
    EXPECT_EQ(nodeFacts(session, 2)[0].second, QStringLiteral("FP32 (planned)"));
    session.close();
}

}  // namespace
}  // namespace vernier::ui
