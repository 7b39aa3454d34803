// SPDX-License-Identifier: GPL-3.0-or-later
// Writing a model: what was not changed comes back, and a failure leaves nothing.
#include <gtest/gtest.h>

#include "core/base/file.h"
#include "core/model/detail/steps.h"
#include "core/model/weights.h"
#include "tests/model/expect.h"
#include "tests/support/random.h"
#include "tests/support/temp_dir.h"

namespace vernier {
namespace {

using test::ModelBuilder;
using test::TempDir;

TEST(Save, KeepsEveryByteThatWasRead) {
    ModelBuilder b = test::small_model();
    b.value_info("m", ElementType::float32, {"N", 4});
    b.proto().set_doc_string("two\nlines");
    onnx::StringStringEntryProto& entry = *b.proto().add_metadata_props();
    entry.set_key("author");
    entry.set_value(std::string(5000, 'v'));
    b.proto().mutable_graph()->mutable_node(0)->set_doc_string("says hello");
    b.proto().mutable_graph()->mutable_initializer(0)->set_doc_string("a weight");
    b.proto().add_training_info();
    // Fields of a later ONNX: unknown numbers in the model, the graph and a node.
    b.proto().GetReflection()->MutableUnknownFields(&b.proto())->AddLengthDelimited(900, "model");
    onnx::GraphProto& graph = *b.proto().mutable_graph();
    graph.GetReflection()->MutableUnknownFields(&graph)->AddVarint(901, 7);
    onnx::NodeProto& node = *graph.mutable_node(1);
    node.GetReflection()->MutableUnknownFields(&node)->AddFixed32(902, 8);

    const TempDir folder;
    const std::string bytes = b.bytes();
    const ModelPtr model = open_model(folder.write("in.onnx", bytes));
    save_model(model->proto(), folder / "out.onnx");
    EXPECT_EQ(read_file(folder / "out.onnx"), bytes);
}

TEST(Save, OpeningLeavesTheProtoAsItWas) {
    // Large constants are taken out of the proto while it is copied for onnx's tools.
    ModelBuilder b;
    b.input("x", ElementType::float32, {"N", 100}).initializer("w", test::random_floats(10'000, 1), {100, 100});
    b.node("Constant", {}, {"c"}, {{"value", test::tensor_proto("", test::random_floats(10'000, 2), {100, 100})}});
    b.node("MatMul", {"x", "w"}, {"m"}).node("MatMul", {"m", "c"}, {"y"}).output("y", ElementType::float32, {"N", 100});
    const ModelPtr model = make_model(b.build());
    EXPECT_EQ(model->proto().SerializeAsString(), b.bytes());
    EXPECT_EQ(to_floats(model->initializers()[0]), test::random_floats(10'000, 1));
    EXPECT_EQ(to_floats(model->initializers()[1]), test::random_floats(10'000, 2));
    EXPECT_EQ(model->value(model->find_value("y")).type.text(), "float32[N,100]");
}

TEST(Save, AModelTooLargeForOneFileKeepsItsWeightsBesideIt) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {"N", 40}).initializer("w", test::random_floats(1600, 1), {40, 40});
    b.initializer("w2", test::random_floats(1600, 2), {40, 40}).initializer("small", test::random_floats(40, 3), {40});
    b.node("MatMul", {"x", "w"}, {"a"}).node("MatMul", {"a", "w2"}, {"b"}).node("Add", {"b", "small"}, {"y"});
    b.output("y", ElementType::float32, {"N", 40});
    const TempDir folder;
    save_split_above(b.build(), folder / "big.onnx", 5000);
    EXPECT_LT(std::filesystem::file_size(folder / "big.onnx"), 5000U);
    EXPECT_GE(std::filesystem::file_size(folder / "big.onnx.data"), 12'800U);
    const ModelPtr model = open_model(folder / "big.onnx");
    EXPECT_TRUE(model->initializers()[0].external);
    EXPECT_FALSE(model->initializers()[2].external);
    EXPECT_EQ(to_floats(model->initializers()[1]), test::random_floats(1600, 2));
    EXPECT_EQ(inlined_proto(*model).SerializeAsString(), b.bytes());
}

TEST(Save, AFailureIsSaidAndLeavesNothing) {
    const TempDir folder;
    try {
        save_model(test::small_model().build(), folder / "no/such/folder.onnx");
        ADD_FAILURE() << "was written";
    } catch (const Error& error) {
        EXPECT_EQ(exit_code(error.kind()), 74);
    }
    std::filesystem::create_directory(folder / "taken.onnx");
    EXPECT_THROW(save_split_above(test::small_model().build(), folder / "taken.onnx", 10), Error);
    EXPECT_FALSE(std::filesystem::exists(folder / "taken.onnx.data"));
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

}  // namespace
}  // namespace vernier
